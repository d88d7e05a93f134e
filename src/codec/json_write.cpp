#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

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
void append_floating(T value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
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

// How many bytes the UTF-8 character at the front takes; 0 if it is none (overlong, surrogate, cut short).
std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  // The second byte's range is narrower after four of the leads.
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  return length;
}

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

void write_integer(std::int64_t value, std::string& out) { append_number(value, out); }
void write_unsigned(std::uint64_t value, std::string& out) { append_number(value, out); }
void write_double(double value, std::string& out) { append_floating(value, out); }
void write_float(float value, std::string& out) { append_floating(value, out); }

void write_string(std::string_view text, std::string& out) {
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

void write_uuid(const Uuid& id, std::string& out) { append_quoted(uuid_text(id), out); }
void write_timestamp(Timestamp time, std::string& out) { append_quoted(timestamp_text(time), out); }

void throw_unnamed_enum(std::string_view enum_name, std::int64_t value) {
  throw std::invalid_argument("lasagne JSON: " + std::string(enum_name) + " has no name for the value " +
                              std::to_string(value));
}

void throw_valueless_variant() { throw std::invalid_argument("lasagne JSON: a std::variant without a value"); }

}  // namespace lasagne::detail
