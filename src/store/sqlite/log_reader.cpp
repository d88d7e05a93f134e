#include "store/sqlite/log_reader.hpp"

#include <utility>

#include <fmt/format.h>

namespace lasagne::detail::sqlite {

std::shared_ptr<Message> LogReader::Slabs::next() {
  if (!slab_ || used_ == slab_->size()) {
    slab_ = std::make_shared<Slab>();
    used_ = 0;
  }
  return {slab_, &(*slab_)[used_++]};
}

Result<void> LogReader::decode(StoredMessage&& stored, const std::string* stream, Message& message) {
  if (stream == nullptr) {
    auto name = session_.stream_name(stored.stream_id);
    if (!name) return std::unexpected(name.error());
    stream = *name;
  }
  auto type = session_.type_name(stored.type_id);
  if (!type) return std::unexpected(type.error());
  if (stored.kind < 0 || stored.kind > static_cast<std::int64_t>(MessageKind::command))
    return std::unexpected(session_.connection().damaged(
        fmt::format("the message at position {} has the unknown kind {}", stored.position, stored.kind)));
  message.position = stored.position;
  message.stream = *stream;
  message.revision = stored.revision;
  message.type = **type;
  message.kind = static_cast<MessageKind>(stored.kind);
  message.id = stored.id;
  message.metadata = std::move(stored.metadata);
  message.recorded_at = stored.recorded_at;
  message.data = stored.data;
  return {};
}

}  // namespace lasagne::detail::sqlite
