#include "payments_module.hpp"

#include <cstdint>
#include <string>

namespace shop::payments {

namespace {

std::string deadline_key(const lasagne::Uuid& payment_id) { return "deadline-" + payment_id.to_string(); }

PaymentFailed failed(const lasagne::Uuid& payment_id, const Payment::State& payment, PaymentFailure reason,
                     lasagne::Timestamp at) {
  return {payment_id, payment.order_id, payment.amount, reason, at};
}

}  // namespace

std::optional<PaymentFinalized> PaymentForwarder::on(const PaymentCompleted& completed, const Payment::State& payment) {
  if (payment.late) return std::nullopt;
  return PaymentFinalized{completed.payment_id, payment.order_id, completed.amount, completed.completed_at};
}

std::optional<PaymentFailed> PaymentForwarder::on(const PaymentMismatched& mismatched, const Payment::State& payment) {
  if (!payment.failed_by_mismatch) return std::nullopt;
  return failed(mismatched.payment_id, payment, PaymentFailure::Mismatched, mismatched.received_at);
}

std::optional<PaymentFailed> PaymentForwarder::on(const PaymentDiscarded& discarded, const Payment::State& payment) {
  return failed(discarded.payment_id, payment, PaymentFailure::Discarded, discarded.discarded_at);
}

std::optional<PaymentFailed> PaymentForwarder::on(const PaymentRefunded& refunded, const Payment::State& payment) {
  if (payment.late || refunded.currency) return std::nullopt;
  return failed(refunded.payment_id, payment, PaymentFailure::Refunded, refunded.refunded_at);
}

std::optional<PaymentFailed> PaymentForwarder::on(const PaymentTimedOut& timed_out, const Payment::State& payment) {
  return failed(timed_out.payment_id, payment, PaymentFailure::TimedOut, timed_out.timed_out_at);
}

void PaymentDeadline::on(const PaymentRequested& requested, lasagne::Send& send) const {
  const auto due = send.cause().recorded_at + time_to_pay;
  send.at(due, deadline_key(requested.payment_id), TimeOutPayment{requested.payment_id, due});
}

void PaymentDeadline::on(const PaymentCompleted& completed, lasagne::Send& send) const {
  send.cancel(deadline_key(completed.payment_id));
}

void PaymentDeadline::on(const PaymentMismatched& mismatched, lasagne::Send& send) const {
  send.cancel(deadline_key(mismatched.payment_id));
}

void PaymentDeadline::on(const PaymentDiscarded& discarded, lasagne::Send& send) const {
  send.cancel(deadline_key(discarded.payment_id));
}

SimulatedGateway::Answer SimulatedGateway::answer_to(const lasagne::Uuid& payment_id) const {
  // The id's last bytes are those of a hash already.
  std::uint64_t bits = 0;
  for (std::size_t i = 8; i < payment_id.bytes.size(); ++i) bits = bits << 8 | payment_id.bytes[i];
  const auto bucket = bits % 100;
  if (bucket < unpaid_percent) return Answer::NeverPaid;
  if (bucket < unpaid_percent + declined_percent) return Answer::Declined;
  if (bucket < unpaid_percent + declined_percent + wrong_percent) {
    return bits / 100 % 2 == 0 ? Answer::WrongAmount : Answer::WrongCurrency;
  }
  return Answer::Paid;
}

void SimulatedGateway::on(const PaymentRequested& requested, lasagne::Send& send) const {
  const auto now = send.cause().recorded_at;
  CompletePayment complete{requested.payment_id, requested.amount, requested.currency.value_or("EUR"), now};
  switch (answer_to(requested.payment_id)) {
    case Answer::WrongAmount:
      ++complete.amount->minor_units;
      break;
    case Answer::WrongCurrency:
      complete.currency = complete.currency == "USD" ? "EUR" : "USD";
      break;
    case Answer::Declined:
      return send(DiscardPayment{requested.payment_id, DiscardReason::Declined, now});
    case Answer::NeverPaid:
      return;
    case Answer::Paid:
      break;
  }
  send(complete);
}

lasagne::Module payments_module(const PaymentOptions& options) {
  auto module = lasagne::Module{"payments"}.decider<Payment>().forwarder<PaymentForwarder>();
  module.saga(PaymentDeadline{options.time_to_pay});
  if (options.gateway) {
    lasagne::HandlerOptions many;
    many.calls_at_once = 512;  // it answers at once; those that begin together share a flush
    module.effect(*options.gateway, many);
  }
  return module;
}

}  // namespace shop::payments
