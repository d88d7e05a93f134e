// One payment of one order.
#pragma once

#include <string_view>
#include <variant>

#include "lasagne/decider.hpp"
#include "shop/payments/commands.hpp"

namespace shop::payments {

struct PaymentRequested {
  lasagne::Uuid payment_id;
  lasagne::Uuid order_id;
  lasagne::Money amount;
  lasagne::Timestamp requested_at;
};
struct PaymentCompleted {
  lasagne::Uuid payment_id;
  lasagne::Money amount;
  lasagne::Timestamp completed_at;
};
struct PaymentDiscarded {
  lasagne::Uuid payment_id;
  DiscardReason reason{};
  lasagne::Timestamp discarded_at;
};
struct PaymentRefunded {
  lasagne::Uuid payment_id;
  lasagne::Money amount;
  lasagne::Timestamp refunded_at;
};
struct PaymentTimedOut {
  lasagne::Uuid payment_id;
  lasagne::Timestamp timed_out_at;
};

enum class PaymentStatus { NotRequested, Pending, Completed, Discarded, TimedOut, Refunded };

// Money that arrives after the payment was discarded or timed out is recorded and paid back in the same breath
// (PaymentCompleted, PaymentRefunded): refusing to know of it would keep it.
struct Payment {
  static constexpr std::string_view category = "Payment";
  using Command = std::variant<RequestPayment, CompletePayment, DiscardPayment, TimeOutPayment>;
  using Event = std::variant<PaymentRequested, PaymentCompleted, PaymentDiscarded, PaymentRefunded, PaymentTimedOut>;
  struct State {
    PaymentStatus status = PaymentStatus::NotRequested;
    lasagne::Uuid order_id;
    lasagne::Money amount;
    bool late = false;  // the money came when the payment had failed already, which everybody was told
  };
  using Decision = lasagne::Decision<Event>;

  static lasagne::Uuid id(const auto& command) { return command.payment_id; }

  static State evolve(State payment, const PaymentRequested& requested);
  static State evolve(State payment, const PaymentCompleted& completed);
  static State evolve(State payment, const PaymentDiscarded& discarded);
  static State evolve(State payment, const PaymentRefunded& refunded);
  static State evolve(State payment, const PaymentTimedOut& timed_out);

  // Repeats change nothing. Rejections: PaymentNotFound, PaymentAlreadyRequested, InvalidAmount.
  static Decision decide(const RequestPayment& command, const State& payment);
  static Decision decide(const CompletePayment& command, const State& payment);
  static Decision decide(const DiscardPayment& command, const State& payment);
  static Decision decide(const TimeOutPayment& command, const State& payment);
};

}  // namespace shop::payments
