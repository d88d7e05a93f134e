#include "store/sqlite/block.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

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

// Moves on behind the number and the character that ends it.
inline bool read_number(const char*& at, const char* last, char end, std::int64_t& value) noexcept {
  constexpr std::ptrdiff_t most_digits = 18;  // which no overflow can come of
  const bool negative = at != last && *at == '-';
  const char* const first = at + (negative ? 1 : 0);
  const char* stopped = first;
  std::int64_t read = 0;
  for (; stopped != last && *stopped >= '0' && *stopped <= '9'; ++stopped) {
    if (stopped - first == most_digits) {
      const auto [longer, error] = std::from_chars(at, last, value);
      if (error != std::errc{} || longer == last || *longer != end) return false;
      at = longer + 1;
      return true;
    }
    read = read * 10 + (*stopped - '0');
  }
  if (stopped == first || stopped == last || *stopped != end) return false;
  value = negative ? -read : read;
  at = stopped + 1;
  return true;
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

void Block::put_into(RowHash& hash) const {
  hash.integer(static_cast<std::int64_t>(position));
  hash.integer(static_cast<std::int64_t>(count));
  hash.integer(recorded_at.microseconds);
  hash.blob(ids);
  hash.text(messages);
}

Digest Block::digest() const {
  RowHash hash("block");
  put_into(hash);
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
  const char* at = block_.messages.data() + at_;
  if (!read_number(at, block_.messages.data() + block_.messages.size(), end, value)) return false;
  at_ = static_cast<std::size_t>(at - block_.messages.data());
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

// Whether so many bytes of data from there on end the element.
bool BlockCursor::ends_after(std::size_t at, std::int64_t size) const noexcept {
  const auto& text = block_.messages;
  const auto left = text.size() - at;
  if (size < 0 || left < 2 || left - 2 < static_cast<std::size_t>(size)) return false;
  at += static_cast<std::size_t>(size);
  return text[at] == ']' && text[at + 1] == (index_ + 1 == block_.count ? ']' : ',');
}

bool BlockCursor::open() noexcept {
  if (block_.ids.size() % block_id_bytes != 0 || block_.ids.size() / block_id_bytes != block_.count) return false;
  if (block_.messages[0] != '[') return false;
  at_ = 1;
  return true;
}

bool BlockCursor::begin(Step& step) {
  const auto& text = block_.messages;
  step = Step::damaged;
  if (index_ == block_.count) {
    if (text.empty() || at_ == text.size()) step = Step::end;
    return false;
  }
  if (text.empty()) {  // all at once: there may be very many
    index_ = block_.count;
    step = Step::removed;
    return false;
  }
  if (at_ == 0 && !open()) return false;
  if (text.substr(at_).starts_with(removed_message)) {
    at_ += removed_message.size();
    if (at_ >= text.size() || text[at_] != (index_ + 1 == block_.count ? ']' : ',')) return false;
    ++at_;
    ++index_;
    step = Step::removed;
    return false;
  }
  return at_ < text.size() && text[at_++] == '[';
}

BlockCursor::Step BlockCursor::next(StoredMessage& message) {
  Step step{};
  if (!begin(step)) return step;
  const auto& text = block_.messages;
  std::int64_t revision = 0;
  std::int64_t later = 0;
  std::int64_t size = 0;
  if (!number(message.stream_id, ',') || !number(revision, ',') || !number(message.type_id, ',') ||
      !number(message.kind, ',') || !number(later, ',') || !traceparent(message.metadata.traceparent) ||
      !number(size, ',') || revision < 0 || !ends_after(at_, size))
    return Step::damaged;
  message.data = text.substr(at_, static_cast<std::size_t>(size));
  message.position = next_position();
  message.revision = static_cast<Revision>(revision);
  message.recorded_at = block_.recorded_at + Duration{later};
  const char* ids = block_.ids.data() + index_ * block_id_bytes;
  for (Uuid* id : {&message.id, &message.metadata.correlation_id, &message.metadata.causation_id}) {
    std::memcpy(id->bytes.data(), ids, id->bytes.size());
    ids += id->bytes.size();
  }
  at_ += message.data.size() + 2;
  ++index_;
  return Step::message;
}

bool BlockCursor::skip_to(Position position) {
  constexpr std::string_view no_traceparent = "null,";
  if (block_.messages.empty()) return true;
  if (at_ == 0 && !open()) return false;
  const char* const last = block_.messages.data() + block_.messages.size();
  const char* at = block_.messages.data() + at_;
  for (; next_position() < position; ++index_) {
    if (static_cast<std::size_t>(last - at) <= removed_message.size()) return false;
    if (*at == removed_message[0]) {
      at += removed_message.size();
      if (*at++ != ',') return false;
      continue;
    }
    if (*at++ != '[') return false;
    for (int numbers = 5; numbers > 0 && at != last; ++at) numbers -= *at == ',' ? 1 : 0;
    const auto left = static_cast<std::size_t>(last - at);
    if (left <= no_traceparent.size()) return false;
    if (*at == no_traceparent[0]) {
      at += no_traceparent.size();
    } else {
      // It has no quotation mark inside.
      const auto* const end = static_cast<const char*>(std::memchr(at + 1, '"', left - 1));
      if (end == nullptr || last - end < 2) return false;
      at = end + 2;
    }
    std::int64_t size = 0;
    if (!read_number(at, last, ',', size) || size < 0 || last - at < 2 || last - at - 2 < size) return false;
    at += size;
    if (at[0] != ']' || at[1] != ',') return false;
    at += 2;
  }
  at_ = static_cast<std::size_t>(at - block_.messages.data());
  return true;
}

bool BlockCutter::remove(Position position, StoredMessage& message) {
  if (!block_.holds(position) || position < cursor_.next_position() || !cursor_.skip_to(position)) return false;
  const auto begin = std::max<std::size_t>(cursor_.at(), 1);
  if (cursor_.next(message) != BlockCursor::Step::message) return false;
  messages_.append(block_.messages, copied_, begin - copied_).append(removed_message);
  copied_ = cursor_.at() - 1;
  const auto place = static_cast<std::size_t>(position - block_.position);
  ids_.replace(place * block_id_bytes, block_id_bytes, block_id_bytes, '\0');
  return true;
}

void BlockCutter::finish(std::string& ids, std::string& messages) {
  messages_.append(block_.messages, copied_);
  // Each message is an array in the array.
  const bool left = messages_.find('[', 1) != std::string::npos;
  ids = left ? std::move(ids_) : std::string{};
  messages = left ? std::move(messages_) : std::string{};
}

}  // namespace lasagne::detail::sqlite
