#include "log_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "lasagne/type_name.hpp"

namespace examples {

namespace {

using lasagne::Message;
using lasagne::MessageKind;
using lasagne::Position;
using lasagne::Uuid;

constexpr std::string_view bus_suffix = "__commands";

template <class T>
T value_of(lasagne::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

// Of the last two words every bit depends on every bit of both.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a ^ (b * 0x9e3779b97f4a7c15);
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

std::uint64_t hash_of(const Uuid& id) {
  return hash_of({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
}

bool contains(const std::vector<std::string>& types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

}  // namespace

Position checkpoint_of(lasagne::Store& store, const std::string& processor) {
  const auto own = value_of(store.checkpoint(processor));
  const auto handler = processor.substr(processor.rfind('/') + 1);
  if (own > 0 || lasagne::last_part(handler) == handler) return own;
  const auto prefix = processor.substr(0, processor.size() - handler.size());
  return value_of(store.checkpoint(prefix + std::string(lasagne::last_part(handler))));
}

LogAudit::LogAudit(lasagne::Store& store, const std::vector<std::string>& modules,
                   std::vector<AuditedProcessor> processors, std::function<void(std::string)> violation)
    : store_(store), violation_(std::move(violation)), end_(store.visible_position()) {
  for (const auto& module : modules) {
    watched_.push_back({{module + "/commands", {}, {}}, module + std::string(bus_suffix), 0, 0});
  }
  for (auto& processor : processors) watched_.push_back({std::move(processor), {}, 0, 0});
}

void LogAudit::read(const std::function<void(const Message&)>& each) {
  // Nobody scavenges an example, so what is missing was lost.
  const auto expect_no_gap = [&](Position next) {
    if (next <= position_ + 1) return;
    violation_(fmt::format("the log is damaged: nothing reads at positions {} to {}", position_ + 1, next - 1));
  };
  for (Position after = 0; after < end_;) {
    const auto slice = value_of(store_.read_all(after, {}, page));
    for (const auto& message : slice.messages) {
      if (message->position > end_) break;
      expect_no_gap(message->position);
      position_ = message->position;
      note(*message);
      each(*message);
    }
    if (slice.scanned_to <= after) break;
    after = slice.scanned_to;
  }
  expect_no_gap(end_ + 1);
  check_causes();
}

void LogAudit::note(const Message& message) {
  note_cause(message);
  for (auto& watched : watched_) {
    if (handles(watched, message.stream, message.type, message.kind)) watched.last_handled = message.position;
  }
}

// A cause has each effect once, wherever in the log: an event of one type in a stream, a command of one content.
void LogAudit::note_cause(const Message& message) {
  const auto& cause = message.metadata.causation_id;
  if (cause.is_nil()) return;
  auto effect = mix(hash_of(message.stream), hash_of(lasagne::last_part(message.type)));
  if (message.kind == MessageKind::command) effect = mix(effect, hash_of(message.data));
  causes_.emplace_back(mix(effect, hash_of(cause)), message.position);
}

void LogAudit::check_causes() {
  std::ranges::sort(causes_);
  for (std::size_t i = 1; i < causes_.size(); ++i) {
    if (causes_[i].first != causes_[i - 1].first) continue;
    violation_(fmt::format("the messages at positions {} and {} are the same effect of one cause, twice",
                           causes_[i - 1].second, causes_[i].second));
  }
}

bool LogAudit::handles(const Watched& watched, std::string_view stream, std::string_view type, MessageKind kind) {
  if (!watched.bus.empty()) return kind == MessageKind::command && stream == watched.bus;
  return kind == MessageKind::event && contains(watched.processor.handles, type);
}

bool LogAudit::makes(const Watched& watched, const Message& message) {
  if (!watched.bus.empty()) return message.kind == MessageKind::event;
  return contains(watched.processor.makes, message.type);
}

void LogAudit::check_checkpoints() {
  auto lowest = end_;
  for (auto& watched : watched_) {
    const auto& name = watched.processor.name;
    watched.checkpoint = checkpoint_of(store_, name);
    const auto end = store_.visible_position();
    if (watched.checkpoint > end) {
      violation_(fmt::format("the checkpoint of {} is {}, past the log's end at {}: it would miss what comes next",
                             name, watched.checkpoint, end));
    }
    if (watched.checkpoint < watched.last_handled) at_rest_ = false;
    lowest = std::min(lowest, watched.checkpoint);
  }
  check_behind(lowest);
  if (store_.visible_position() != end_) at_rest_ = false;  // somebody writes
}

// A checkpoint moves in the commit of what its processor makes: whatever was made of a message is behind it.
void LogAudit::check_behind(Position lowest) {
  struct Cause {
    Position position;
    std::string stream;
    std::string type;
    MessageKind kind;
  };
  std::unordered_map<Uuid, Cause> causes;
  std::unordered_set<std::string_view> told;
  for (Position after = lowest; after < end_;) {
    const auto slice = value_of(store_.read_all(after, {}, page));
    for (const auto& message : slice.messages) {
      if (message->position > end_) break;
      const auto found = causes.find(message->metadata.causation_id);
      causes.emplace(message->id, Cause{message->position, message->stream, message->type, message->kind});
      if (found == causes.end()) continue;
      const auto& cause = found->second;
      for (const auto& watched : watched_) {
        const bool behind = cause.position > watched.checkpoint && makes(watched, *message) &&
                            handles(watched, cause.stream, cause.type, cause.kind);
        if (!behind || !told.insert(watched.processor.name).second) continue;
        violation_(fmt::format("the checkpoint of {} is {}, but it has handled position {}: its answer is at {}",
                               watched.processor.name, watched.checkpoint, cause.position, message->position));
      }
    }
    if (slice.scanned_to <= after) break;
    after = slice.scanned_to;
  }
}

void LogAudit::check_stream(const std::string& stream, lasagne::Revision last) {
  const auto slice = store_.read_stream(stream, last, lasagne::Direction::backwards, 1);
  if (!slice) {
    using enum lasagne::ErrorCode;
    if (slice.error().code != not_found && slice.error().code != tombstoned) {
      throw std::runtime_error(slice.error().message);
    }
    violation_(stream + " was deleted");
  } else if (slice->first > 0) {
    violation_(fmt::format("{} begins at revision {}: what was before is lost", stream, slice->first));
  } else if (slice->head < last) {
    violation_(fmt::format("{} ends at revision {}, but the log has its revision {}", stream, slice->head, last));
  }
}

void LogAudit::check_parked() {
  for (Position after = 0;;) {
    const auto parked = value_of(store_.parked({}, after, page));
    for (const auto& entry : parked) {
      held_.insert(entry.position);
      at_rest_ = false;
      if (entry.status != lasagne::ParkedMessage::Status::parked) continue;
      violation_(fmt::format("{} parked the message at position {}: {}", entry.processor, entry.position, entry.error));
    }
    if (parked.size() < page) return;
    after = parked.back().position;
  }
}

}  // namespace examples
