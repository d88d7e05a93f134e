#include "store/sqlite/positions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace lasagne::detail::sqlite {

std::string distances_of(std::span<const Position> ascending) {
  std::string text;
  for (std::size_t i = ascending.size(); i-- > 1;) {
    text += text.empty() ? '[' : ',';
    std::array<char, 20> digits{};
    const auto distance = ascending[i] - ascending[i - 1];
    text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), distance).ptr);
  }
  if (!text.empty()) text += ']';
  return text;
}

bool positions_of(Position last, std::string_view distances, std::vector<Position>& ascending) {
  ascending.assign(1, last);
  if (distances.empty()) return last > 0;
  if (distances.front() != '[' || distances.back() != ']') return false;
  const char* at = distances.data() + 1;
  const char* const end = distances.data() + distances.size();
  while (at < end) {
    Position distance = 0;
    const auto [stopped, error] = std::from_chars(at, end, distance);
    if (error != std::errc{} || distance == 0 || distance >= ascending.back() || stopped == end) return false;
    if (*stopped != ',' && stopped + 1 != end) return false;
    ascending.push_back(ascending.back() - distance);
    at = stopped + 1;
  }
  std::ranges::reverse(ascending);
  return true;
}

}  // namespace lasagne::detail::sqlite
