// What must hold in the hotel at rest, checked from the log alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lasagne/store.hpp"

namespace hotel {

struct AuditLimits {
  static constexpr std::size_t page = 4096;
  static constexpr std::size_t violations = 100;  // more are counted, not told
};

struct AuditResult {
  std::uint64_t groups = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t open = 0;
  std::vector<std::string> violations;
};

// Reads the whole log once, in pages. Every guest's balance is added up again: exactly those fail who are not checked in,
// not settled, or gone already, for that reason. One check-out outcome for each guest, group and round; a round ends once,
// with the guests' outcomes as its lists; nobody is outstanding unless it timed out; nothing is recorded twice, no command
// of the group was rejected, nothing is parked. Throws std::runtime_error when the store cannot be read.
[[nodiscard]] AuditResult audit(lasagne::Store& store);

}  // namespace hotel
