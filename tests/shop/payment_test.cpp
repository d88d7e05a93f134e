#include "payments_module.hpp"
#include "shop_values.hpp"

namespace shop::payments {
namespace {

using namespace values;

const Money price{250};
const RequestPayment request{payment, order, price, noon};
const PaymentRequested requested{payment, order, price, noon};
const PaymentCompleted completed{payment, price, noon};
const PaymentDiscarded discarded{payment, DiscardReason::Declined, noon};
const PaymentRefunded refunded{payment, price, noon};
const PaymentTimedOut timed_out{payment, noon};
const CompletePayment complete{payment, later};
const DiscardPayment discard{payment, DiscardReason::OrderCancelled, later};
const TimeOutPayment time_out{payment, later};

TEST(Payment, IsRequestedOnce) {
  given<Payment>().when(request).then(requested);
  given<Payment>(requested).when(request).then_nothing();
  given<Payment>(requested, completed).when(request).then_nothing();
  given<Payment>(requested)
      .when(RequestPayment{payment, order, Money{1}, later})
      .then_rejected("PaymentAlreadyRequested");
  given<Payment>(requested)
      .when(RequestPayment{payment, id_of("other order"), price, later})
      .then_rejected("PaymentAlreadyRequested");
}

TEST(Payment, IsOfSomething) {
  given<Payment>().when(RequestPayment{payment, order, Money{0}, noon}).then_rejected("InvalidAmount");
  given<Payment>().when(RequestPayment{payment, order, Money{-1}, noon}).then_rejected("InvalidAmount");
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
}

TEST(SimulatedGateway, AnswersAsItIsTold) {
  given_effect(SimulatedGateway{0, 0}).when(requested).then_commands(CompletePayment{payment, cause_time});
  given_effect(SimulatedGateway{100, 0})
      .when(requested)
      .then_commands(DiscardPayment{payment, DiscardReason::Declined, cause_time});
  given_effect(SimulatedGateway{0, 100}).when(requested).then_nothing();
}

TEST(SimulatedGateway, KeepsItsPercentages) {
  const SimulatedGateway gateway{20, 30};
  std::map<SimulatedGateway::Answer, int> answers;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = id_of("payment " + std::to_string(i));
    EXPECT_EQ(gateway.answer_to(id), gateway.answer_to(id));
    ++answers[gateway.answer_to(id)];
  }
  EXPECT_NEAR(answers[SimulatedGateway::Answer::Declined], 2'000, 200);
  EXPECT_NEAR(answers[SimulatedGateway::Answer::NeverPaid], 3'000, 200);
}

}  // namespace
}  // namespace shop::payments
