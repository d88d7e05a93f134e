// A stream's revision as HTTP carries it: "7".
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "lasagne/message.hpp"

namespace lasagne {

// A strong entity tag (RFC 9110, 8.8.3): what is answered at one revision is always the same, so it may guard a write
// as If-Match, which a weak tag may not.
struct ETag {
  Revision revision = 0;

  // "7", with its quotes.
  [[nodiscard]] std::string to_string() const { return "\"" + std::to_string(revision) + "\""; }

  // Exactly one strong tag of digits; anything else is empty.
  [[nodiscard]] static std::optional<ETag> parse(std::string_view text) noexcept {
    if (text.size() < 3 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
    const auto digits = text.substr(1, text.size() - 2);
    ETag tag;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), tag.revision);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return tag;
  }
  friend bool operator==(ETag, ETag) = default;
};

}  // namespace lasagne
