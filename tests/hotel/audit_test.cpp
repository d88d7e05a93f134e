// The audit finds what the hotel itself would never write.
#include <gtest/gtest.h>

#include "audit.hpp"
#include "hotel_fixture.hpp"
#include "lasagne/json.hpp"
#include "lasagne/store.hpp"
#include "lasagne/type_name.hpp"

namespace {

using namespace hotel_test;

class Audit : public testing::Test {
 protected:
  template <class T>
  Uuid write(const T& value, Uuid cause = {}, lasagne::MessageKind kind = lasagne::MessageKind::event) {
    const auto id = id_of("message " + std::to_string(++written_));
    lasagne::Commit commit;
    commit.appends.push_back(
        {"Log-1",
         lasagne::ExpectedRevision::any(),
         {{id, kind, std::string(lasagne::type_name<T>), lasagne::to_json(value), {group, cause, {}}}}});
    EXPECT_TRUE(store_->append(commit).has_value());
    return id;
  }
  template <class... Events>
  void write_all(const Events&... events) {
    (write(events), ...);
  }
  void expect_violation(const std::string& words) {
    const auto result = audit(*store_);
    const auto all = testing::PrintToString(result.violations);
    EXPECT_NE(all.find(words), std::string::npos) << "no \"" << words << "\" in " << all;
  }
  static GuestCheckedOut out(Uuid who) { return {who, group, at(11)}; }
  static GuestCheckoutFailed not_out(Uuid who, std::uint32_t round = 1) {
    return {who, group, round, CheckoutFailureReason::BalanceNotSettled, at(12)};
  }
  static GroupCheckoutCompleted completed(std::vector<Uuid> guests) { return {group, 1, std::move(guests), at(11)}; }

  std::unique_ptr<lasagne::Store> store_ = lasagne::open("memory:");
  int written_ = 0;
};

TEST_F(Audit, OfNothingIsClean) {
  const auto result = audit(*store_);
  EXPECT_EQ(lasagne::to_json(result),
            R"({"groups":0,"completed":0,"failed":0,"timed_out":0,"open":0,"violations":[]})");
}
TEST_F(Audit, OfAGoodLogIsClean) {
  write_all(checked_in(alice), checked_in(bob), charged(5, bob), initiated({alice, bob}), out(alice), not_out(bob),
            started({alice, bob}), completion(alice), failure(bob), group_failed({alice}, {bob}));
  const auto result = audit(*store_);
  EXPECT_TRUE(result.violations.empty()) << testing::PrintToString(result.violations);
  EXPECT_EQ(result.groups, 1U);
  EXPECT_EQ(result.failed, 1U);
  EXPECT_EQ(result.open, 0U);
}
TEST_F(Audit, TakesALateFailureOfAnEarlierRoundForWhatItIs) {
  write_all(checked_in(alice), charged(5, alice), initiated({alice}),
            GroupCheckoutTimedOut{group, 1, {}, {}, {alice}, deadline}, rerun({alice}), not_out(alice, 2),
            not_out(alice, 1), failure(alice, 2), group_failed({}, {alice}, 2));
  const auto result = audit(*store_);
  EXPECT_TRUE(result.violations.empty()) << testing::PrintToString(result.violations);
  EXPECT_EQ(result.failed, 1U);
}
TEST_F(Audit, TakesALateCompletionOfATimedOutGroupForWhatItIs) {
  write_all(checked_in(alice), initiated({alice}), GroupCheckoutTimedOut{group, 1, {}, {}, {alice}, deadline},
            out(alice), completion(alice), completed({alice}));
  const auto result = audit(*store_);
  EXPECT_TRUE(result.violations.empty()) << testing::PrintToString(result.violations);
  EXPECT_EQ(result.completed, 1U);
  EXPECT_EQ(result.timed_out, 0U);
}
TEST_F(Audit, TakesAGuestWhoLeftAloneBeforeARerunForOut) {
  write_all(checked_in(alice), charged(5, alice), initiated({alice}), not_out(alice), failure(alice),
            group_failed({}, {alice}), paid(5, alice), GuestCheckedOut{alice, {}, at(20)}, rerun({alice}),
            GuestCheckoutFailed{alice, group, 2, CheckoutFailureReason::AlreadyCheckedOut, at(21)}, completion(alice),
            GroupCheckoutCompleted{group, 2, {alice}, at(21)});
  const auto result = audit(*store_);
  EXPECT_TRUE(result.violations.empty()) << testing::PrintToString(result.violations);
}
TEST_F(Audit, FindsARepeatedCheckOutOfAGuestAloneThatFailed) {
  write_all(checked_in(alice), GuestCheckedOut{alice, {}, at(11)},
            GuestCheckoutFailed{alice, {}, 0, CheckoutFailureReason::AlreadyCheckedOut, at(12)});
  expect_violation("failed in a repeated check-out that had succeeded");
}
TEST_F(Audit, CountsOpenGroups) {
  write_all(checked_in(alice), initiated({alice}));
  EXPECT_EQ(audit(*store_).open, 1U);
}
TEST_F(Audit, AddsUpTheBalanceAgain) {
  write_all(checked_in(alice), charged(5, alice), initiated({alice}), out(alice));
  expect_violation("checked out unsettled");
}
TEST_F(Audit, FindsASettledGuestWhoFailed) {
  write_all(checked_in(alice), charged(5, alice), paid(5, alice), initiated({alice}), not_out(alice));
  expect_violation("was settled but failed");
}
TEST_F(Audit, FindsAWrongReason) {
  write_all(initiated({alice}), not_out(alice));
  expect_violation("for the wrong reason");
}
TEST_F(Audit, FindsTwoOutcomesOfOneCheckOut) {
  write_all(checked_in(alice), charged(5, alice), initiated({alice}));
  const auto command = write(CheckOutGuest{alice, group, 1, at(10)}, {}, lasagne::MessageKind::command);
  write(not_out(alice), command);
  write(not_out(alice), command);
  expect_violation("was answered 2 times");
}
TEST_F(Audit, FindsACheckOutThatNobodyAnswered) {
  write_all(checked_in(alice), checked_in(bob), charged(5, bob), initiated({alice, bob}));
  write(CheckOutGuest{alice, group, 1, at(10)}, {}, lasagne::MessageKind::command);
  write_all(out(bob), group_failed({}, {alice, bob}));
  expect_violation("was never answered");
}
TEST_F(Audit, FindsTwoCheckOuts) {
  write_all(checked_in(alice), initiated({alice}), out(alice), out(alice));
  expect_violation("checked out twice");
}
TEST_F(Audit, FindsALostGuest) {
  write_all(checked_in(alice), checked_in(bob), initiated({alice, bob}), out(alice), completion(alice),
            completed({alice}));
  expect_violation("lists that are not its guests");
}
TEST_F(Audit, FindsAnInventedCompletion) {
  write_all(checked_in(alice), initiated({alice}), completion(alice), completed({alice}));
  expect_violation("lists as completed, but did not check out");
}
TEST_F(Audit, FindsASecondEnd) {
  write_all(checked_in(alice), initiated({alice}), out(alice), completion(alice), completed({alice}),
            completed({alice}));
  expect_violation("ended out of turn");
}
TEST_F(Audit, FindsARerunOutOfTurn) {
  write_all(checked_in(alice), initiated({alice}), rerun({alice}));
  expect_violation("rerun out of turn");
}
TEST_F(Audit, FindsWhatTheLogLost) {
  write_all(checked_in(alice), checked_in(bob));
  ASSERT_TRUE(store_->delete_stream("Log-1", lasagne::ExpectedRevision::any()));
  ASSERT_TRUE(store_->scavenge());
  expect_violation("nothing reads at positions 1 to 2");
}
TEST_F(Audit, FindsOneEventTwiceForOneCause) {
  write(checked_in(alice));
  write(paid(5, alice), id_of("cause"));
  write(paid(5, alice), id_of("cause"));
  expect_violation("the same effect of one cause, twice");
}
}  // namespace
