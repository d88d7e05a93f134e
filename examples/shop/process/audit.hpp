// What must hold in the shop at rest, checked from the log alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lasagne/store.hpp"

namespace shop {

struct AuditLimits {
  static constexpr std::size_t page = 4096;
  static constexpr std::size_t violations = 100;  // more are counted, not told
  static constexpr std::size_t timers = 100'000'000;
};

struct AuditResult {
  std::uint64_t orders = 0;
  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t open = 0;  // carts that were confirmed and whose order is not closed
  std::vector<std::string> violations;
};

// Reads the whole log, in pages, and what is kept beside it. What must hold:
// - every finalized cart has exactly one order; an order is completed or cancelled, once;
// - completed: paid once, its package sent once, nothing refunded; cancelled: no package, its payment absent,
// discarded,
//   timed out, mismatched or refunded, and the reason given is true; money that did not match went back;
// - no amount, price or quantity changes from the cart to the package; money in is the money of completed orders; the
//   stock taken is the items of sent packages;
// - no effect twice for one cause; nothing parked; no stream deleted or cut off at its beginning;
// - no checkpoint is past the log's end, or behind what its processor has made;
// - an open order waits for its payment, which has its timer, or something is under way for it.
// While anything is under way, what has still to be undone and the sums over all orders are not held against the shop.
// Throws std::runtime_error when the store cannot be read.
[[nodiscard]] AuditResult audit(lasagne::Store& store);

}  // namespace shop
