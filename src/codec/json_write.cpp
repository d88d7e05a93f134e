#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "../message/text.hpp"
#include "lasagne/detail/json_writer.hpp"
#include "lasagne/send.hpp"

namespace lasagne::detail {
namespace {

// Room for any 64-bit integer and any shortest double.
constexpr std::size_t number_size = 32;

template <class T>
void append_number(T value, std::string& out) {
  std::array<char, number_size> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

template <class T>
void append_floating(T value, JsonWriter& writer) {
  std::string& out = writer.out;
  if (!std::isfinite(value)) {
    if (writer.exact && std::isinf(value)) throw_unwritable("an infinite number has no JSON");
    out += "null";  // reads back as NaN
  } else if (value == 0 && std::signbit(value)) {
    out += "-0.0";  // "-0" would read back as the integer 0
  } else {
    append_number(value, out);
  }
}

template <std::size_t N>
void append_quoted(const std::array<char, N>& text, std::string& out) {
  out += '"';
  out.append(text.data(), text.size());
  out += '"';
}

constexpr bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (int i = 0; i < 256; ++i) table[static_cast<std::size_t>(i)] = is_plain(static_cast<char>(i));
  return table;
}();

void append_escape(char c, std::string& out) {
  constexpr char hex_digits[] = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += c;
      return;
    case '\b':
      out += 'b';
      return;
    case '\f':
      out += 'f';
      return;
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    default:
      out += "u00";
      out += hex_digits[static_cast<unsigned char>(c) >> 4U];
      out += hex_digits[static_cast<unsigned char>(c) & 0x0fU];
  }
}

}  // namespace

std::string& scratch() {
  constexpr std::size_t kept_bytes = 64 << 10;
  thread_local std::string buffer;
  if (buffer.capacity() > kept_bytes) buffer = {};
  buffer.clear();
  return buffer;
}

void write_integer(std::int64_t value, JsonWriter& writer) { append_number(value, writer.out); }
void write_unsigned(std::uint64_t value, JsonWriter& writer) { append_number(value, writer.out); }
void write_double(double value, JsonWriter& writer) { append_floating(value, writer); }
void write_float(float value, JsonWriter& writer) { append_floating(value, writer); }

void write_string(std::string_view text, JsonWriter& writer) {
  std::string& out = writer.out;
  const std::size_t start = out.size();
  out += '"';
  std::size_t begin = 0;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && plain[static_cast<unsigned char>(text[at])]) ++at;
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) >= 0x80) {
      const std::size_t length = utf8_length(text.substr(at));
      if (length > 0) {
        at += length;
        continue;
      }
      if (writer.exact) {
        out.resize(start);  // the path is read off what is complete
        throw_unwritable("the text is not UTF-8 at byte " + std::to_string(at));
      }
      out.append(text, begin, at - begin);
      out += "\xef\xbf\xbd";
    } else {
      out.append(text, begin, at - begin);
      append_escape(text[at], out);
    }
    begin = ++at;
  }
  out.append(text, begin);
  out += '"';
}

void write_uuid(const Uuid& id, JsonWriter& writer) { append_quoted(uuid_text(id), writer.out); }

void write_timestamp(Timestamp time, JsonWriter& writer) {
  if (writer.exact && !has_text(time)) throw_unwritable("the time is outside the years 0000 to 9999");
  append_quoted(timestamp_text(time), writer.out);
}

void write_enumerator(std::int64_t value, std::span<const std::int64_t> values, std::span<const std::string_view> names,
                      JsonWriter& writer) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] == value) return write_string(names[i], writer);
  throw_unwritable("the enum has no name for the value " + std::to_string(value) +
                   ": specialise lasagne::EnumRange, or lasagne::JsonAs for flags");
}

void begin_alternative(std::string_view type, JsonWriter& writer) {
  begin_container(writer);
  writer.out += R"({"type":)";
  write_string(type, writer);
  writer.out += R"(,"data":)";
}

void refuse_null(std::size_t start, JsonWriter& writer) {
  if (writer.out.compare(start, std::string::npos, "null") != 0) return;
  writer.out.resize(start);  // the path is read off what is complete
  throw_unwritable("NaN in an optional would read back as empty");
}

void throw_unwritable(std::string_view problem) { throw Unwritable{std::string(problem)}; }

void begin_container(JsonWriter& writer) {
  if (++writer.depth <= JsonLimits::nesting || !writer.exact) return;
  throw_unwritable("nested deeper than " + std::to_string(JsonLimits::nesting) + " arrays and objects");
}

void end_container(char last, JsonWriter& writer) {
  writer.out += last;
  --writer.depth;
}

void write_members(std::span<const MemberWriter> writers, const void* const* members, JsonWriter& writer) {
  begin_container(writer);
  if (writers.empty()) writer.out += '{';
  for (std::size_t i = 0; i < writers.size(); ++i) {
    writer.out += writers[i].key;
    writers[i].write(members[i], writer);
  }
  end_container('}', writer);
}

void write_char(char c, JsonWriter& writer) { writer.out += c; }
void write_bool(bool value, JsonWriter& writer) { writer.out += value ? "true" : "false"; }
void write_null(JsonWriter& writer) { writer.out += "null"; }

namespace {

constexpr bool is_name_byte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Where a text that breaks off breaks off: "items[2].name".
std::string path_at_end(std::string_view text) {
  struct Open {
    bool array = false;
    std::size_t index = 0;
    std::string_view key{};
  };
  std::vector<Open> open;
  bool key_next = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '{':
      case '[':
        open.push_back({text[i] == '['});
        key_next = text[i] == '{';
        break;
      case '}':
      case ']':
        open.pop_back();
        break;
      case ',':
        key_next = !open.back().array;
        ++open.back().index;
        open.back().key = {};
        break;
      case '"': {
        const std::size_t begin = ++i;
        while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
        if (key_next) open.back().key = text.substr(begin, i - begin);
        key_next = false;
        break;
      }
      default:
        break;
    }
  }
  std::string path;
  for (const Open& each : open) {
    if (each.array) {
      path += "[" + std::to_string(each.index) + "]";
    } else if (!std::ranges::all_of(each.key, is_name_byte)) {
      path.append("[\"").append(each.key).append("\"]");
    } else if (!each.key.empty()) {
      path.append(path.empty() ? "" : ".").append(each.key);
    }
  }
  return path;
}

}  // namespace

void write_document(const void* value, WriteValue write, std::string& out, bool exact) {
  const std::size_t begin = out.size();
  JsonWriter writer{out, exact};
  try {
    write(value, writer);
  } catch (Unwritable& unwritable) {
    throw EncodeError({path_at_end(std::string_view(out).substr(begin)), std::move(unwritable.problem)});
  }
}

Encoded encode_erased(const MessageType& type, const void* value, WriteValue write) {
  std::string& text = scratch();
  try {
    write_document(value, write, text, true);
  } catch (const EncodeError& error) {
    throw EncodeFailure(std::string(type.name) + " would not read back as it is: " + error.what());
  }
  return {std::string(type.name), std::string(text), type.type};
}

}  // namespace lasagne::detail
