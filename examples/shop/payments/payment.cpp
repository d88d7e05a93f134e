#include "payment.hpp"

#include <algorithm>
#include <utility>

namespace shop::payments {

namespace {

using lasagne::Rejection;

// What was stored before currencies were meant euros.
std::string currency_of(const auto& message) { return message.currency.value_or("EUR"); }

Rejection payment_not_found() { return {"PaymentNotFound", "there is no such payment"}; }

// What no payment can be of.
std::optional<Rejection> refuse(lasagne::Money amount, const std::string& currency) {
  if (amount.minor_units < 1) return Rejection{"InvalidAmount", "an amount is at least 1 minor unit"};
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (currency.size() != 3 || !std::ranges::all_of(currency, is_letter)) {
    return Rejection{"InvalidCurrency", "a currency is three capital letters, as in EUR"};
  }
  return std::nullopt;
}

}  // namespace

Payment::State Payment::evolve(State, const PaymentRequested& requested) {
  State payment;
  payment.status = PaymentStatus::Pending;
  payment.order_id = requested.order_id;
  payment.amount = requested.amount;
  payment.currency = currency_of(requested);
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentCompleted&) {
  payment.late = payment.status != PaymentStatus::Pending;
  payment.status = PaymentStatus::Completed;
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentMismatched& mismatched) {
  payment.failed_by_mismatch = payment.status == PaymentStatus::Pending;
  if (payment.failed_by_mismatch) payment.status = PaymentStatus::Mismatched;
  payment.mismatched.push_back({mismatched.amount, mismatched.currency});
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentDiscarded&) {
  payment.status = PaymentStatus::Discarded;
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentRefunded& refunded) {
  if (!refunded.currency) payment.status = PaymentStatus::Refunded;
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentTimedOut&) {
  payment.status = PaymentStatus::TimedOut;
  return payment;
}

Payment::Decision Payment::decide(const RequestPayment& command, const State& payment) {
  const auto currency = currency_of(command);
  if (auto refused = refuse(command.amount, currency)) return *std::move(refused);
  if (payment.status == PaymentStatus::NotRequested) {
    return PaymentRequested{command.payment_id, command.order_id, command.amount, command.now, currency};
  }
  const bool same =
      payment.order_id == command.order_id && payment.amount == command.amount && payment.currency == currency;
  if (same) return {};
  return Rejection{"PaymentAlreadyRequested", "there is a payment of this id for something else"};
}

Payment::Decision Payment::decide(const CompletePayment& command, const State& payment) {
  if (payment.status == PaymentStatus::NotRequested) return payment_not_found();
  const ReceivedMoney received{command.amount.value_or(payment.amount), command.currency.value_or(payment.currency)};
  const auto& [amount, currency] = received;
  if (auto refused = refuse(amount, currency)) return *std::move(refused);
  if (amount != payment.amount || currency != payment.currency) {
    if (std::ranges::find(payment.mismatched, received) != payment.mismatched.end()) return {};
    return {PaymentMismatched{command.payment_id, amount, currency, command.now},
            PaymentRefunded{command.payment_id, amount, command.now, currency}};
  }
  const PaymentCompleted completed{command.payment_id, amount, command.now};
  switch (payment.status) {
    case PaymentStatus::Pending:
      return completed;
    case PaymentStatus::Completed:
    case PaymentStatus::Refunded:
      return {};
    default:
      return {completed, PaymentRefunded{command.payment_id, amount, command.now}};
  }
}

Payment::Decision Payment::decide(const DiscardPayment& command, const State& payment) {
  switch (payment.status) {
    case PaymentStatus::NotRequested:
      return payment_not_found();
    case PaymentStatus::Pending:
      return PaymentDiscarded{command.payment_id, command.reason, command.now};
    case PaymentStatus::Completed:
      if (command.reason == DiscardReason::Declined) {
        return Rejection{"PaymentAlreadyCompleted", "the gateway has said that it received the money"};
      }
      return PaymentRefunded{command.payment_id, payment.amount, command.now};
    default:
      return {};
  }
}

Payment::Decision Payment::decide(const TimeOutPayment& command, const State& payment) {
  if (payment.status == PaymentStatus::NotRequested) return payment_not_found();
  if (payment.status != PaymentStatus::Pending) return {};
  return PaymentTimedOut{command.payment_id, command.now};
}

}  // namespace shop::payments
