// One order: initialized, paid, then completed or cancelled for good.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "lasagne/decider.hpp"
#include "shop/orders/commands.hpp"

namespace shop::orders {

struct OrderInitialized {
  lasagne::Uuid order_id;
  lasagne::Uuid payment_id;
  lasagne::Uuid client_id;
  std::vector<OrderItem> items;
  lasagne::Money total;
  lasagne::Timestamp initialized_at;
};
struct OrderPaymentRecorded {
  lasagne::Uuid order_id;
  lasagne::Uuid payment_id;
  std::vector<OrderItem> items;  // to be sent now
  lasagne::Money amount;
  lasagne::Timestamp recorded_at;
};
struct OrderCompleted {
  lasagne::Uuid order_id;
  lasagne::Timestamp completed_at;
};
struct OrderCancelled {
  lasagne::Uuid order_id;
  std::optional<lasagne::Uuid> payment_id;  // that is to be discarded; empty if it failed by itself
  CancellationReason reason{};
  lasagne::Timestamp cancelled_at;
};

enum class OrderStatus { NotInitialized, Initialized, Paid, Completed, Cancelled };

struct Order {
  static constexpr std::string_view category = "Order";
  using Command = std::variant<InitializeOrder, RecordOrderPayment, CompleteOrder, CancelOrder>;
  using Event = std::variant<OrderInitialized, OrderPaymentRecorded, OrderCompleted, OrderCancelled>;
  struct State {
    OrderStatus status = OrderStatus::NotInitialized;
    lasagne::Uuid payment_id;
    lasagne::Uuid client_id;
    std::vector<OrderItem> items;
    lasagne::Money total;
    std::optional<CancellationReason> cancellation;
  };
  using Decision = lasagne::Decision<Event>;

  static lasagne::Uuid id(const auto& command) { return command.order_id; }

  static State evolve(State order, const OrderInitialized& initialized);
  static State evolve(State order, const OrderPaymentRecorded& recorded);
  static State evolve(State order, const OrderCompleted& completed);
  static State evolve(State order, const OrderCancelled& cancelled);

  // Repeats change nothing. Rejections: OrderNotFound, OrderAlreadyInitialized, OrderClosed, OrderNotPaid,
  // WrongPayment, WrongAmount, PackageUnderWay (a paid order is cancelled by the outcome of its shipment only: its
  // package may have left).
  static Decision decide(const InitializeOrder& command, const State& order);
  static Decision decide(const RecordOrderPayment& command, const State& order);
  static Decision decide(const CompleteOrder& command, const State& order);
  static Decision decide(const CancelOrder& command, const State& order);
};

}  // namespace shop::orders
