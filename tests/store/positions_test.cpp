// What a row of the indexes says, and what is not such a row.
#include "store/sqlite/positions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lasagne::detail::sqlite {
namespace {

std::vector<Position> read_back(const std::vector<Position>& ascending) {
  std::vector<Position> read;
  EXPECT_TRUE(positions_of(ascending.back(), distances_of(ascending), read));
  return read;
}

TEST(Positions, OfARowReadBack) {
  for (const auto& positions :
       {std::vector<Position>{1}, {17}, {1, 2}, {11, 12, 17}, {1, 1'000'000'000, 9'000'000'000'000'000'000}}) {
    EXPECT_EQ(read_back(positions), positions) << distances_of(positions);
  }
  EXPECT_EQ(distances_of(std::vector<Position>{11, 12, 17}), "[5,1]");
}

TEST(Positions, OfADamagedRowDoNotRead) {
  std::vector<Position> read;
  for (const std::string distances : {"[",      "]",
                                      "[]",     "5",
                                      "5,1",    "[5,1",
                                      "5,1]",   "[5;1]",
                                      "[5 1]",  "[5,]",
                                      "[,5]",   "[5,,1]",
                                      "[5]]",   "[[5]",
                                      "[0]",    "[5,0]",
                                      "[-1]",   "[17]",
                                      "[16,1]", "[x]",
                                      "[5,x]",  "[18446744073709551616]"}) {
    EXPECT_FALSE(positions_of(17, distances, read)) << distances;
  }
  EXPECT_FALSE(positions_of(0, "", read)) << "positions begin with 1";
}

}  // namespace
}  // namespace lasagne::detail::sqlite
