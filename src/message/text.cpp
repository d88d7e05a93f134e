#include "text.hpp"

namespace lasagne::detail {

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

std::string valid_text(std::string_view text, std::size_t most_bytes) {
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    const bool ascii = static_cast<unsigned char>(text[at]) < 0x80;
    const std::size_t length = ascii ? 1 : utf8_length(text.substr(at));
    if (valid.size() + (length > 0 ? length : 1) > most_bytes) break;
    if (length > 0) {
      valid += text.substr(at, length);
    } else {
      valid += '?';
    }
    at += length > 0 ? length : 1;
  }
  return valid;
}

}  // namespace lasagne::detail
