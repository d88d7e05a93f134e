#include "lasagne/money.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace lasagne {
namespace {

__extension__ using Wide = __int128;
constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto most = std::numeric_limits<std::int64_t>::max();

std::optional<Money> exact(Wide amount) {
  if (amount < least || amount > most) return std::nullopt;
  return Money{static_cast<std::int64_t>(amount)};
}

// Near the ends, near zero, or anywhere.
rc::Gen<std::int64_t> any_amount() {
  const auto offset = rc::gen::inRange<std::int64_t>(0, 4);
  return rc::gen::oneOf(rc::gen::map(offset, [](std::int64_t by) { return most - by; }),
                        rc::gen::map(offset, [](std::int64_t by) { return least + by; }),
                        rc::gen::map(offset, [](std::int64_t by) { return by - 2; }),
                        rc::gen::arbitrary<std::int64_t>());
}

TEST(Money, IsExactOrRefused) {
  EXPECT_TRUE(rc::check([] {
    const auto a = *any_amount();
    const auto b = *any_amount();
    RC_ASSERT(Money::add({a}, {b}) == exact(Wide{a} + b));
    RC_ASSERT(Money::subtract({a}, {b}) == exact(Wide{a} - b));
    RC_ASSERT(Money::multiply({a}, b) == exact(Wide{a} * b));
  }));
}

TEST(Money, ReachesItsEndsAndNotPastThem) {
  EXPECT_EQ(Money::add({most - 1}, {1}), Money{most});
  EXPECT_EQ(Money::add({most}, {1}), std::nullopt);
  EXPECT_EQ(Money::subtract({least + 1}, {1}), Money{least});
  EXPECT_EQ(Money::subtract({least}, {1}), std::nullopt);
  EXPECT_EQ(Money::multiply({most / 2}, 2), Money{most - 1});
  EXPECT_EQ(Money::multiply({most / 2 + 1}, 2), std::nullopt);
  EXPECT_EQ(Money::multiply({least}, -1), std::nullopt);
}

}  // namespace
}  // namespace lasagne
