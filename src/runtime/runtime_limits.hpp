// The bounds of the runtime around its processors.
#pragma once

#include <chrono>

#include "lasagne/message.hpp"

namespace lasagne::detail {

struct RuntimeLimits {
  static constexpr int reloads_on_conflict = 32;          // of execute, without an expected revision
  static constexpr Position unflushed_messages = 1024;    // past this the flusher writes beside the hops
  static constexpr int sweeps = 8;                        // of what is near the log's end, in one round
  static constexpr Position near_messages = 2048;         // so far from the end is near
  static constexpr std::chrono::seconds longest_wait{1};  // of an idle loop, whose wake-up may have come too early
  static constexpr std::chrono::milliseconds unavailable_wait{100};
  static constexpr std::chrono::milliseconds interrupt_again{20};  // while loops are waited for
  static constexpr std::chrono::hours longest_stop{24 * 365};      // of a bound that Runtime::stop was given
};

}  // namespace lasagne::detail
