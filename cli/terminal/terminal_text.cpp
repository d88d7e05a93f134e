#include "terminal/terminal_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "lasagne/json.hpp"

namespace terminal {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;  // as UTF-8
};

// The first one of a text that is not empty.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xf0 && lead < 0xf5   ? 4
                            : lead >= 0xe0 && lead < 0xf0 ? 3
                            : lead >= 0xc2 && lead < 0xe0 ? 2
                                                          : 0;
  if (bytes == 0 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < least[bytes] || code > 0x10ffff || surrogate) return {};
  return {code, bytes, true};
}

// Controls (C0, DEL, C1), line and paragraph separators, and whatever changes the direction of writing.
bool steers(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

std::string escaped(std::uint32_t code) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", code);
  return text;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const auto character = first_of(text);
    if (!character.valid) {
      shown += '?';
    } else if (steers(character.code)) {
      shown += character.code == '\n' || character.code == '\t' ? ' ' : '?';
    } else {
      shown += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return shown;
}

std::string json_string(std::string_view text) {
  std::string json = "\"";
  json.reserve(text.size() + 2);
  while (!text.empty()) {
    const auto character = first_of(text);
    if (!character.valid) {
      json += replacement;
    } else if (steers(character.code)) {
      json += escaped(character.code);
    } else {
      if (character.code == '"' || character.code == '\\') json += '\\';
      json += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return json += '"';
}

std::string json_line(std::string_view json) {
  if (lasagne::json_problem(json)) return json_string(json);
  std::string line;
  line.reserve(json.size());
  while (!json.empty()) {
    const auto character = first_of(json);
    // In well-formed JSON the ASCII ones stand between values only, and the others in strings only.
    if (character.code < 0x20) {
      line += ' ';
    } else if (steers(character.code)) {
      line += escaped(character.code);
    } else {
      line += json.substr(0, character.bytes);
    }
    json.remove_prefix(character.bytes);
  }
  return line;
}

}  // namespace terminal
