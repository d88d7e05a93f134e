// The order process across the four modules: what happens next, and what is undone when a step fails.
#pragma once

#include <variant>

#include "lasagne/command_rejected.hpp"
#include "lasagne/send.hpp"
#include "order.hpp"
#include "shop/payments/external_events.hpp"
#include "shop/shipments/external_events.hpp"
#include "shop/shopping_carts/external_events.hpp"

namespace shop::orders {

struct OrderSaga {
  using Event = std::variant<shopping_carts::ShoppingCartFinalized, OrderInitialized, payments::PaymentFinalized,
                             OrderPaymentRecorded, shipments::ShipmentFinalized, shipments::ShipmentFailed,
                             payments::PaymentFailed, OrderCancelled, lasagne::CommandRejected>;

  static void on(const shopping_carts::ShoppingCartFinalized& cart, lasagne::Send& send);
  static void on(const OrderInitialized& order, lasagne::Send& send);
  static void on(const payments::PaymentFinalized& payment, lasagne::Send& send);
  static void on(const OrderPaymentRecorded& order, lasagne::Send& send);
  static void on(const shipments::ShipmentFinalized& shipment, lasagne::Send& send);

  // Compensation.
  static void on(const shipments::ShipmentFailed& shipment, lasagne::Send& send);
  static void on(const payments::PaymentFailed& payment, lasagne::Send& send);
  static void on(const OrderCancelled& order, lasagne::Send& send);
  // A step that was refused: the order is cancelled, or the money goes back.
  static void on(const lasagne::CommandRejected& rejected, lasagne::Send& send);
};

}  // namespace shop::orders
