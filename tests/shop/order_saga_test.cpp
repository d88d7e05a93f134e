#include "order_saga.hpp"
#include "shop_values.hpp"

namespace shop::orders {
namespace {

using namespace values;
using payments::DiscardPayment;
using payments::DiscardReason;
using payments::PaymentFailed;
using payments::PaymentFailure;
using payments::PaymentFinalized;
using payments::RequestPayment;
using shipments::SendPackage;
using shipments::ShipmentFailed;
using shipments::ShipmentFinalized;
using shopping_carts::ShoppingCartFinalized;

const std::vector<OrderItem> items{{shoes, 2, Money{100}}, {hat, 1, Money{50}}};
const Money total{250};

template <class Command>
lasagne::CommandRejected rejection_of(const Command& command) {
  return {"module",
          std::string(lasagne::type_name<Command>),
          id_of("command"),
          "Shipment-" + order.to_string(),
          "Reason",
          "detail",
          lasagne::to_json(command)};
}

TEST(OrderSaga, InitializesAnOrderForAFinalizedCart) {
  given_saga<OrderSaga>()
      .when(ShoppingCartFinalized{cart, client, {{shoes, 2, Money{100}}, {hat, 1, Money{50}}}, total, noon})
      .then_commands(InitializeOrder{cart, derived_id<OrderSaga>("payment"), client, items, total, cause_time});
}

TEST(OrderSaga, RequestsItsPayment) {
  given_saga<OrderSaga>()
      .when(OrderInitialized{order, payment, client, items, total, noon})
      .then_commands(RequestPayment{payment, order, total, "EUR", cause_time});
}

TEST(OrderSaga, RecordsThePayment) {
  given_saga<OrderSaga>()
      .when(PaymentFinalized{payment, order, total, noon})
      .then_commands(RecordOrderPayment{order, payment, total, cause_time});
}

TEST(OrderSaga, SendsThePackageOfAPaidOrder) {
  given_saga<OrderSaga>()
      .when(OrderPaymentRecorded{order, payment, items, total, noon})
      .then_commands(SendPackage{order, {{shoes, 2}, {hat, 1}}, cause_time});
}

TEST(OrderSaga, CompletesTheOrderWhosePackageWasSent) {
  given_saga<OrderSaga>()
      .when(ShipmentFinalized{order, {{shoes, 2}}, noon})
      .then_commands(CompleteOrder{order, cause_time});
}

TEST(OrderSaga, CancelsTheOrderThatIsOutOfStock) {
  given_saga<OrderSaga>()
      .when(ShipmentFailed{order, {hat}, noon})
      .then_commands(CancelOrder{order, {}, CancellationReason::ProductWasOutOfStock, cause_time});
}

TEST(OrderSaga, CancelsTheOrderWhosePaymentFailed) {
  for (const auto reason : {PaymentFailure::Discarded, PaymentFailure::TimedOut, PaymentFailure::Refunded}) {
    given_saga<OrderSaga>()
        .when(PaymentFailed{payment, order, total, reason, noon})
        .then_commands(CancelOrder{order, payment, CancellationReason::PaymentFailed, cause_time});
  }
}

TEST(OrderSaga, CancelsTheOrderThatWasPaidAWrongAmountWithThatReason) {
  given_saga<OrderSaga>()
      .when(PaymentFailed{payment, order, total, PaymentFailure::Mismatched, noon})
      .then_commands(CancelOrder{order, payment, CancellationReason::PaymentMismatched, cause_time});
}

TEST(OrderSaga, DiscardsThePaymentOfACancelledOrder) {
  given_saga<OrderSaga>()
      .when(OrderCancelled{order, payment, CancellationReason::ProductWasOutOfStock, noon})
      .then_commands(DiscardPayment{payment, DiscardReason::OrderCancelled, cause_time});
  given_saga<OrderSaga>().when(OrderCancelled{order, {}, CancellationReason::PaymentFailed, noon}).then_nothing();
}

TEST(OrderSaga, GivesBackMoneyThatTheOrderRefused) {
  given_saga<OrderSaga>()
      .when(rejection_of(RecordOrderPayment{order, payment, total, noon}))
      .then_commands(DiscardPayment{payment, DiscardReason::OrderRefusedPayment, cause_time});
}

TEST(OrderSaga, CancelsTheOrderWhoseNextStepWasRefused) {
  given_saga<OrderSaga>()
      .when(rejection_of(RequestPayment{payment, order, total, "EUR", noon}))
      .then_commands(CancelOrder{order, payment, CancellationReason::PaymentFailed, cause_time});
  given_saga<OrderSaga>()
      .when(rejection_of(SendPackage{order, {}, noon}))
      .then_commands(CancelOrder{order, {}, CancellationReason::ShipmentRefused, cause_time});
}

TEST(OrderSaga, HasNoAnswerToRefusalsThatEndNothing) {
  given_saga<OrderSaga>()
      .when(rejection_of(CancelOrder{order, {}, CancellationReason::ClientRequest, noon}))
      .then_nothing();
  given_saga<OrderSaga>().when(rejection_of(DiscardPayment{payment, DiscardReason::Declined, noon})).then_nothing();
  given_saga<OrderSaga>().when(rejection_of(shopping_carts::ConfirmShoppingCart{cart, noon})).then_nothing();
}

}  // namespace
}  // namespace shop::orders
