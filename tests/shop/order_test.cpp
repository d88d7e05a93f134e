#include "order.hpp"
#include "shop_values.hpp"

namespace shop::orders {
namespace {

using namespace values;
using enum CancellationReason;

const std::vector<OrderItem> items{{shoes, 2, Money{100}}, {hat, 1, Money{50}}};
const Money total{250};
const InitializeOrder initialize{order, payment, client, items, total, noon};
const RecordOrderPayment record_payment{order, payment, total, later};
const CompleteOrder complete{order, later};
const OrderInitialized initialized{order, payment, client, items, total, noon};
const OrderPaymentRecorded paid{order, payment, items, total, noon};
const OrderCompleted completed{order, noon};
const OrderCancelled cancelled{order, payment, ProductWasOutOfStock, noon};

CancelOrder cancel(CancellationReason reason) { return {order, {}, reason, later}; }

TEST(Order, IsInitializedOnce) {
  given<Order>().when(initialize).then(initialized);
  given<Order>(initialized).when(initialize).then_nothing();
  given<Order>(initialized, paid, completed).when(initialize).then_nothing();
  given<Order>(initialized)
      .when(InitializeOrder{order, id_of("other"), client, items, total, noon})
      .then_rejected("OrderAlreadyInitialized");
}

TEST(Order, UnknownOnesAreRefused) {
  given<Order>().when(record_payment).then_rejected("OrderNotFound");
  given<Order>().when(complete).then_rejected("OrderNotFound");
  given<Order>().when(cancel(ClientRequest)).then_rejected("OrderNotFound");
}

TEST(Order, RecordsItsPaymentOnce) {
  given<Order>(initialized).when(record_payment).then(OrderPaymentRecorded{order, payment, items, total, later});
  given<Order>(initialized, paid).when(record_payment).then_nothing();
  given<Order>(initialized, paid, completed).when(record_payment).then_nothing();
}

TEST(Order, TakesNoPaymentButItsOwnAndWhole) {
  given<Order>(initialized).when(RecordOrderPayment{order, id_of("other"), total, later}).then_rejected("WrongPayment");
  given<Order>(initialized).when(RecordOrderPayment{order, payment, Money{249}, later}).then_rejected("WrongAmount");
}

TEST(Order, TakesNoPaymentOnceCancelled) {
  given<Order>(initialized, cancelled).when(record_payment).then_rejected("OrderClosed");
}

TEST(Order, IsCompletedOnlyWhenPaid) {
  given<Order>(initialized).when(complete).then_rejected("OrderNotPaid");
  given<Order>(initialized, paid).when(complete).then(OrderCompleted{order, later});
}

TEST(Order, IsCancelledWithThePaymentThatIsToBeDiscarded) {
  given<Order>(initialized).when(cancel(ClientRequest)).then(OrderCancelled{order, payment, ClientRequest, later});
  given<Order>(initialized, paid)
      .when(cancel(ProductWasOutOfStock))
      .then(OrderCancelled{order, payment, ProductWasOutOfStock, later});
  given<Order>(initialized, paid)
      .when(cancel(ShipmentRefused))
      .then(OrderCancelled{order, payment, ShipmentRefused, later});
}

TEST(Order, IsCancelledWithoutAPaymentWhenThatFailed) {
  given<Order>(initialized)
      .when(CancelOrder{order, payment, PaymentFailed, later})
      .then(OrderCancelled{order, {}, PaymentFailed, later});
}

TEST(Order, StaysWhenSomebodyElsesPaymentFails) {
  given<Order>(initialized).when(CancelOrder{order, id_of("other"), PaymentFailed, later}).then_nothing();
}

TEST(Order, IsNotCancelledWhileItsPackageMayHaveLeft) {
  given<Order>(initialized, paid).when(cancel(ClientRequest)).then_rejected("PackageUnderWay");
  given<Order>(initialized, paid)
      .when(CancelOrder{order, payment, PaymentFailed, later})
      .then_rejected("PackageUnderWay");
}

TEST(Order, IsClosedOnceCompleted) {
  const auto closed = given<Order>(initialized, paid, completed);
  closed.when(complete).then_nothing();
  closed.when(cancel(ProductWasOutOfStock)).then_rejected("OrderClosed");
  closed.when(cancel(ClientRequest)).then_rejected("OrderClosed");
}

TEST(Order, IsClosedOnceCancelled) {
  const auto closed = given<Order>(initialized, paid, cancelled);
  closed.when(cancel(ClientRequest)).then_nothing();
  closed.when(complete).then_rejected("OrderClosed");
  closed.when(initialize).then_nothing();
}

}  // namespace
}  // namespace shop::orders
