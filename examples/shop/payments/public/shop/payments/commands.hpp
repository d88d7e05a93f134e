// What the payments can be asked for.
#pragma once

#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace shop::payments {

struct RequestPayment {
  lasagne::Uuid payment_id;
  lasagne::Uuid order_id;
  lasagne::Money amount;
  lasagne::Timestamp now;
};
// The gateway has the money. May be said any number of times.
struct CompletePayment {
  lasagne::Uuid payment_id;
  lasagne::Timestamp now;
};

enum class DiscardReason { Declined, OrderCancelled, OrderRefusedPayment };

// The payment is no longer wanted, or the gateway refused it: discarded while pending, paid back when it was completed.
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
