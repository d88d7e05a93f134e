// What the orders can be asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace shop::orders {

struct OrderItem {
  lasagne::Uuid product_id;
  std::int64_t quantity = 0;
  lasagne::Money unit_price;
};

// An order has the id of its cart: one cart, one order, by construction.
struct InitializeOrder {
  lasagne::Uuid order_id;
  lasagne::Uuid payment_id;  // by which it will be paid
  lasagne::Uuid client_id;
  std::vector<OrderItem> items;
  lasagne::Money total;
  lasagne::Timestamp now;
};
struct RecordOrderPayment {
  lasagne::Uuid order_id;
  lasagne::Uuid payment_id;
  lasagne::Money amount;
  lasagne::Timestamp now;
};
struct CompleteOrder {
  lasagne::Uuid order_id;
  lasagne::Timestamp now;
};

// PaymentMismatched: the money that came was not the order's total in its currency, and went back.
enum class CancellationReason {
  ProductWasOutOfStock,
  PaymentFailed,
  ShipmentRefused,
  ClientRequest,
  PaymentMismatched
};

struct CancelOrder {
  lasagne::Uuid order_id;
  std::optional<lasagne::Uuid> failed_payment_id;  // that failed: an order that waits for another one stays
  CancellationReason reason{};
  lasagne::Timestamp now;
};

}  // namespace shop::orders
