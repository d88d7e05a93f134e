#include <set>

#include "payments_module.hpp"
#include "shop_values.hpp"

namespace shop::payments {
namespace {

using namespace values;

const Money price{250};
const std::string euro = "EUR";
const RequestPayment request{payment, order, price, euro, noon};
const PaymentRequested requested{payment, order, price, noon, euro};
const PaymentCompleted completed{payment, price, noon};
const PaymentDiscarded discarded{payment, DiscardReason::Declined, noon};
const PaymentRefunded refunded{payment, price, noon};
const PaymentTimedOut timed_out{payment, noon};
const CompletePayment complete{payment, price, euro, later};
const DiscardPayment discard{payment, DiscardReason::OrderCancelled, later};
const TimeOutPayment time_out{payment, later};

TEST(Payment, IsRequestedOnce) {
  given<Payment>().when(request).then(requested);
  given<Payment>(requested).when(request).then_nothing();
  given<Payment>(requested, completed).when(request).then_nothing();
  given<Payment>(requested)
      .when(RequestPayment{payment, order, Money{1}, euro, later})
      .then_rejected("PaymentAlreadyRequested");
  given<Payment>(requested)
      .when(RequestPayment{payment, id_of("other order"), price, euro, later})
      .then_rejected("PaymentAlreadyRequested");
  given<Payment>(requested)
      .when(RequestPayment{payment, order, price, "USD", later})
      .then_rejected("PaymentAlreadyRequested");
}

TEST(Payment, IsOfSomething) {
  given<Payment>().when(RequestPayment{payment, order, Money{0}, euro, noon}).then_rejected("InvalidAmount");
  given<Payment>().when(RequestPayment{payment, order, Money{-1}, euro, noon}).then_rejected("InvalidAmount");
}

TEST(Payment, IsOfACurrency) {
  for (const auto* no_currency : {"", "E", "EURO", "eur", "E R", "\x1b[1"}) {
    given<Payment>().when(RequestPayment{payment, order, price, no_currency, noon}).then_rejected("InvalidCurrency");
    given<Payment>(requested)
        .when(CompletePayment{payment, price, no_currency, later})
        .then_rejected("InvalidCurrency");
  }
  given<Payment>(requested).when(CompletePayment{payment, Money{0}, euro, later}).then_rejected("InvalidAmount");
}

TEST(Payment, RequestedBeforeCurrenciesWereRecordedIsInEuros) {
  const PaymentRequested old{payment, order, price, noon};
  given<Payment>(old).when(complete).then(PaymentCompleted{payment, price, later});
  given<Payment>(old)
      .when(CompletePayment{payment, price, "USD", later})
      .then(PaymentMismatched{payment, price, "USD", later}, PaymentRefunded{payment, price, later, "USD"});
}

TEST(Payment, IsCompletedAsRequestedByCommandsFromBeforeTheySaidHowMuch) {
  const auto old = lasagne::from_json<CompletePayment>(R"({"payment_id":")" + payment.to_string() + R"(","now":")" +
                                                       later.to_string() + "\"}");
  ASSERT_TRUE(old) << old.error().to_string();
  given<Payment>(requested).when(*old).then(PaymentCompleted{payment, price, later});
  given<Payment>(requested, timed_out)
      .when(*old)
      .then(PaymentCompleted{payment, price, later}, PaymentRefunded{payment, price, later});
}

TEST(Payment, UnknownOnesAreRefused) {
  given<Payment>().when(complete).then_rejected("PaymentNotFound");
  given<Payment>().when(discard).then_rejected("PaymentNotFound");
  given<Payment>().when(time_out).then_rejected("PaymentNotFound");
}

TEST(Payment, IsCompletedOnceHoweverOftenTheGatewaySaysSo) {
  given<Payment>(requested).when(complete).then(PaymentCompleted{payment, price, later});
  given<Payment>(requested, completed).when(complete).then_nothing();
  given<Payment>(requested, completed, refunded).when(complete).then_nothing();
}

TEST(Payment, IsDiscardedWhilePending) {
  given<Payment>(requested).when(discard).then(PaymentDiscarded{payment, DiscardReason::OrderCancelled, later});
}

TEST(Payment, IsRefundedWhenItWasCompleted) {
  given<Payment>(requested, completed).when(discard).then(PaymentRefunded{payment, price, later});
}

TEST(Payment, IsNotDeclinedOnceItIsCompleted) {
  const DiscardPayment decline{payment, DiscardReason::Declined, later};
  given<Payment>(requested, completed).when(decline).then_rejected("PaymentAlreadyCompleted");
  given<Payment>(requested, completed, refunded).when(decline).then_nothing();
}

TEST(Payment, IsDiscardedOrRefundedOnce) {
  given<Payment>(requested, discarded).when(discard).then_nothing();
  given<Payment>(requested, timed_out).when(discard).then_nothing();
  given<Payment>(requested, completed, refunded).when(discard).then_nothing();
}

TEST(Payment, TimesOutOnlyWhilePending) {
  given<Payment>(requested).when(time_out).then(PaymentTimedOut{payment, later});
  given<Payment>(requested, completed).when(time_out).then_nothing();
  given<Payment>(requested, discarded).when(time_out).then_nothing();
  given<Payment>(requested, timed_out).when(time_out).then_nothing();
  given<Payment>(requested, completed, refunded).when(time_out).then_nothing();
}

TEST(Payment, MoneyThatComesTooLateGoesBack) {
  const PaymentCompleted came{payment, price, later};
  const PaymentRefunded went_back{payment, price, later};
  given<Payment>(requested, timed_out).when(complete).then(came, went_back);
  given<Payment>(requested, discarded).when(complete).then(came, went_back);
  given<Payment>(requested, timed_out, came, went_back).when(complete).then_nothing();
}

const Money wrong{249};
const CompletePayment complete_wrong{payment, wrong, euro, later};
const PaymentMismatched mismatched{payment, wrong, euro, later};
const PaymentRefunded wrong_refunded{payment, wrong, later, euro};

TEST(Payment, OfAnotherAmountOrCurrencyIsRecordedAsAMismatchAndPaidBack) {
  given<Payment>(requested).when(complete_wrong).then(mismatched, wrong_refunded);
  given<Payment>(requested)
      .when(CompletePayment{payment, Money{251}, euro, later})
      .then(PaymentMismatched{payment, Money{251}, euro, later}, PaymentRefunded{payment, Money{251}, later, euro});
  given<Payment>(requested)
      .when(CompletePayment{payment, price, "USD", later})
      .then(PaymentMismatched{payment, price, "USD", later}, PaymentRefunded{payment, price, later, "USD"})
      .then_state([](const auto& state) { return state.status == PaymentStatus::Mismatched; });
}

TEST(Payment, OfAMismatchIsPaidBackOnceHoweverOftenTheGatewaySaysSo) {
  const auto failed = given<Payment>(requested, mismatched, wrong_refunded);
  failed.when(complete_wrong).then_nothing();
  failed.when(CompletePayment{payment, Money{1}, euro, later})
      .then(PaymentMismatched{payment, Money{1}, euro, later}, PaymentRefunded{payment, Money{1}, later, euro});
  failed.when(discard).then_nothing();
  failed.when(time_out).then_nothing();
}

TEST(Payment, OfTwoMismatchesEitherIsPaidBackOnce) {
  const PaymentMismatched other{payment, Money{251}, euro, later};
  const PaymentRefunded other_refunded{payment, Money{251}, later, euro};
  const auto failed = given<Payment>(requested, mismatched, wrong_refunded, other, other_refunded);
  failed.when(complete_wrong).then_nothing();
  failed.when(CompletePayment{payment, Money{251}, euro, later}).then_nothing();
}

TEST(Payment, ThatMismatchedPaysTheRightMoneyBackToo) {
  given<Payment>(requested, mismatched, wrong_refunded)
      .when(complete)
      .then(PaymentCompleted{payment, price, later}, PaymentRefunded{payment, price, later});
}

TEST(Payment, ThatIsDecidedStaysSoWhenWrongMoneyComes) {
  const auto stays = [](PaymentStatus status) {
    return [status](const auto& state) { return state.status == status; };
  };
  given<Payment>(requested, completed)
      .when(complete_wrong)
      .then(mismatched, wrong_refunded)
      .then_state(stays(PaymentStatus::Completed));
  given<Payment>(requested, timed_out)
      .when(complete_wrong)
      .then(mismatched, wrong_refunded)
      .then_state(stays(PaymentStatus::TimedOut));
  given<Payment>(requested, completed, mismatched, wrong_refunded)
      .when(discard)
      .then(PaymentRefunded{payment, price, later});
}

TEST(PaymentForwarder, TellsAMismatchOnceAndOnlyOfAPendingPayment) {
  given_forwarder<PaymentForwarder>(requested, mismatched)
      .when(mismatched)
      .then_published(PaymentFailed{payment, order, price, PaymentFailure::Mismatched, later});
  given_forwarder<PaymentForwarder>(requested, mismatched, wrong_refunded).when(wrong_refunded).then_nothing();
  given_forwarder<PaymentForwarder>(requested, completed, mismatched).when(mismatched).then_nothing();
  given_forwarder<PaymentForwarder>(requested, mismatched, wrong_refunded, mismatched).when(mismatched).then_nothing();
  given_forwarder<PaymentForwarder>(requested, completed, mismatched, wrong_refunded, refunded)
      .when(refunded)
      .then_published(PaymentFailed{payment, order, price, PaymentFailure::Refunded, noon});
}

TEST(PaymentForwarder, TellsThatThereIsMoney) {
  given_forwarder<PaymentForwarder>(requested, completed)
      .when(completed)
      .then_published(PaymentFinalized{payment, order, price, noon});
}

TEST(PaymentForwarder, TellsThatThereIsNone) {
  given_forwarder<PaymentForwarder>(requested, discarded)
      .when(discarded)
      .then_published(PaymentFailed{payment, order, price, PaymentFailure::Discarded, noon});
  given_forwarder<PaymentForwarder>(requested, timed_out)
      .when(timed_out)
      .then_published(PaymentFailed{payment, order, price, PaymentFailure::TimedOut, noon});
  given_forwarder<PaymentForwarder>(requested, completed, refunded)
      .when(refunded)
      .then_published(PaymentFailed{payment, order, price, PaymentFailure::Refunded, noon});
}

TEST(PaymentForwarder, TellsAFailureOnce) {
  given_forwarder<PaymentForwarder>(requested, timed_out, completed).when(completed).then_nothing();
  given_forwarder<PaymentForwarder>(requested, timed_out, completed, refunded).when(refunded).then_nothing();
}

TEST(PaymentDeadline, IsSetWhenThePaymentIsRequestedAndCancelledWhenItIsDecided) {
  const auto key = "deadline-" + payment.to_string();
  const PaymentDeadline deadline{std::chrono::seconds(90)};
  const Timestamp due{90'000'000};
  given_effect(deadline).when(requested).then_timer(key, due, TimeOutPayment{payment, due}).then_commands();
  given_effect(deadline).when(completed).then_cancelled(key);
  given_effect(deadline).when(discarded).then_cancelled(key);
  given_effect(deadline).when(mismatched).then_cancelled(key);
}

TEST(SimulatedGateway, AnswersAsItIsTold) {
  given_effect(SimulatedGateway{0, 0}).when(requested).then_commands(CompletePayment{payment, price, euro, cause_time});
  given_effect(SimulatedGateway{100, 0})
      .when(requested)
      .then_commands(DiscardPayment{payment, DiscardReason::Declined, cause_time});
  given_effect(SimulatedGateway{0, 100}).when(requested).then_nothing();
}

TEST(SimulatedGateway, PaysWrongAmountsAndCurrencies) {
  const SimulatedGateway gateway{0, 0, 100};
  std::set<SimulatedGateway::Answer> answers;
  for (int i = 0; i < 100; ++i) {
    const PaymentRequested of{id_of("payment " + std::to_string(i)), order, price, noon, euro};
    const auto answer = gateway.answer_to(of.payment_id);
    answers.insert(answer);
    const auto sent = answer == SimulatedGateway::Answer::WrongAmount
                          ? CompletePayment{of.payment_id, Money{251}, euro, cause_time}
                          : CompletePayment{of.payment_id, price, "USD", cause_time};
    given_effect(gateway).when(of).then_commands(sent);
  }
  EXPECT_EQ(answers, (std::set{SimulatedGateway::Answer::WrongAmount, SimulatedGateway::Answer::WrongCurrency}));
}

TEST(SimulatedGateway, KeepsItsPercentages) {
  const SimulatedGateway gateway{20, 30, 10};
  std::map<SimulatedGateway::Answer, int> answers;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = id_of("payment " + std::to_string(i));
    EXPECT_EQ(gateway.answer_to(id), gateway.answer_to(id));
    ++answers[gateway.answer_to(id)];
  }
  EXPECT_NEAR(answers[SimulatedGateway::Answer::Declined], 2'000, 200);
  EXPECT_NEAR(answers[SimulatedGateway::Answer::NeverPaid], 3'000, 200);
  EXPECT_NEAR(answers[SimulatedGateway::Answer::WrongAmount], 500, 100);
  EXPECT_NEAR(answers[SimulatedGateway::Answer::WrongCurrency], 500, 100);
}

}  // namespace
}  // namespace shop::payments
