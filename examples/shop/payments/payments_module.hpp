// The payments as a module: what they publish, when they time out, and the gateway they would call.
#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "lasagne/module.hpp"
#include "payment.hpp"
#include "shop/payments/external_events.hpp"

namespace shop::payments {

// A payment that has failed is not published again when late or wrong money came and went back.
struct PaymentForwarder {
  using Decider = Payment;
  using Event = std::variant<PaymentCompleted, PaymentMismatched, PaymentDiscarded, PaymentRefunded, PaymentTimedOut>;
  static std::optional<PaymentFinalized> on(const PaymentCompleted& completed, const Payment::State& payment);
  static std::optional<PaymentFailed> on(const PaymentMismatched& mismatched, const Payment::State& payment);
  static std::optional<PaymentFailed> on(const PaymentDiscarded& discarded, const Payment::State& payment);
  static std::optional<PaymentFailed> on(const PaymentRefunded& refunded, const Payment::State& payment);
  static std::optional<PaymentFailed> on(const PaymentTimedOut& timed_out, const Payment::State& payment);
};

// Every payment has a durable timer until it is decided.
struct PaymentDeadline {
  using Event = std::variant<PaymentRequested, PaymentCompleted, PaymentMismatched, PaymentDiscarded>;
  lasagne::Duration time_to_pay{};
  void on(const PaymentRequested& requested, lasagne::Send& send) const;
  void on(const PaymentCompleted& completed, lasagne::Send& send) const;
  void on(const PaymentMismatched& mismatched, lasagne::Send& send) const;
  void on(const PaymentDiscarded& discarded, lasagne::Send& send) const;
};

// Stands for a payment gateway. What it does with a payment follows from the payment's id alone, so that being asked
// twice it answers the same.
struct SimulatedGateway {
  using Event = std::variant<PaymentRequested>;
  enum class Answer { Paid, Declined, NeverPaid, WrongAmount, WrongCurrency };
  unsigned declined_percent = 0;
  unsigned unpaid_percent = 0;  // nobody ever answers
  unsigned wrong_percent = 0;   // a cent too much, or the amount in another currency
  [[nodiscard]] Answer answer_to(const lasagne::Uuid& payment_id) const;
  void on(const PaymentRequested& requested, lasagne::Send& send) const;
};

struct PaymentOptions {
  lasagne::Duration time_to_pay = std::chrono::minutes(15);
  std::optional<SimulatedGateway> gateway;  // unset: payments are completed from outside only
};

[[nodiscard]] lasagne::Module payments_module(const PaymentOptions& options);

}  // namespace shop::payments
