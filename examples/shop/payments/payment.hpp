// One payment of one order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lasagne/decider.hpp"
#include "shop/payments/commands.hpp"

namespace shop::payments {

struct PaymentRequested {
  lasagne::Uuid payment_id;
  lasagne::Uuid order_id;
  lasagne::Money amount;
  lasagne::Timestamp requested_at;
  std::optional<std::string> currency = {};  // empty in logs from before it was recorded: EUR
};
struct PaymentCompleted {
  lasagne::Uuid payment_id;
  lasagne::Money amount;
  lasagne::Timestamp completed_at;
};
// The gateway has money that is not what was requested: another amount or another currency.
struct PaymentMismatched {
  lasagne::Uuid payment_id;
  lasagne::Money amount;
  std::string currency;
  lasagne::Timestamp received_at;
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
  std::optional<std::string> currency = {};  // of money that did not match; empty: as it was requested
};
struct PaymentTimedOut {
  lasagne::Uuid payment_id;
  lasagne::Timestamp timed_out_at;
};

enum class PaymentStatus { NotRequested, Pending, Completed, Discarded, TimedOut, Refunded, Mismatched };

struct ReceivedMoney {
  lasagne::Money amount;
  std::string currency;
  friend bool operator==(const ReceivedMoney&, const ReceivedMoney&) = default;
};

// Money that arrives after the payment was discarded, timed out or mismatched is recorded and paid back in the same
// decision (PaymentCompleted, PaymentRefunded): the shop would otherwise keep it without knowing of it. So is money
// that does not match, whenever it comes (PaymentMismatched, PaymentRefunded with its currency); a pending payment has
// then failed, and any other one stays what it is.
struct Payment {
  static constexpr std::string_view category = "Payment";
  using Command = std::variant<RequestPayment, CompletePayment, DiscardPayment, TimeOutPayment>;
  using Event = std::variant<PaymentRequested, PaymentCompleted, PaymentMismatched, PaymentDiscarded, PaymentRefunded,
                             PaymentTimedOut>;
  struct State {
    PaymentStatus status = PaymentStatus::NotRequested;
    lasagne::Uuid order_id;
    lasagne::Money amount;
    std::string currency;
    bool late = false;  // the money came when the payment had failed already, which everybody was told
    std::vector<ReceivedMoney> mismatched;  // all money that did not match, each once
    bool failed_by_mismatch = false;        // by just that: any other mismatch changes nothing
  };
  using Decision = lasagne::Decision<Event>;

  static lasagne::Uuid id(const auto& command) { return command.payment_id; }

  static State evolve(State payment, const PaymentRequested& requested);
  static State evolve(State payment, const PaymentCompleted& completed);
  static State evolve(State payment, const PaymentMismatched& mismatched);
  static State evolve(State payment, const PaymentDiscarded& discarded);
  static State evolve(State payment, const PaymentRefunded& refunded);
  static State evolve(State payment, const PaymentTimedOut& timed_out);

  // Repeats change nothing. Rejections: PaymentNotFound, PaymentAlreadyRequested, InvalidAmount, InvalidCurrency,
  // PaymentAlreadyCompleted (for the gateway that declines what it has said it received).
  static Decision decide(const RequestPayment& command, const State& payment);
  static Decision decide(const CompletePayment& command, const State& payment);
  static Decision decide(const DiscardPayment& command, const State& payment);
  static Decision decide(const TimeOutPayment& command, const State& payment);
};

}  // namespace shop::payments
