#include "order.hpp"

namespace shop::orders {

namespace {

using lasagne::Rejection;

Rejection order_not_found() { return {"OrderNotFound", "there is no such order"}; }
Rejection order_closed(const char* how) { return {"OrderClosed", how}; }

}  // namespace

Order::State Order::evolve(State, const OrderInitialized& initialized) {
  return {OrderStatus::Initialized, initialized.payment_id, initialized.client_id,
          initialized.items,        initialized.total,      std::nullopt};
}

Order::State Order::evolve(State order, const OrderPaymentRecorded&) {
  order.status = OrderStatus::Paid;
  return order;
}

Order::State Order::evolve(State order, const OrderCompleted&) {
  order.status = OrderStatus::Completed;
  return order;
}

Order::State Order::evolve(State order, const OrderCancelled& cancelled) {
  order.status = OrderStatus::Cancelled;
  order.cancellation = cancelled.reason;
  return order;
}

Order::Decision Order::decide(const InitializeOrder& command, const State& order) {
  if (order.status == OrderStatus::NotInitialized) {
    return OrderInitialized{command.order_id, command.payment_id, command.client_id,
                            command.items,    command.total,      command.now};
  }
  if (order.payment_id == command.payment_id) return {};
  return Rejection{"OrderAlreadyInitialized", "there is an order of this id"};
}

Order::Decision Order::decide(const RecordOrderPayment& command, const State& order) {
  if (order.status == OrderStatus::NotInitialized) return order_not_found();
  if (order.payment_id != command.payment_id) return Rejection{"WrongPayment", "the order is paid by another payment"};
  switch (order.status) {
    case OrderStatus::Cancelled:
      return order_closed("the order is cancelled");
    case OrderStatus::Paid:
    case OrderStatus::Completed:
      return {};
    default:
      break;
  }
  if (command.amount != order.total) return Rejection{"WrongAmount", "the payment is not the order's total"};
  return OrderPaymentRecorded{command.order_id, command.payment_id, order.items, command.amount, command.now};
}

Order::Decision Order::decide(const CompleteOrder& command, const State& order) {
  switch (order.status) {
    case OrderStatus::NotInitialized:
      return order_not_found();
    case OrderStatus::Initialized:
      return Rejection{"OrderNotPaid", "the order is not paid"};
    case OrderStatus::Cancelled:
      return order_closed("the order is cancelled");
    case OrderStatus::Completed:
      return {};
    case OrderStatus::Paid:
      break;
  }
  return OrderCompleted{command.order_id, command.now};
}

Order::Decision Order::decide(const CancelOrder& command, const State& order) {
  using enum CancellationReason;
  if (order.status == OrderStatus::NotInitialized) return order_not_found();
  if (command.failed_payment_id && *command.failed_payment_id != order.payment_id) return {};
  if (order.status == OrderStatus::Cancelled) return {};
  if (order.status == OrderStatus::Completed) return order_closed("the order is completed");
  const bool shipment_failed = command.reason == ProductWasOutOfStock || command.reason == ShipmentRefused;
  if (order.status == OrderStatus::Paid && !shipment_failed) {
    return Rejection{"PackageUnderWay", "the order is paid and being sent"};
  }
  OrderCancelled cancelled{command.order_id, order.payment_id, command.reason, command.now};
  if (command.reason == PaymentFailed || command.reason == PaymentMismatched) cancelled.payment_id.reset();
  return cancelled;
}

}  // namespace shop::orders
