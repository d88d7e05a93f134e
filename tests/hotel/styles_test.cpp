// Each style's reactions, one event at a time.
#include <gtest/gtest.h>

#include "choreography/reactions.hpp"
#include "hotel.hpp"
#include "hotel_fixture.hpp"
#include "lasagne/testing/specification.hpp"
#include "process_manager/group_checkout_process.hpp"
#include "saga/group_checkout_saga.hpp"

namespace {

using namespace hotel_test;
using lasagne::testing::given_process;
using lasagne::testing::given_saga;

CheckOutGuest check_out(Uuid who, std::uint32_t round = 1) { return {who, group, round, at(round == 1 ? 10 : 100)}; }
RecordGuestCheckoutsInitiation start(std::vector<Uuid> guests, std::uint32_t round = 1) {
  return {group, round, std::move(guests), at(round == 1 ? 10 : 100)};
}
GuestCheckedOut checked_out(Uuid who) { return {who, group, at(11)}; }
GuestCheckoutFailed not_settled(Uuid who, std::uint32_t round = 1) {
  return {who, group, round, CheckoutFailureReason::BalanceNotSettled, at(12)};
}
const GroupCheckoutCompleted completed{group, 1, {alice}, at(11)};
const std::string key = deadline_key(group, 1);

TEST(DeadlineKey, IsOfTheGroupAndTheRound) {
  EXPECT_NE(deadline_key(group, 1), deadline_key(group, 2));
  EXPECT_NE(deadline_key(group, 1), deadline_key(id_of("other group"), 1));
}

TEST(Saga, SendsTheCheckOutsTheStartAndTheTimer) {
  given_saga<GroupCheckoutSaga>()
      .when(initiated({alice, bob}))
      .then_commands(check_out(alice), check_out(bob), start({alice, bob}))
      .then_timer(key, deadline, TimeOutGroupCheckout{group, 1, deadline});
}
TEST(Saga, ARerunIsARoundOfItsOwn) {
  given_saga<GroupCheckoutSaga>()
      .when(rerun({bob}))
      .then_commands(check_out(bob, 2), start({bob}, 2))
      .then_timer(deadline_key(group, 2), at(200), TimeOutGroupCheckout{group, 2, at(200)});
}
TEST(Saga, PassesReportsOn) {
  given_saga<GroupCheckoutSaga>().when(checked_out(alice)).then_commands(report_completion(alice));
  given_saga<GroupCheckoutSaga>().when(not_settled(alice, 3)).then_commands(report_failure(alice, 3));
}
TEST(Saga, LeavesGuestsAloneAlone) {
  given_saga<GroupCheckoutSaga>().when(GuestCheckedOut{alice, {}, at(11)}).then_nothing();
  given_saga<GroupCheckoutSaga>().when(GuestCheckoutFailed{alice, {}, 0, {}, at(11)}).then_nothing();
}
TEST(Saga, CancelsTheTimerWhenTheGroupEnded) {
  given_saga<GroupCheckoutSaga>().when(completed).then_cancelled(key).then_commands();
  given_saga<GroupCheckoutSaga>().when(group_failed({}, {alice})).then_cancelled(key).then_commands();
}

TEST(Choreography, TheGuestStaysCheckOut) {
  given_saga<CheckOutGuestsOfGroup>()
      .when(initiated({alice, bob}))
      .then_commands(check_out(alice), check_out(bob), start({alice, bob}));
  given_saga<CheckOutGuestsOfGroup>().when(rerun({bob})).then_commands(check_out(bob, 2), start({bob}, 2));
}
TEST(Choreography, TheGroupCheckoutHearsOfItsGuests) {
  given_saga<RecordGuestCheckouts>().when(checked_out(alice)).then_commands(report_completion(alice));
  given_saga<RecordGuestCheckouts>().when(not_settled(alice, 3)).then_commands(report_failure(alice, 3));
  given_saga<RecordGuestCheckouts>().when(GuestCheckedOut{alice, {}, at(11)}).then_nothing();
  given_saga<RecordGuestCheckouts>().when(GuestCheckoutFailed{alice, {}, 0, {}, at(11)}).then_nothing();
}
TEST(Choreography, TheDeadlineIsKept) {
  given_saga<KeepGroupCheckoutDeadline>()
      .when(initiated({alice}))
      .then_timer(key, deadline, TimeOutGroupCheckout{group, 1, deadline})
      .then_commands();
  given_saga<KeepGroupCheckoutDeadline>()
      .when(rerun({alice}))
      .then_timer(deadline_key(group, 2), at(200), TimeOutGroupCheckout{group, 2, at(200)});
  given_saga<KeepGroupCheckoutDeadline>().when(completed).then_cancelled(key);
  given_saga<KeepGroupCheckoutDeadline>().when(group_failed({}, {alice})).then_cancelled(key);
}

TEST(ProcessManager, SendsTheCheckOutsAndTheTimerAndRecordsTheStart) {
  given_process<GroupCheckoutProcess>(initiated({alice, bob}))
      .when(initiated({alice, bob}))
      .then_commands(check_out(alice), check_out(bob))
      .then_timer(key, deadline, TimeOutGroupCheckout{group, 1, deadline})
      .then_events(started({alice, bob}));
}
TEST(ProcessManager, ARerunIsARoundOfItsOwn) {
  given_process<GroupCheckoutProcess>(initiated({bob}), failure(bob), group_failed({}, {bob}), rerun({bob}))
      .when(rerun({bob}))
      .then_commands(check_out(bob, 2))
      .then_timer(deadline_key(group, 2), at(200), TimeOutGroupCheckout{group, 2, at(200)})
      .then_events(started({bob}, 2));
}
TEST(ProcessManager, RecordsReportsItself) {
  given_process<GroupCheckoutProcess>(initiated({alice, bob}))
      .when(checked_out(alice))
      .then_events(completion(alice))
      .then_commands();
  given_process<GroupCheckoutProcess>(initiated({alice, bob})).when(not_settled(alice)).then_events(failure(alice));
}
TEST(ProcessManager, EndsWithTheLastReportAndCancelsTheTimer) {
  given_process<GroupCheckoutProcess>(initiated({alice}))
      .when(checked_out(alice))
      .then_events(completion(alice), completed)
      .then_cancelled(key);
  given_process<GroupCheckoutProcess>(initiated({alice, bob}), completion(alice))
      .when(not_settled(bob))
      .then_events(failure(bob), group_failed({alice}, {bob}))
      .then_cancelled(key);
}
TEST(ProcessManager, IgnoresRepeatsAndStrangersAndGuestsAlone) {
  given_process<GroupCheckoutProcess>(initiated({alice, bob}), completion(alice)).when(checked_out(alice)).then_nothing();
  given_process<GroupCheckoutProcess>(initiated({alice})).when(checked_out(carol)).then_nothing();
  given_process<GroupCheckoutProcess>().when(checked_out(carol)).then_nothing();
  given_process<GroupCheckoutProcess>().when(GuestCheckedOut{alice, {}, at(11)}).then_nothing();
  given_process<GroupCheckoutProcess>().when(GuestCheckoutFailed{alice, {}, 0, {}, at(11)}).then_nothing();
}

TEST(Style, HasAName) {
  for (const auto style : all_styles) EXPECT_EQ(parse_style(to_string(style)), style);
  EXPECT_EQ(parse_style("process_manager"), std::nullopt);
}

}  // namespace
