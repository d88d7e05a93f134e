// What the payments tell everybody.
#pragma once

#include "shop/payments/commands.hpp"

namespace shop::payments {

// The money is there.
struct PaymentFinalized {
  lasagne::Uuid payment_id;
  lasagne::Uuid order_id;
  lasagne::Money amount;
  lasagne::Timestamp finalized_at;
};

enum class PaymentFailure { Discarded, TimedOut, Refunded };

// There is no money for the order from this payment, and there will be none.
struct PaymentFailed {
  lasagne::Uuid payment_id;
  lasagne::Uuid order_id;
  lasagne::Money amount;
  PaymentFailure reason{};
  lasagne::Timestamp failed_at;
};

}  // namespace shop::payments
