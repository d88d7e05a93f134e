// The rows of the indexes by_stream and by_process: where the messages of one stream or process are that one batch
// wrote.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/message.hpp"

namespace lasagne::detail::sqlite {

inline constexpr std::size_t positions_per_row = 256;

// A row holds the last position and, as a JSON array, the distance from each to the one before it, going back: 17, 12,
// 11 is 17 and [5,1]. Empty for a single position.
[[nodiscard]] std::string distances_of(std::span<const Position> ascending);
// The positions of a row in ascending order. False: `distances` is not such an array.
[[nodiscard]] bool positions_of(Position last, std::string_view distances, std::vector<Position>& ascending);

}  // namespace lasagne::detail::sqlite
