#include "store/sqlite/block.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <system_error>

namespace lasagne::detail::sqlite {

namespace {

constexpr std::string_view removed_message = "null";

void append_number(std::string& out, std::int64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
  out += ',';
}

// Whatever its bytes are, it comes back as it was: what is not printable ASCII is written by its number.
void append_traceparent(std::string& out, std::string_view value) {
  constexpr std::string_view hex = "0123456789abcdef";
  if (value.empty()) {
    out += "null,";
    return;
  }
  out += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e || c == '"' || c == '\\') {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 0xfU];
    } else {
      out += c;
    }
  }
  out += "\",";
}

void append_id(std::string& out, const Uuid& id) {
  out.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

std::string element_of(const StoredMessage& message, Timestamp first) {
  std::string text;
  text.reserve(96 + message.metadata.traceparent.size() + message.data.size());
  text += '[';
  append_number(text, message.stream_id);
  append_number(text, static_cast<std::int64_t>(message.revision));
  append_number(text, message.type_id);
  append_number(text, message.kind);
  append_number(text, (message.recorded_at - first).count());
  append_traceparent(text, message.metadata.traceparent);
  append_number(text, static_cast<std::int64_t>(message.data.size()));
  text += message.data;
  text += ']';
  return text;
}

}  // namespace

Digest Block::digest() const {
  RowHash hash("block");
  hash.integer(static_cast<std::int64_t>(position));
  hash.integer(static_cast<std::int64_t>(count));
  hash.integer(recorded_at.microseconds);
  hash.blob(ids);
  hash.text(messages);
  return hash.digest();
}

Digest chain_after(const Digest& before, const Digest& block) {
  RowHash hash("chain");
  hash.blob(bytes_of(before));
  hash.blob(bytes_of(block));
  return hash.digest();
}

bool BlockBuilder::add(const StoredMessage& message) {
  const bool first = count_ == 0;
  const auto element = element_of(message, first ? message.recorded_at : recorded_at_);
  if (!first && ids_.size() + messages_.size() + block_id_bytes + element.size() + 2 > block_bytes) return false;
  if (first) {
    position_ = message.position;
    recorded_at_ = message.recorded_at;
    messages_ = '[';
  } else {
    messages_.back() = ',';
  }
  messages_ += element;
  messages_ += ']';
  append_id(ids_, message.id);
  append_id(ids_, message.metadata.correlation_id);
  append_id(ids_, message.metadata.causation_id);
  ++count_;
  return true;
}

void BlockBuilder::clear() noexcept {
  count_ = 0;
  ids_.clear();
  messages_.clear();
}

bool BlockCursor::number(std::int64_t& value, char end) noexcept {
  const char* const last = block_.messages.data() + block_.messages.size();
  const auto [stopped, error] = std::from_chars(block_.messages.data() + at_, last, value);
  if (error != std::errc{} || stopped == last || *stopped != end) return false;
  at_ = static_cast<std::size_t>(stopped - block_.messages.data()) + 1;
  return true;
}

bool BlockCursor::traceparent(std::string& value) {
  value.clear();
  const auto rest = block_.messages.substr(at_);
  if (rest.starts_with("null,")) {
    at_ += 5;
    return true;
  }
  if (!rest.starts_with('"')) return false;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      at_ += i + 2;
      return i + 1 < rest.size() && rest[i + 1] == ',';
    }
    if (rest[i] != '\\') {
      value += rest[i];
      continue;
    }
    unsigned byte = 0;
    if (rest.size() - i < 6) return false;
    const auto [stopped, error] = std::from_chars(rest.data() + i + 2, rest.data() + i + 6, byte, 16);
    if (error != std::errc{} || stopped != rest.data() + i + 6 || byte > 0xff) return false;
    value += static_cast<char>(byte);
    i += 5;
  }
  return false;
}

BlockCursor::Step BlockCursor::next(StoredMessage& message) {
  const auto& text = block_.messages;
  if (index_ == block_.count) return text.empty() || at_ == text.size() ? Step::end : Step::damaged;
  if (text.empty()) {  // all at once: there may be very many
    index_ = block_.count;
    return Step::removed;
  }
  if (at_ == 0 && (block_.ids.size() % block_id_bytes != 0 || block_.ids.size() / block_id_bytes != block_.count))
    return Step::damaged;
  const char before = at_ == 0 ? '[' : ',';
  const char after = index_ + 1 == block_.count ? ']' : ',';
  if (at_ == 0) {
    if (text[0] != before) return Step::damaged;
    at_ = 1;
  }
  if (text.substr(at_).starts_with(removed_message)) {
    at_ += removed_message.size();
    if (at_ >= text.size() || text[at_] != after) return Step::damaged;
    ++at_;
    ++index_;
    return Step::removed;
  }
  if (at_ >= text.size() || text[at_++] != '[') return Step::damaged;
  std::int64_t revision = 0;
  std::int64_t later = 0;
  std::int64_t size = 0;
  if (!number(message.stream_id, ',') || !number(revision, ',') || !number(message.type_id, ',') ||
      !number(message.kind, ',') || !number(later, ',') || !traceparent(message.metadata.traceparent) ||
      !number(size, ',') || revision < 0 || size < 0)
    return Step::damaged;
  const auto data_size = static_cast<std::size_t>(size);
  if (text.size() - at_ < data_size + 2 || text[at_ + data_size] != ']' || text[at_ + data_size + 1] != after)
    return Step::damaged;
  message.data = text.substr(at_, data_size);
  at_ += data_size + 2;
  message.position = next_position();
  message.revision = static_cast<Revision>(revision);
  message.recorded_at = block_.recorded_at + Duration{later};
  const char* ids = block_.ids.data() + index_ * block_id_bytes;
  for (Uuid* id : {&message.id, &message.metadata.correlation_id, &message.metadata.causation_id}) {
    std::memcpy(id->bytes.data(), ids, id->bytes.size());
    ids += id->bytes.size();
  }
  ++index_;
  return Step::message;
}

bool without(const Block& block, const std::vector<Position>& removed, std::string& ids, std::string& messages) {
  ids = block.ids;
  messages = '[';
  bool left = false;
  BlockCursor cursor(block);
  StoredMessage message;
  for (std::uint64_t i = 0; i < block.count; ++i) {
    const auto step = cursor.next(message);
    if (step == BlockCursor::Step::damaged) return false;
    const bool kept = step == BlockCursor::Step::message && !std::ranges::binary_search(removed, block.position + i);
    if (kept) {
      messages += element_of(message, block.recorded_at);
      left = true;
    } else {
      messages += removed_message;
      if (!ids.empty()) ids.replace(i * block_id_bytes, block_id_bytes, block_id_bytes, '\0');
    }
    messages += i + 1 == block.count ? ']' : ',';
  }
  if (!left) {
    ids.clear();
    messages.clear();
  }
  return true;
}

}  // namespace lasagne::detail::sqlite
