// The whole process, in each of the three styles.
#include <gtest/gtest.h>

#include <algorithm>

#include "audit.hpp"
#include "lasagne/command_rejected.hpp"
#include "running_hotel.hpp"

namespace {

using namespace hotel_test;
using enum GroupCheckoutStatus;

class EveryStyle : public testing::TestWithParam<Style> {
 protected:
  void expect_clean_audit(std::uint64_t open = 0) {
    const auto result = audit(*hotel_.store);
    EXPECT_TRUE(result.violations.empty()) << testing::PrintToString(result.violations);
    EXPECT_EQ(result.open, open);
  }
  RunningHotel hotel_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Hotel, EveryStyle, testing::ValuesIn(all_styles), [](const auto& info) {
  std::string name(to_string(info.param));
  std::erase(name, '-');
  return name;
});

TEST_P(EveryStyle, CompletesWhenEverybodySettled) {
  for (const auto& who : {alice, bob, carol}) hotel_.check_in(who);
  hotel_.initiate({alice, bob, carol});
  hotel_.settle();
  const auto ends = hotel_.all<GroupCheckoutCompleted>();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].completed_guest_stay_ids, (std::vector{alice, bob, carol}));
  EXPECT_TRUE(hotel_.group_state().started);
  expect_clean_audit();
}

TEST_P(EveryStyle, FailsWithBothLists) {
  hotel_.check_in(alice);
  hotel_.check_in(bob, 100);
  hotel_.initiate({alice, bob, carol});  // carol is not there
  hotel_.settle();
  const auto ends = hotel_.all<GroupCheckoutFailed>();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].completed_guest_stay_ids, (std::vector{alice}));
  EXPECT_EQ(ends[0].failed_guest_stay_ids, (std::vector{bob, carol}));
  EXPECT_EQ(hotel_.group_state().guests.at(bob).reason, CheckoutFailureReason::BalanceNotSettled);
  EXPECT_EQ(hotel_.group_state().guests.at(carol).reason, CheckoutFailureReason::NotCheckedIn);
  expect_clean_audit();
}

TEST_P(EveryStyle, CanBeRerunOnceTheCauseIsResolved) {
  hotel_.check_in(alice);
  hotel_.check_in(bob, 100);
  hotel_.initiate({alice, bob});
  hotel_.settle();
  ASSERT_EQ(hotel_.group_state().status, Failed);
  ASSERT_TRUE(hotel_.execute(RecordPayment{bob, Money{100}, at(50)}).has_value());
  ASSERT_TRUE(hotel_.execute(RerunGroupCheckout{group, at(60), deadline}).has_value());
  hotel_.settle();
  const auto ends = hotel_.all<GroupCheckoutCompleted>();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].round, 2U);
  EXPECT_EQ(ends[0].completed_guest_stay_ids, (std::vector{alice, bob}));
  EXPECT_EQ(hotel_.all<GuestCheckedOut>().size(), 2U);
  expect_clean_audit();
}

TEST_P(EveryStyle, FailsAgainInARerunWhileTheCauseStands) {
  hotel_.check_in(bob, 100);
  hotel_.initiate({bob});
  hotel_.settle();
  ASSERT_TRUE(hotel_.execute(RerunGroupCheckout{group, at(60), deadline}).has_value());
  hotel_.settle();
  EXPECT_EQ(hotel_.all<GuestCheckoutFailed>().size(), 2U);
  EXPECT_EQ(hotel_.group_state().status, Failed);
  EXPECT_EQ(hotel_.group_state().round, 2U);
  expect_clean_audit();
}

TEST_P(EveryStyle, CancelsTheDeadlineOfAGroupThatEnded) {
  hotel_.check_in(alice);
  hotel_.check_in(bob, 1);
  hotel_.initiate({alice});
  hotel_.initiate({bob}, id_of("second group"));
  hotel_.settle();
  EXPECT_TRUE(hotel_.store->due_timers(at(1'000'000), 10).value().empty());
}

// The check-outs lie on the bus while nobody handles them, until after the deadline.
TEST_P(EveryStyle, TimesOutWhatIsOutstanding) {
  hotel_.check_in(alice);
  hotel_.check_in(bob);
  hotel_.initiate({alice, bob});
  ASSERT_TRUE(hotel_.execute(TimeOutGroupCheckout{group, 1, deadline}).has_value());
  const auto ends = hotel_.all<GroupCheckoutTimedOut>();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outstanding_guest_stay_ids, (std::vector{alice, bob}));
  hotel_.settle();  // the guests leave after all: that is kept, and does not change how it ended
  EXPECT_EQ(hotel_.group_state().status, TimedOut);
  EXPECT_EQ(hotel_.group_state().guests_in(GuestProgress::Completed), (std::vector{alice, bob}));
  EXPECT_EQ(hotel_.all<GuestCheckedOut>().size(), 2U);
  expect_clean_audit();
}

TEST_P(EveryStyle, FiresTheDurableTimerAfterARestart) {
  hotel_.check_in(alice);
  // Nobody hears the guest: what the check-out would report is removed by closing her stream.
  ASSERT_TRUE(hotel_.store->tombstone_stream(lasagne::stream_of<GuestStayAccount>(alice), lasagne::ExpectedRevision::any()));
  hotel_.initiate({alice});
  hotel_.settle();
  EXPECT_EQ(hotel_.group_state().status, InProgress);
  hotel_.restart();
  hotel_.settle();
  EXPECT_EQ(hotel_.group_state().status, InProgress);
  hotel_.now = at(3601);
  hotel_.restart();
  hotel_.settle();
  EXPECT_EQ(hotel_.group_state().status, TimedOut);
  hotel_.restart();
  hotel_.settle();
  EXPECT_EQ(hotel_.all<GroupCheckoutTimedOut>().size(), 1U);
}

TEST_P(EveryStyle, RepeatsNothingAfterARestart) {
  hotel_.check_in(alice);
  hotel_.check_in(bob, 5);
  hotel_.initiate({alice, bob});
  hotel_.restart();
  hotel_.settle();
  const auto end = hotel_.store->visible_position();
  hotel_.initiate({bob, alice, bob});  // the clerk's repeat
  hotel_.restart();
  hotel_.settle();
  EXPECT_EQ(hotel_.store->visible_position(), end);
  expect_clean_audit();
}

TEST_P(EveryStyle, SendsTheSameCommandIdOnce) {
  hotel_.check_in(alice, 7);
  const RecordPayment payment{alice, Money{7}, at(3)};
  hotel_.send(payment, id_of("payment"));
  hotel_.send(payment, id_of("payment"));
  hotel_.settle();
  hotel_.initiate({alice});
  hotel_.settle();
  EXPECT_EQ(hotel_.group_state().status, Completed);
}

TEST_P(EveryStyle, RepeatedCheckOutsOfAGroupChangeNothing) {
  hotel_.check_in(alice);
  hotel_.initiate({alice});
  hotel_.send(CheckOutGuest{alice, group, 1, at(10)});
  hotel_.send(CheckOutGuest{alice, group, 1, at(10)});
  hotel_.settle();
  EXPECT_EQ(hotel_.all<GuestCheckedOut>().size(), 1U);
  EXPECT_TRUE(hotel_.all<GuestCheckoutFailed>().empty());
  EXPECT_EQ(hotel_.all<GroupCheckoutCompleted>().size(), 1U);
  expect_clean_audit();
}

TEST_P(EveryStyle, LeavesAGuestAloneAlone) {
  hotel_.check_in(alice);
  hotel_.send(CheckOutGuest{alice, {}, 0, at(10)});
  hotel_.settle();
  EXPECT_EQ(hotel_.all<GuestCheckedOut>(), (std::vector{GuestCheckedOut{alice, {}, at(10)}}));
  EXPECT_TRUE(hotel_.all<lasagne::CommandRejected>().empty());
  expect_clean_audit();
}

TEST_P(EveryStyle, AGuestOfTwoGroupsLeavesWithOne) {
  hotel_.check_in(alice);
  hotel_.initiate({alice});
  hotel_.initiate({alice}, id_of("second group"));
  hotel_.settle();
  EXPECT_EQ(hotel_.group_state().status, Completed);
  EXPECT_EQ(hotel_.group_state(id_of("second group")).status, Failed);
  EXPECT_EQ(hotel_.group_state(id_of("second group")).guests.at(alice).reason, CheckoutFailureReason::AlreadyCheckedOut);
  expect_clean_audit();
}

TEST_P(EveryStyle, IsRememberedByTheStore) {
  EXPECT_EQ(style_of(*hotel_.store), std::nullopt);
  hotel_.check_in(alice);
  hotel_.initiate({alice});
  hotel_.settle();
  EXPECT_EQ(style_of(*hotel_.store), GetParam());
  EXPECT_EQ(parse_style(to_string(GetParam())), GetParam());
}

}  // namespace
