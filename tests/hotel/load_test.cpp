#include <gtest/gtest.h>

#include <set>

#include "audit.hpp"
#include "load.hpp"
#include "running_hotel.hpp"

namespace {

using namespace hotel_test;

LoadResult load(RunningHotel& hotel, const LoadPlan& plan, std::uint64_t groups) {
  hotel.runtime().start();
  auto result = run_load(*hotel.store, hotel.runtime(), plan, groups);
  hotel.runtime().stop();
  return result;
}

TEST(LoadPlan, IsAFunctionOfItsNumbers) {
  const LoadPlan plan{7, 3, 20};
  EXPECT_EQ(plan.group_id(5), (LoadPlan{7, 3, 20}.group_id(5)));
  EXPECT_NE(plan.group_id(5), (LoadPlan{8, 3, 20}.group_id(5)));
  EXPECT_NE(plan.group_id(5), (LoadPlan{7, 4, 20}.group_id(5)));
  EXPECT_LT(plan.group_id(255), plan.group_id(256));
  EXPECT_EQ(plan.index_of(plan.group_id(5), 6), 5U);
  EXPECT_EQ(plan.index_of(plan.group_id(5), 5), std::nullopt);
  EXPECT_EQ(plan.index_of(group, 1'000'000), std::nullopt);
}
TEST(LoadPlan, GivesEveryCommandAnIdOfItsOwn) {
  const LoadPlan plan{7, 3, 20};
  std::set<Uuid> ids;
  for (std::uint64_t index = 0; index < 10; ++index) {
    for (const auto& command : plan.commands(index, at(0))) EXPECT_TRUE(ids.insert(command.id).second);
  }
  EXPECT_EQ(ids.size(), 10U * (3 * 3 + 1));
}

TEST(Load, FailsExactlyTheGroupsWithUnsettledGuests) {
  const LoadPlan plan{42, 3, 20};
  std::uint64_t with_debt = 0;
  for (std::uint64_t index = 0; index < 60; ++index) {
    bool any = false;
    for (std::uint64_t guest = 0; guest < plan.guests; ++guest) any = any || plan.is_unsettled(index, guest);
    with_debt += any ? 1 : 0;
  }
  ASSERT_GT(with_debt, 0U);
  ASSERT_LT(with_debt, 60U);
  for (const auto style : all_styles) {
    RunningHotel hotel(style);
    const auto result = load(hotel, plan, 60);
    EXPECT_EQ(result.failed, with_debt) << to_string(style);
    EXPECT_EQ(result.completed, 60 - with_debt);
    EXPECT_EQ(result.open + result.timed_out, 0U);
    const auto audited = audit(*hotel.store);
    EXPECT_TRUE(audited.violations.empty()) << testing::PrintToString(audited.violations);
    EXPECT_EQ(audited.failed, with_debt);
  }
}

TEST(Load, GoesOnAndRepeatsNothing) {
  const LoadPlan plan{1, 2, 50};
  RunningHotel hotel(Style::saga);
  (void)load(hotel, plan, 10);
  hotel.restart();
  const auto result = load(hotel, plan, 30);
  EXPECT_EQ(result.completed + result.failed, 30U);
  EXPECT_EQ(hotel.all<GuestCheckedIn>().size(), 60U);
  const auto end = hotel.store->visible_position();
  hotel.restart();
  EXPECT_EQ(load(hotel, plan, 30).completed, result.completed);
  EXPECT_EQ(hotel.store->visible_position(), end);
  EXPECT_TRUE(audit(*hotel.store).violations.empty());
}

}  // namespace
