// What each style answers to an event: the saga and the process manager as a whole, the choreography part by part.
#include <gtest/gtest.h>

#include "choreography/reactions.hpp"
#include "hotel_fixture.hpp"
#include "lasagne/testing/specification.hpp"
#include "process_manager/group_checkout_process.hpp"
#include "saga/group_checkout_saga.hpp"

namespace {

using namespace hotel_test;
using lasagne::testing::given_process;
using lasagne::testing::given_saga;
using enum CheckoutFailureReason;

const auto key = deadline_key(group, 1);
const auto second_key = deadline_key(group, 2);
const GuestCheckedOut alice_alone{alice, {}, at(11)};
const GuestCheckedOut alice_out{alice, group, at(11)};
const GuestCheckoutFailed alice_alone_failed{alice, {}, 0, BalanceNotSettled, at(12)};
const GuestCheckoutFailed alice_failed{alice, group, 1, BalanceNotSettled, at(12)};

CheckOutGuest check_out(Uuid who, std::uint32_t round = 1) { return {who, group, round, at(round == 1 ? 10 : 100)}; }
RecordGuestCheckoutsInitiation start(std::vector<Uuid> guests, std::uint32_t round = 1) {
  return {group, round, std::move(guests), at(round == 1 ? 10 : 100)};
}
GroupCheckoutCompleted completed(std::vector<Uuid> guests) { return {group, 1, std::move(guests), at(11)}; }

TEST(Saga, ChecksOutEveryGuestAndSetsTheDeadline) {
  given_saga<GroupCheckoutSaga>()
      .when(initiated({alice, bob}))
      .then_commands(check_out(alice), check_out(bob), start({alice, bob}))
      .then_timer(key, deadline, TimeOutGroupCheckout{group, 1, deadline});
}
TEST(Saga, ChecksOutTheGuestsOfARerunUnderItsOwnDeadline) {
  given_saga<GroupCheckoutSaga>()
      .when(rerun({bob}))
      .then_commands(check_out(bob, 2), start({bob}, 2))
      .then_timer(second_key, at(200), TimeOutGroupCheckout{group, 2, at(200)});
}
TEST(Saga, ReportsWhatBecameOfTheGuests) {
  given_saga<GroupCheckoutSaga>().when(alice_out).then_commands(report_completion(alice));
  given_saga<GroupCheckoutSaga>().when(alice_failed).then_commands(report_failure(alice));
}
TEST(Saga, LeavesGuestsAloneAlone) {
  given_saga<GroupCheckoutSaga>().when(alice_alone).then_nothing();
  given_saga<GroupCheckoutSaga>().when(alice_alone_failed).then_nothing();
}
TEST(Saga, CancelsTheDeadlineWhenTheGroupEnded) {
  given_saga<GroupCheckoutSaga>().when(completed({alice})).then_commands().then_cancelled(key);
  given_saga<GroupCheckoutSaga>().when(group_failed({}, {alice})).then_commands().then_cancelled(key);
}

TEST(Choreography, GuestStaysHearOfTheGroup) {
  given_saga<CheckOutGuestsOfGroup>()
      .when(initiated({alice, bob}))
      .then_commands(check_out(alice), check_out(bob), start({alice, bob}));
  given_saga<CheckOutGuestsOfGroup>().when(rerun({bob})).then_commands(check_out(bob, 2), start({bob}, 2));
}
TEST(Choreography, TheGroupHearsOfItsGuestsOnly) {
  given_saga<RecordGuestCheckouts>().when(alice_out).then_commands(report_completion(alice));
  given_saga<RecordGuestCheckouts>().when(alice_failed).then_commands(report_failure(alice));
  given_saga<RecordGuestCheckouts>().when(alice_alone).then_nothing();
  given_saga<RecordGuestCheckouts>().when(alice_alone_failed).then_nothing();
}
TEST(Choreography, TheDeadlineIsSetAndCancelled) {
  given_saga<KeepGroupCheckoutDeadline>()
      .when(initiated({alice}))
      .then_commands()
      .then_timer(key, deadline, TimeOutGroupCheckout{group, 1, deadline});
  given_saga<KeepGroupCheckoutDeadline>()
      .when(rerun({alice}))
      .then_timer(second_key, at(200), TimeOutGroupCheckout{group, 2, at(200)});
  given_saga<KeepGroupCheckoutDeadline>().when(completed({alice})).then_cancelled(key);
  given_saga<KeepGroupCheckoutDeadline>().when(group_failed({}, {alice})).then_cancelled(key);
}

TEST(ProcessManager, ChecksOutEveryGuestAndRecordsTheStart) {
  given_process<GroupCheckoutProcess>(initiated({alice, bob}))
      .when(initiated({alice, bob}))
      .then_commands(check_out(alice), check_out(bob))
      .then_events(started({alice, bob}))
      .then_timer(key, deadline, TimeOutGroupCheckout{group, 1, deadline});
  given_process<GroupCheckoutProcess>(initiated({bob}), failure(bob), group_failed({}, {bob}), rerun({bob}))
      .when(rerun({bob}))
      .then_commands(check_out(bob, 2))
      .then_events(started({bob}, 2))
      .then_timer(second_key, at(200), TimeOutGroupCheckout{group, 2, at(200)});
}
TEST(ProcessManager, RecordsWhatItHearsAndEndsWithTheLast) {
  given_process<GroupCheckoutProcess>(initiated({alice, bob}))
      .when(alice_out)
      .then_commands()
      .then_events(completion(alice));
  given_process<GroupCheckoutProcess>(initiated({alice, bob}), completion(bob))
      .when(alice_out)
      .then_events(completion(alice), completed({alice, bob}))
      .then_cancelled(key);
  given_process<GroupCheckoutProcess>(initiated({alice, bob}), completion(bob))
      .when(alice_failed)
      .then_events(failure(alice), group_failed({bob}, {alice}))
      .then_cancelled(key);
}
TEST(ProcessManager, IgnoresRepeatsAndStrangers) {
  given_process<GroupCheckoutProcess>(initiated({alice, bob}), completion(alice)).when(alice_out).then_nothing();
  given_process<GroupCheckoutProcess>(initiated({bob})).when(alice_out).then_nothing();
  given_process<GroupCheckoutProcess>(initiated({alice})).when(alice_alone).then_nothing();
  given_process<GroupCheckoutProcess>(initiated({alice})).when(alice_alone_failed).then_nothing();
}

}  // namespace
