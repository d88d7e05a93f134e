// The audit finds what the hotel itself would never write.
#include <gtest/gtest.h>

#include "audit.hpp"
#include "hotel_fixture.hpp"
#include "lasagne/command_rejected.hpp"
#include "lasagne/json.hpp"
#include "lasagne/store.hpp"
#include "lasagne/type_name.hpp"

namespace {

using namespace hotel_test;

class Audit : public testing::Test {
 protected:
  template <class Event>
  void write(const Event& event, Uuid cause = {}) {
    const auto id = id_of("message " + std::to_string(++written_));
    lasagne::Commit commit;
    commit.appends.push_back({"Log-1", lasagne::ExpectedRevision::any(),
                              {{id, lasagne::MessageKind::event, std::string(lasagne::type_name<Event>),
                                lasagne::to_json(event), {group, cause, {}}}}});
    ASSERT_TRUE(store_->append(commit).has_value());
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
  EXPECT_EQ(lasagne::to_json(result), R"({"groups":0,"completed":0,"failed":0,"timed_out":0,"open":0,"violations":[]})");
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
TEST_F(Audit, CountsOpenGroups) {
  write_all(checked_in(alice), initiated({alice}));
  EXPECT_EQ(audit(*store_).open, 1U);
}
TEST_F(Audit, AddsUpTheBalanceAgain) {
  write_all(checked_in(alice), charged(5, alice), initiated({alice}), out(alice));
  expect_violation("balance that is not settled");
}
TEST_F(Audit, FindsASettledGuestWhoFailed) {
  write_all(checked_in(alice), charged(5, alice), paid(5, alice), initiated({alice}), not_out(alice));
  expect_violation("although everything was settled");
}
TEST_F(Audit, FindsAWrongReason) {
  write_all(initiated({alice}), not_out(alice));
  expect_violation("another reason");
}
TEST_F(Audit, FindsTwoOutcomesInOneRound) {
  write_all(checked_in(alice), charged(5, alice), initiated({alice}), not_out(alice), not_out(alice));
  expect_violation("failed twice in one round");
}
TEST_F(Audit, FindsTwoCheckOuts) {
  write_all(checked_in(alice), initiated({alice}), out(alice), out(alice));
  expect_violation("checked out twice");
}
TEST_F(Audit, FindsALostGuest) {
  write_all(checked_in(alice), checked_in(bob), initiated({alice, bob}), out(alice), completion(alice), completed({alice}));
  expect_violation("lists that are not its guests");
}
TEST_F(Audit, FindsAnInventedCompletion) {
  write_all(checked_in(alice), initiated({alice}), completion(alice), completed({alice}));
  expect_violation("did not check out with it");
}
TEST_F(Audit, FindsASecondEnd) {
  write_all(checked_in(alice), initiated({alice}), out(alice), completion(alice), completed({alice}), completed({alice}));
  expect_violation("ended twice");
}
TEST_F(Audit, FindsARerunOfTheWrongGuests) {
  write_all(checked_in(alice), checked_in(bob), charged(5, bob), initiated({alice, bob}), out(alice), not_out(bob),
            completion(alice), failure(bob), group_failed({alice}, {bob}), rerun({alice, bob}));
  expect_violation("rerun for other guests");
}
TEST_F(Audit, FindsOneEventTwiceForOneCause) {
  write(checked_in(alice));
  write(paid(5, alice), id_of("cause"));
  write(paid(5, alice), id_of("cause"));
  expect_violation("one event twice for one cause");
}
TEST_F(Audit, FindsRejectedCommandsAndUnreadableEvents) {
  write(lasagne::CommandRejected{"hotel", "CheckInGuest", {}, "GuestStayAccount-1", "AlreadyCheckedIn", "", "{}"});
  expect_violation("AlreadyCheckedIn");
}

}  // namespace
