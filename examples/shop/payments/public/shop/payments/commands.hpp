// What the payments can be asked for.
#pragma once

#include <optional>
#include <string>

#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace shop::payments {

struct RequestPayment {
  lasagne::Uuid payment_id;
  lasagne::Uuid order_id;
  lasagne::Money amount;
  std::optional<std::string> currency = {};  // ISO 4217: "EUR", also what commands from before it was sent mean
  lasagne::Timestamp now;
};
// The gateway has received this much money. It may say so any number of times. Money that is not what was requested is
// recorded and paid back.
struct CompletePayment {
  lasagne::Uuid payment_id;
  // Empty in commands from before they were sent: what was requested.
  std::optional<lasagne::Money> amount = {};
  std::optional<std::string> currency = {};
  lasagne::Timestamp now;
};

enum class DiscardReason { Declined, OrderCancelled, OrderRefusedPayment };

// The payment is no longer wanted: discarded while pending, paid back when it was completed. Or the gateway declined
// it, which is for a pending payment only.
struct DiscardPayment {
  lasagne::Uuid payment_id;
  DiscardReason reason{};
  lasagne::Timestamp now;
};
struct TimeOutPayment {
  lasagne::Uuid payment_id;
  lasagne::Timestamp now;
};

}  // namespace shop::payments
