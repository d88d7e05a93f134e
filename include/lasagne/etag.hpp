// A stream's revision as HTTP carries it: W/"7".
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "lasagne/message.hpp"

namespace lasagne {

struct ETag {
  Revision revision = 0;

  // W/"7".
  [[nodiscard]] std::string to_string() const { return "W/\"" + std::to_string(revision) + "\""; }

  // Exactly one weak tag of digits; anything else is empty.
  [[nodiscard]] static std::optional<ETag> parse(std::string_view text) noexcept {
    if (!text.starts_with("W/\"") || !text.ends_with('"') || text.size() < 5) return std::nullopt;
    const auto digits = text.substr(3, text.size() - 4);
    ETag tag;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), tag.revision);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return tag;
  }
  friend bool operator==(ETag, ETag) = default;
};

}  // namespace lasagne
