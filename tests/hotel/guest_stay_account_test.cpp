#include <gtest/gtest.h>

#include <limits>

#include "hotel_fixture.hpp"
#include "lasagne/testing/specification.hpp"

namespace {

using namespace hotel_test;
using lasagne::testing::given;
using enum CheckoutFailureReason;

constexpr auto most = std::numeric_limits<std::int64_t>::max();

CheckOutGuest check_out(std::optional<Uuid> group_id = {}, std::uint32_t round = 0) {
  return {guest, group_id, round, at(5)};
}
GuestCheckoutFailed failed(CheckoutFailureReason reason, std::optional<Uuid> group_id = {}, std::uint32_t round = 0) {
  return {guest, group_id, round, reason, at(5)};
}

TEST(CheckIn, OfANewGuestIsRecorded) {
  given<GuestStayAccount>().when(CheckInGuest{guest, at(0)}).then(GuestCheckedIn{guest, at(0)});
}
TEST(CheckIn, TwiceIsRefused) {
  given<GuestStayAccount>(checked_in()).when(CheckInGuest{guest, at(3)}).then_rejected("AlreadyCheckedIn");
}
TEST(CheckIn, AfterTheCheckOutIsRefused) {
  given<GuestStayAccount>(checked_in(), GuestCheckedOut{guest, {}, at(4)})
      .when(CheckInGuest{guest, at(5)})
      .then_rejected("AlreadyCheckedOut");
}
TEST(CheckIn, IsPossibleAfterACheckOutThatFailedForLackOfOne) {
  given<GuestStayAccount>(failed(NotCheckedIn)).when(CheckInGuest{guest, at(6)}).then(GuestCheckedIn{guest, at(6)});
}

TEST(Amounts, ChargesAndPaymentsAreRecorded) {
  given<GuestStayAccount>(checked_in()).when(RecordCharge{guest, Money{250}, at(1)}).then(charged(250));
  given<GuestStayAccount>(checked_in()).when(RecordPayment{guest, Money{250}, at(2)}).then(paid(250));
}
TEST(Amounts, MustBePositive) {
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}, -most - 1}) {
    given<GuestStayAccount>(checked_in())
        .when(RecordCharge{guest, Money{amount}, at(1)})
        .then_rejected("AmountNotPositive");
    given<GuestStayAccount>(checked_in())
        .when(RecordPayment{guest, Money{amount}, at(1)})
        .then_rejected("AmountNotPositive");
  }
}
TEST(Amounts, ThatWouldOverflowTheBalanceAreRefused) {
  given<GuestStayAccount>(checked_in(), paid(most))
      .when(RecordPayment{guest, Money{1}, at(3)})
      .then_rejected("BalanceOutOfRange");
  given<GuestStayAccount>(checked_in(), charged(most), charged(1))
      .when(RecordCharge{guest, Money{1}, at(3)})
      .then_rejected("BalanceOutOfRange");
  given<GuestStayAccount>(checked_in(), charged(most)).when(RecordCharge{guest, Money{1}, at(1)}).then(charged(1));
}
TEST(Amounts, AreRefusedBeforeTheCheckInAndAfterTheCheckOut) {
  given<GuestStayAccount>().when(RecordCharge{guest, Money{1}, at(1)}).then_rejected("NotCheckedIn");
  given<GuestStayAccount>().when(RecordPayment{guest, Money{1}, at(1)}).then_rejected("NotCheckedIn");
  const auto gone = given<GuestStayAccount>(checked_in(), GuestCheckedOut{guest, {}, at(4)});
  gone.when(RecordCharge{guest, Money{1}, at(5)}).then_rejected("AlreadyCheckedOut");
  gone.when(RecordPayment{guest, Money{1}, at(5)}).then_rejected("AlreadyCheckedOut");
}

TEST(CheckOut, OfASettledAccountSucceeds) {
  given<GuestStayAccount>(checked_in()).when(check_out()).then(GuestCheckedOut{guest, {}, at(5)});
  given<GuestStayAccount>(checked_in(), charged(70), charged(30), paid(100))
      .when(check_out())
      .then(GuestCheckedOut{guest, {}, at(5)});
}
TEST(CheckOut, FailsWhenTheBalanceIsNotSettledEitherWay) {
  given<GuestStayAccount>(checked_in(), charged(100)).when(check_out()).then(failed(BalanceNotSettled));
  given<GuestStayAccount>(checked_in(), charged(100), paid(99)).when(check_out()).then(failed(BalanceNotSettled));
  given<GuestStayAccount>(checked_in(), charged(100), paid(101)).when(check_out()).then(failed(BalanceNotSettled));
}
TEST(CheckOut, FailsWithoutACheckIn) { given<GuestStayAccount>().when(check_out()).then(failed(NotCheckedIn)); }
TEST(CheckOut, OfAGuestAloneRepeatedAfterItSucceededChangesNothing) {
  given<GuestStayAccount>(checked_in(), GuestCheckedOut{guest, {}, at(4)}).when(check_out()).then_nothing();
}
TEST(CheckOut, CarriesTheGroupThrough) {
  given<GuestStayAccount>(checked_in()).when(check_out(group, 1)).then(GuestCheckedOut{guest, group, at(5)});
  given<GuestStayAccount>(checked_in(), charged(1)).when(check_out(group, 2)).then(failed(BalanceNotSettled, group, 2));
  given<GuestStayAccount>().when(check_out(group, 1)).then(failed(NotCheckedIn, group, 1));
}
TEST(CheckOut, RepeatedByTheSameGroupAfterItSucceededChangesNothing) {
  const auto gone = given<GuestStayAccount>(checked_in(), GuestCheckedOut{guest, group, at(4)});
  gone.when(check_out(group, 1)).then_nothing();
  gone.when(check_out(group, 2)).then_nothing();
}
TEST(CheckOut, ByAnotherGroupOrAloneFailsOnceAGroupSucceeded) {
  const auto gone = given<GuestStayAccount>(checked_in(), GuestCheckedOut{guest, group, at(4)});
  gone.when(check_out(id_of("other group"), 1)).then(failed(AlreadyCheckedOut, id_of("other group"), 1));
  gone.when(check_out()).then(failed(AlreadyCheckedOut));
}
TEST(CheckOut, ByAGroupFailsOnceTheGuestLeftAlone) {
  given<GuestStayAccount>(checked_in(), GuestCheckedOut{guest, {}, at(4)})
      .when(check_out(group, 1))
      .then(failed(AlreadyCheckedOut, group, 1));
}
TEST(CheckOut, ThatFailedSucceedsOnceItsCauseIsResolved) {
  given<GuestStayAccount>(checked_in(), charged(100), failed(BalanceNotSettled, group, 1), paid(100))
      .when(check_out(group, 2))
      .then(GuestCheckedOut{guest, group, at(5)});
  given<GuestStayAccount>(failed(NotCheckedIn, group, 1), checked_in())
      .when(check_out(group, 2))
      .then(GuestCheckedOut{guest, group, at(5)});
}
TEST(CheckOut, ThatStillFailsSaysSoAgain) {
  given<GuestStayAccount>(checked_in(), charged(100), failed(BalanceNotSettled, group, 1))
      .when(check_out(group, 2))
      .then(failed(BalanceNotSettled, group, 2));
}

TEST(Account, ThatNoDeciderWroteIsNotFoldedIntoAWrongBalance) {
  EXPECT_THROW((void)given<GuestStayAccount>(checked_in(), paid(most), paid(1)), std::overflow_error);
}

}  // namespace
