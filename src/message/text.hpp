// Text: ids and times without the allocation that a std::string would cost the codec, and UTF-8.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace lasagne::detail {

inline constexpr std::size_t uuid_text_size = 36;
inline constexpr std::size_t timestamp_text_size = 27;

[[nodiscard]] std::array<char, uuid_text_size> uuid_text(const Uuid& id) noexcept;
[[nodiscard]] std::array<char, timestamp_text_size> timestamp_text(Timestamp time) noexcept;
// Whether the time is within the years that its text can tell.
[[nodiscard]] bool has_text(Timestamp time) noexcept;

// How many bytes the UTF-8 character at the front takes; 0 if it is none (overlong, surrogate, cut short).
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;
// At most so many bytes of the text, whole characters only; bytes that are not UTF-8 become '?'.
[[nodiscard]] std::string valid_text(std::string_view text, std::size_t most_bytes);

}  // namespace lasagne::detail
