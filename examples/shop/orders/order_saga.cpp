#include "order_saga.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shop::orders {

using payments::DiscardPayment;
using payments::DiscardReason;
using payments::RequestPayment;
using shipments::SendPackage;

namespace {

// A package of many items may be too long for its rejection, which then names the order by its target alone. The other
// commands of this process are short.
std::optional<lasagne::Uuid> order_of_package(const lasagne::CommandRejected& rejected) {
  if (!lasagne::names_type<SendPackage>(rejected.command_type)) return std::nullopt;
  return lasagne::Uuid::parse(std::string_view(rejected.target).substr(rejected.target.find('-') + 1));
}

}  // namespace

void OrderSaga::on(const shopping_carts::ShoppingCartFinalized& cart, lasagne::Send& send) {
  std::vector<OrderItem> items;
  items.reserve(cart.items.size());
  for (const auto& item : cart.items) items.push_back({item.product_id, item.quantity, item.unit_price});
  send(InitializeOrder{cart.cart_id, send.new_id("payment"), cart.client_id, std::move(items), cart.total,
                       send.cause().recorded_at});
}

void OrderSaga::on(const OrderInitialized& order, lasagne::Send& send) {
  send(RequestPayment{order.payment_id, order.order_id, order.total, std::string(shopping_carts::price_currency),
                      send.cause().recorded_at});
}

void OrderSaga::on(const payments::PaymentFinalized& payment, lasagne::Send& send) {
  send(RecordOrderPayment{payment.order_id, payment.payment_id, payment.amount, send.cause().recorded_at});
}

void OrderSaga::on(const OrderPaymentRecorded& order, lasagne::Send& send) {
  std::vector<shipments::PackageItem> items;
  items.reserve(order.items.size());
  for (const auto& item : order.items) items.push_back({item.product_id, item.quantity});
  send(SendPackage{order.order_id, std::move(items), send.cause().recorded_at});
}

void OrderSaga::on(const shipments::ShipmentFinalized& shipment, lasagne::Send& send) {
  send(CompleteOrder{shipment.order_id, send.cause().recorded_at});
}

void OrderSaga::on(const shipments::ShipmentFailed& shipment, lasagne::Send& send) {
  send(CancelOrder{shipment.order_id, {}, CancellationReason::ProductWasOutOfStock, send.cause().recorded_at});
}

void OrderSaga::on(const payments::PaymentFailed& payment, lasagne::Send& send) {
  const auto reason = payment.reason == payments::PaymentFailure::Mismatched ? CancellationReason::PaymentMismatched
                                                                             : CancellationReason::PaymentFailed;
  send(CancelOrder{payment.order_id, payment.payment_id, reason, send.cause().recorded_at});
}

void OrderSaga::on(const OrderCancelled& order, lasagne::Send& send) {
  if (!order.payment_id) return;
  send(DiscardPayment{*order.payment_id, DiscardReason::OrderCancelled, send.cause().recorded_at});
}

void OrderSaga::on(const lasagne::CommandRejected& rejected, lasagne::Send& send) {
  const auto now = send.cause().recorded_at;
  if (const auto request = rejected.as<RequestPayment>()) {
    send(CancelOrder{request->order_id, request->payment_id, CancellationReason::PaymentFailed, now});
  } else if (const auto record = rejected.as<RecordOrderPayment>()) {
    send(DiscardPayment{record->payment_id, DiscardReason::OrderRefusedPayment, now});
  } else if (const auto order_id = order_of_package(rejected)) {
    send(CancelOrder{*order_id, {}, CancellationReason::ShipmentRefused, now});
  }
}

}  // namespace shop::orders
