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

// Mismatched: the money that came was not what was requested, and went back.
enum class PaymentFailure { Discarded, TimedOut, Refunded, Mismatched };

// There is no money for the order from this payment, and there will be none.
struct PaymentFailed {
  lasagne::Uuid payment_id;
  lasagne::Uuid order_id;
  lasagne::Money amount;
  PaymentFailure reason{};
  lasagne::Timestamp failed_at;
};

}  // namespace shop::payments
