// What must hold of a hotel's log, checked from the log alone and with arithmetic of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lasagne/store.hpp"

namespace hotel {

struct AuditResult {
  std::uint64_t groups = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t open = 0;
  std::vector<std::string> violations;  // bounded; the last one says how many more there were
};

// Checks that
// - exactly the guests failed to check out who were not settled, not checked in, or checked out already;
// - every CheckOutGuest of a group at rest was answered by exactly one event, or by none if it repeats a success;
// - no cause had the same effect twice, and no message id is used twice;
// - every round of a group checkout ended at most once, with every guest in the list where they belong;
// - no amount is another one than the command said;
// - nothing is parked, no stream was deleted or cut off at its beginning;
// - no checkpoint is past the log's end, or behind what its processor has made;
// - a round in progress has the timer of its deadline, and guests that are still to be answered, unless something is
//   under way; a timed-out group of which every guest is out was completed.
// A group that is not at rest is counted as open and is no violation. Throws std::runtime_error when the store fails.
[[nodiscard]] AuditResult audit(lasagne::Store& store);

}  // namespace hotel
