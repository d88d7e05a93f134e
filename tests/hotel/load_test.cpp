// The load: deterministic, goes on where it was, and fails exactly the groups that must fail.
#include <gtest/gtest.h>

#include <set>

#include "audit.hpp"
#include "hotel_runtime.hpp"
#include "load.hpp"

namespace {

using namespace hotel_test;

LoadPlan plan_of(std::uint64_t groups, std::size_t guests, unsigned unsettled, std::uint64_t seed = 42) {
  return {.groups = groups, .guests = guests, .seed = seed, .unsettled = unsettled};
}

std::uint64_t groups_with_debt(const LoadPlan& plan) {
  std::uint64_t count = 0;
  for (std::uint64_t group = 0; group < plan.groups; ++group) {
    bool any = false;
    for (std::size_t guest = 0; guest < plan.guests; ++guest)
      any = any || plan.is_unsettled(plan.guest_id(group, guest));
    count += any ? 1 : 0;
  }
  return count;
}

LoadResult load(Hotel& hotel, const LoadPlan& plan) {
  hotel.runtime().start();
  const std::function<Timestamp()> now = [] { return at(0); };
  auto result = run_load(hotel.store(), hotel.runtime(), plan, now, [](std::uint64_t) {});
  hotel.runtime().stop();
  return result;
}

TEST(LoadPlan, IsAFunctionOfItsSeed) {
  EXPECT_EQ(plan_of(9, 3, 0).group_id(5), plan_of(9, 3, 0).group_id(5));
  EXPECT_NE(plan_of(9, 3, 0, 1).group_id(5), plan_of(9, 3, 0, 2).group_id(5));
  EXPECT_NE(plan_of(9, 3, 0, 1).guest_id(5, 0), plan_of(9, 3, 0, 2).guest_id(5, 0));
}
TEST(LoadPlan, GivesIdsThatAscendWithTheGroupAndAreAllDifferent) {
  const auto plan = plan_of(600, 3, 0);
  std::set<Uuid> ids;
  for (std::uint64_t group = 0; group < plan.groups; ++group) {
    EXPECT_TRUE(ids.empty() || *ids.rbegin() < plan.group_id(group));
    ids.insert(plan.group_id(group));
    for (std::size_t guest = 0; guest < plan.guests; ++guest) ids.insert(plan.guest_id(group, guest));
  }
  EXPECT_EQ(ids.size(), plan.groups * (plan.guests + 1));
}

TEST(Load, FailsExactlyTheGroupsWithUnsettledGuests) {
  const auto plan = plan_of(60, 3, 20);
  const auto with_debt = groups_with_debt(plan);
  ASSERT_GT(with_debt, 0U);
  ASSERT_LT(with_debt, plan.groups);
  for (const auto style : all_styles) {
    Hotel hotel(style);
    const auto result = load(hotel, plan);
    EXPECT_EQ(result.failed, with_debt) << to_string(style);
    EXPECT_EQ(result.completed, plan.groups - with_debt);
    EXPECT_EQ(result.open + result.timed_out, 0U);
    const auto audited = audit(hotel.store());
    EXPECT_TRUE(audited.violations.empty()) << ::testing::PrintToString(audited.violations);
    EXPECT_EQ(audited.failed, with_debt);
    EXPECT_EQ(audited.open, 0U);
  }
}

TEST(Load, GoesOnAndRepeatsNothing) {
  Hotel hotel(Style::saga);
  (void)load(hotel, plan_of(10, 2, 50));
  hotel.restart();
  const auto result = load(hotel, plan_of(30, 2, 50));
  EXPECT_EQ(result.completed + result.failed, 30U);
  EXPECT_EQ(hotel.count("GuestCheckedIn"), 60U);
  const auto end = hotel.store().visible_position();
  hotel.restart();
  EXPECT_EQ(load(hotel, plan_of(30, 2, 50)).completed, result.completed);
  EXPECT_EQ(hotel.store().visible_position(), end);
  EXPECT_TRUE(audit(hotel.store()).violations.empty());
}

// Killed between any two of a group's commands.
TEST(Load, TakesOverAGroupThatWasHalfSetGoing) {
  Hotel hotel(Style::choreography);
  const auto plan = plan_of(2, 2, 0);
  hotel.do_now(CheckInGuest{plan.guest_id(0, 0), at(0)});
  EXPECT_EQ(load(hotel, plan).completed, 2U);
  EXPECT_EQ(hotel.count("GuestCheckedIn"), 4U);
}

}  // namespace
