#include <gtest/gtest.h>

#include "common/program.hpp"

namespace {

TEST(Seconds, AreANumberWithinTheirRange) {
  for (const auto* good : {"0.001", "1.5", "900", "1e9"}) EXPECT_EQ(examples::problem_of_seconds(good), "") << good;
  for (const auto* bad : {"nan", "-nan", "inf", "-1", "0", "0.0009", "1000000001", "1e309", "", "1s", "x"})
    EXPECT_NE(examples::problem_of_seconds(bad), "") << bad;
}

}  // namespace
