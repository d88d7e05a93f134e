#include <gtest/gtest.h>

#include <algorithm>

#include "hotel_fixture.hpp"
#include "lasagne/testing/specification.hpp"

namespace {

using namespace hotel_test;
using lasagne::testing::given;

InitiateGroupCheckout initiate(std::vector<Uuid> guests) { return {group, clerk, std::move(guests), at(10), deadline}; }
RecordGuestCheckoutsInitiation start(std::vector<Uuid> guests, std::uint32_t round = 1) {
  return {group, round, std::move(guests), at(round == 1 ? 10 : 100)};
}
TimeOutGroupCheckout time_out(std::uint32_t round = 1) { return {group, round, deadline}; }
RerunGroupCheckout rerun_it() { return {group, at(100), at(200)}; }
GroupCheckoutCompleted group_completed(std::vector<Uuid> guests, std::uint32_t round = 1) {
  return {group, round, std::move(guests), at(11)};
}

TEST(Initiation, RecordsTheGuests) {
  given<GroupCheckout>().when(initiate({alice, bob})).then(initiated({alice, bob}));
}
TEST(Initiation, OfNobodyIsRefused) { given<GroupCheckout>().when(initiate({})).then_rejected("NoGuests"); }
TEST(Initiation, CollapsesRepeatsAndKeepsTheOrder) {
  given<GroupCheckout>().when(initiate({bob, alice, bob, bob, alice})).then(initiated({bob, alice}));
}
TEST(Initiation, TakesABoundedNumberOfGuests) {
  std::vector<Uuid> guests;
  for (std::size_t i = 0; i < GroupCheckout::most_guests; ++i) guests.push_back(id_of(std::to_string(i)));
  given<GroupCheckout>().when(initiate(guests)).then(initiated(guests));
  guests.push_back(guests.front());
  given<GroupCheckout>().when(initiate(guests)).then(initiated({guests.begin(), guests.end() - 1}));
  guests.push_back(id_of("one too many"));
  given<GroupCheckout>().when(initiate(guests)).then_rejected("TooManyGuests");
}
TEST(Initiation, RepeatedForTheSameGuestsChangesNothing) {
  given<GroupCheckout>(initiated({alice, bob})).when(initiate({bob, alice, bob})).then_nothing();
  given<GroupCheckout>(initiated({alice}), completion(alice), group_completed({alice}))
      .when(initiate({alice}))
      .then_nothing();
}
TEST(Initiation, RepeatedForOtherGuestsIsRefused) {
  given<GroupCheckout>(initiated({alice, bob})).when(initiate({alice})).then_rejected("AlreadyInitiated");
  given<GroupCheckout>(initiated({alice, bob})).when(initiate({})).then_rejected("AlreadyInitiated");
}

TEST(Start, IsRecordedOnce) {
  given<GroupCheckout>(initiated({alice})).when(start({alice})).then(started({alice}));
  given<GroupCheckout>(initiated({alice}), started({alice})).when(start({alice})).then_nothing();
}
TEST(Start, MayComeAfterReports) {
  given<GroupCheckout>(initiated({alice, bob}), completion(alice))
      .when(start({alice, bob}))
      .then(started({alice, bob}));
}
TEST(Start, AfterTheEndIsRecordedButEndsNothing) {
  given<GroupCheckout>(initiated({alice}), completion(alice), group_completed({alice}))
      .when(start({alice}))
      .then(started({alice}))
      .then_state([](const auto& state) { return state.status == GroupCheckoutStatus::Completed; });
}
TEST(Start, OfAnEarlierRoundChangesNothing) {
  given<GroupCheckout>(initiated({alice}), failure(alice), group_failed({}, {alice}), rerun({alice}))
      .when(start({alice}, 1))
      .then_nothing();
}

TEST(Reports, AreRecordedWhileOthersAreOutstanding) {
  given<GroupCheckout>(initiated({alice, bob}), started({alice, bob}))
      .when(report_completion(alice))
      .then(completion(alice));
  given<GroupCheckout>(initiated({alice, bob}), started({alice, bob})).when(report_failure(bob)).then(failure(bob));
}
TEST(Reports, OfTheLastGuestCompleteTheGroup) {
  given<GroupCheckout>(initiated({alice, bob}), started({alice, bob}), completion(alice))
      .when(report_completion(bob))
      .then(completion(bob), group_completed({alice, bob}));
  given<GroupCheckout>(initiated({alice}))
      .when(report_completion(alice))
      .then(completion(alice), group_completed({alice}));
}
TEST(Reports, OfTheLastGuestFailTheGroupWithBothLists) {
  given<GroupCheckout>(initiated({alice, bob, carol}), completion(carol), failure(alice))
      .when(report_completion(bob))
      .then(completion(bob), GroupCheckoutFailed{group, 1, {bob, carol}, {alice}, at(11)});
  given<GroupCheckout>(initiated({alice, bob}), completion(bob))
      .when(report_failure(alice))
      .then(failure(alice), group_failed({bob}, {alice}));
  given<GroupCheckout>(initiated({alice})).when(report_failure(alice)).then(failure(alice), group_failed({}, {alice}));
}
TEST(Reports, ThatRepeatChangeNothing) {
  given<GroupCheckout>(initiated({alice, bob}), completion(alice)).when(report_completion(alice)).then_nothing();
  given<GroupCheckout>(initiated({alice, bob}), failure(alice)).when(report_failure(alice)).then_nothing();
  given<GroupCheckout>(initiated({alice}), completion(alice), group_completed({alice}))
      .when(report_completion(alice))
      .then_nothing();
  given<GroupCheckout>(initiated({alice}), failure(alice), group_failed({}, {alice}))
      .when(report_failure(alice))
      .then_nothing();
}
TEST(Reports, OfAFailureAfterACompletionChangeNothing) {
  given<GroupCheckout>(initiated({alice, bob}), completion(alice)).when(report_failure(alice)).then_nothing();
}
TEST(Reports, OfACompletionOutweighAnEarlierFailure) {
  given<GroupCheckout>(initiated({alice, bob}), failure(alice)).when(report_completion(alice)).then(completion(alice));
  given<GroupCheckout>(initiated({alice, bob}), failure(alice), completion(alice))
      .when(report_completion(bob))
      .then(completion(bob), group_completed({alice, bob}));
}
TEST(Reports, OfStrangersAreRefused) {
  given<GroupCheckout>(initiated({alice})).when(report_completion(bob)).then_rejected("GuestNotInGroup");
  given<GroupCheckout>(initiated({alice})).when(report_failure(bob)).then_rejected("GuestNotInGroup");
}
TEST(Reports, ToAnUnknownGroupAreRefused) {
  given<GroupCheckout>().when(report_completion(alice)).then_rejected("GroupCheckoutNotFound");
  given<GroupCheckout>().when(report_failure(alice)).then_rejected("GroupCheckoutNotFound");
  given<GroupCheckout>().when(start({alice})).then_rejected("GroupCheckoutNotFound");
}

// Every order of arrival, "started" and duplicates included, ends the group once and the same way.
TEST(Reports, MayArriveInAnyOrderAndTwice) {
  const std::vector<GroupCheckout::Command> reports{start({alice, bob, carol}), report_completion(alice),
                                                    report_failure(bob),        report_completion(carol),
                                                    report_completion(alice),   report_failure(bob)};
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
  do {
    std::vector<GroupCheckout::Event> events{initiated({alice, bob, carol})};
    GroupCheckoutState state = GroupCheckout::evolve({}, initiated({alice, bob, carol}));
    int ends = 0;
    for (const auto index : order) {
      const auto decision = lasagne::detail::decide_any<GroupCheckout>(reports[index], state);
      ASSERT_FALSE(decision.rejected());
      for (const auto& event : decision.events()) {
        state = lasagne::detail::evolve_any<GroupCheckout>(std::move(state), event);
        if (const auto* end = std::get_if<GroupCheckoutFailed>(&event)) {
          ++ends;
          EXPECT_EQ(end->completed_guest_stay_ids, (std::vector{alice, carol}));
          EXPECT_EQ(end->failed_guest_stay_ids, (std::vector{bob}));
        }
        EXPECT_FALSE(std::holds_alternative<GroupCheckoutCompleted>(event));
      }
    }
    ASSERT_EQ(ends, 1);
    ASSERT_EQ(state.status, GroupCheckoutStatus::Failed);
    ASSERT_TRUE(state.started);
  } while (std::ranges::next_permutation(order).found);
}

TEST(Deadline, TimesOutWhatIsOutstanding) {
  given<GroupCheckout>(initiated({alice, bob, carol}), completion(bob), failure(carol))
      .when(time_out())
      .then(GroupCheckoutTimedOut{group, 1, {bob}, {carol}, {alice}, deadline});
}
TEST(Deadline, ThatComesLateChangesNothing) {
  given<GroupCheckout>(initiated({alice}), completion(alice), group_completed({alice})).when(time_out()).then_nothing();
  given<GroupCheckout>(initiated({alice}), failure(alice), group_failed({}, {alice})).when(time_out()).then_nothing();
  given<GroupCheckout>(initiated({alice}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice}, deadline})
      .when(time_out())
      .then_nothing();
  given<GroupCheckout>().when(time_out()).then_nothing();
}
TEST(Deadline, OfAnEarlierRoundChangesNothing) {
  const auto second_round =
      given<GroupCheckout>(initiated({alice}), failure(alice), group_failed({}, {alice}), rerun({alice}));
  second_round.when(time_out(1)).then_nothing();
  second_round.when(time_out(2)).then(GroupCheckoutTimedOut{group, 2, {}, {}, {alice}, deadline});
}
TEST(Deadline, ThenALateCompletionIsKeptAndTheGroupStaysTimedOutWhileOthersAreOutstanding) {
  given<GroupCheckout>(initiated({alice, bob}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice, bob}, deadline})
      .when(report_completion(alice))
      .then(completion(alice))
      .then_state([](const auto& state) { return state.status == GroupCheckoutStatus::TimedOut; });
}
TEST(Deadline, ThenTheLateCompletionOfTheLastOutstandingGuestCompletesTheGroupAllTheSame) {
  given<GroupCheckout>(initiated({alice, bob}), completion(bob),
                       GroupCheckoutTimedOut{group, 1, {bob}, {}, {alice}, deadline})
      .when(report_completion(alice))
      .then(completion(alice), group_completed({alice, bob}))
      .then_state([](const auto& state) { return state.status == GroupCheckoutStatus::Completed; });
  given<GroupCheckout>(initiated({alice, bob}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice, bob}, deadline},
                       completion(bob))
      .when(report_completion(alice))
      .then(completion(alice), group_completed({alice, bob}));
}
TEST(Deadline, ThenALateCompletionDoesNotCompleteAGroupOfWhichAGuestFailed) {
  given<GroupCheckout>(initiated({alice, bob}), failure(bob),
                       GroupCheckoutTimedOut{group, 1, {}, {bob}, {alice}, deadline})
      .when(report_completion(alice))
      .then(completion(alice))
      .then_state([](const auto& state) { return state.status == GroupCheckoutStatus::TimedOut; });
}
TEST(Deadline, ThenARerunOfAGroupThatWasCompletedLateIsRefused) {
  given<GroupCheckout>(initiated({alice}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice}, deadline},
                       completion(alice), group_completed({alice}))
      .when(rerun_it())
      .then_rejected("GroupCheckoutCompleted");
}
TEST(Deadline, ThenALateFailureChangesNothing) {
  given<GroupCheckout>(initiated({alice}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice}, deadline})
      .when(report_failure(alice))
      .then_nothing();
}

TEST(Rerun, IsForTheGuestsThatFailed) {
  given<GroupCheckout>(initiated({alice, bob}), completion(alice), failure(bob), group_failed({alice}, {bob}))
      .when(rerun_it())
      .then(rerun({bob}));
}
TEST(Rerun, OfATimedOutGroupIsForAllThatAreNotOut) {
  given<GroupCheckout>(initiated({alice, bob, carol}), completion(bob), failure(carol),
                       GroupCheckoutTimedOut{group, 1, {bob}, {carol}, {alice}, deadline})
      .when(rerun_it())
      .then(rerun({alice, carol}));
}
TEST(Rerun, LeavesOutWhoCompletedLate) {
  const GroupCheckoutTimedOut timed_out{group, 1, {}, {}, {alice, bob}, deadline};
  given<GroupCheckout>(initiated({alice, bob}), timed_out, completion(alice)).when(rerun_it()).then(rerun({bob}));
  given<GroupCheckout>(initiated({alice, bob}), timed_out, completion(alice), completion(bob))
      .when(rerun_it())
      .then_rejected("NothingToRerun");
}
TEST(Rerun, CompletesTheGroupWithTheGuestsOfAllRounds) {
  given<GroupCheckout>(initiated({alice, bob}), completion(alice), failure(bob), group_failed({alice}, {bob}),
                       rerun({bob}))
      .when(report_completion(bob))
      .then(completion(bob), group_completed({alice, bob}, 2));
}
TEST(Rerun, FailsAgainWhenTheCauseIsNotResolved) {
  const auto second = given<GroupCheckout>(initiated({alice, bob}), completion(alice), failure(bob),
                                           group_failed({alice}, {bob}), rerun({bob}));
  second.when(report_failure(bob, 2)).then(failure(bob, 2), group_failed({alice}, {bob}, 2));
  given<GroupCheckout>(initiated({bob}), failure(bob), group_failed({}, {bob}), rerun({bob}), failure(bob, 2),
                       group_failed({}, {bob}, 2))
      .when(rerun_it())
      .then(rerun({bob}, 3));
}
TEST(Rerun, IsNotDisturbedByFailuresOfTheRoundBefore) {
  given<GroupCheckout>(initiated({alice}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice}, deadline}, rerun({alice}))
      .when(report_failure(alice, 1))
      .then_nothing();
}
TEST(Rerun, TakesALateCompletionOfTheRoundBefore) {
  given<GroupCheckout>(initiated({alice}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice}, deadline}, rerun({alice}))
      .when(report_completion(alice))
      .then(completion(alice), group_completed({alice}, 2));
}
TEST(Rerun, TakesAGuestWhoMeanwhileLeftAloneForOut) {
  const RecordGuestCheckoutFailure left{group, 2, bob, CheckoutFailureReason::AlreadyCheckedOut, at(11)};
  const auto second = given<GroupCheckout>(initiated({alice, bob}), completion(alice), failure(bob),
                                           group_failed({alice}, {bob}), rerun({bob}));
  second.when(left).then(completion(bob), group_completed({alice, bob}, 2));
  const auto timed_out = given<GroupCheckout>(initiated({bob}), failure(bob), group_failed({}, {bob}), rerun({bob}),
                                              GroupCheckoutTimedOut{group, 2, {}, {}, {bob}, deadline});
  timed_out.when(left).then(completion(bob), group_completed({bob}, 2));
}
TEST(Rerun, ButTheFirstRoundFailsForAGuestWhoWasGoneAlready) {
  const RecordGuestCheckoutFailure gone{group, 1, alice, CheckoutFailureReason::AlreadyCheckedOut, at(12)};
  const GuestCheckoutFailureRecorded recorded{group, 1, alice, CheckoutFailureReason::AlreadyCheckedOut, at(12)};
  given<GroupCheckout>(initiated({alice})).when(gone).then(recorded, group_failed({}, {alice}));
}
TEST(Rerun, StartsAfresh) {
  given<GroupCheckout>(initiated({alice}), started({alice}), failure(alice), group_failed({}, {alice}), rerun({alice}))
      .when(start({alice}, 2))
      .then(started({alice}, 2));
}
TEST(Rerun, IsRefusedUnlessTheGroupFailedOrTimedOut) {
  given<GroupCheckout>().when(rerun_it()).then_rejected("GroupCheckoutNotFound");
  given<GroupCheckout>(initiated({alice})).when(rerun_it()).then_rejected("GroupCheckoutInProgress");
  given<GroupCheckout>(initiated({alice}), completion(alice), group_completed({alice}))
      .when(rerun_it())
      .then_rejected("GroupCheckoutCompleted");
}

}  // namespace
