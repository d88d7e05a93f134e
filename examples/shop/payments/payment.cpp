#include "payment.hpp"

namespace shop::payments {

namespace {

using lasagne::Rejection;

Rejection payment_not_found() { return {"PaymentNotFound", "there is no such payment"}; }

}  // namespace

Payment::State Payment::evolve(State, const PaymentRequested& requested) {
  return {PaymentStatus::Pending, requested.order_id, requested.amount, false};
}

Payment::State Payment::evolve(State payment, const PaymentCompleted&) {
  payment.late = payment.status != PaymentStatus::Pending;
  payment.status = PaymentStatus::Completed;
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentDiscarded&) {
  payment.status = PaymentStatus::Discarded;
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentRefunded&) {
  payment.status = PaymentStatus::Refunded;
  return payment;
}

Payment::State Payment::evolve(State payment, const PaymentTimedOut&) {
  payment.status = PaymentStatus::TimedOut;
  return payment;
}

Payment::Decision Payment::decide(const RequestPayment& command, const State& payment) {
  if (command.amount.minor_units < 1) return Rejection{"InvalidAmount", "an amount is at least 1 minor unit"};
  if (payment.status == PaymentStatus::NotRequested) {
    return PaymentRequested{command.payment_id, command.order_id, command.amount, command.now};
  }
  if (payment.order_id == command.order_id && payment.amount == command.amount) return {};
  return Rejection{"PaymentAlreadyRequested", "there is a payment of this id for something else"};
}

Payment::Decision Payment::decide(const CompletePayment& command, const State& payment) {
  switch (payment.status) {
    case PaymentStatus::NotRequested:
      return payment_not_found();
    case PaymentStatus::Pending:
      return PaymentCompleted{command.payment_id, payment.amount, command.now};
    case PaymentStatus::Completed:
    case PaymentStatus::Refunded:
      return {};
    case PaymentStatus::Discarded:
    case PaymentStatus::TimedOut:
      break;
  }
  return {PaymentCompleted{command.payment_id, payment.amount, command.now},
          PaymentRefunded{command.payment_id, payment.amount, command.now}};
}

Payment::Decision Payment::decide(const DiscardPayment& command, const State& payment) {
  switch (payment.status) {
    case PaymentStatus::NotRequested:
      return payment_not_found();
    case PaymentStatus::Pending:
      return PaymentDiscarded{command.payment_id, command.reason, command.now};
    case PaymentStatus::Completed:
      return PaymentRefunded{command.payment_id, payment.amount, command.now};
    case PaymentStatus::Discarded:
    case PaymentStatus::TimedOut:
    case PaymentStatus::Refunded:
      break;
  }
  return {};
}

Payment::Decision Payment::decide(const TimeOutPayment& command, const State& payment) {
  if (payment.status == PaymentStatus::NotRequested) return payment_not_found();
  if (payment.status != PaymentStatus::Pending) return {};
  return PaymentTimedOut{command.payment_id, command.now};
}

}  // namespace shop::payments
