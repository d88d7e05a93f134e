// Ids and times as text, without the allocation that a std::string would cost the codec.
#pragma once

#include <array>
#include <cstddef>

#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace lasagne::detail {

inline constexpr std::size_t uuid_text_size = 36;
inline constexpr std::size_t timestamp_text_size = 27;

[[nodiscard]] std::array<char, uuid_text_size> uuid_text(const Uuid& id) noexcept;
[[nodiscard]] std::array<char, timestamp_text_size> timestamp_text(Timestamp time) noexcept;

}  // namespace lasagne::detail
