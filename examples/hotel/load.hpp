// A load on the hotel: groups of guests that arrive, pay or not, and check out together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace hotel {

struct LoadPlan {
  std::uint64_t groups = 0;
  std::size_t guests = 0;  // of each group, 1 to GroupCheckout::most_guests
  std::uint64_t seed = 0;
  unsigned unsettled = 0;  // percent of the guests that leave a cent unpaid
  lasagne::Duration deadline = std::chrono::hours(1);

  // The same for the same seed, always. Groups and their guests have neighbouring ids.
  [[nodiscard]] lasagne::Uuid group_id(std::uint64_t group) const;
  [[nodiscard]] lasagne::Uuid guest_id(std::uint64_t group, std::size_t guest) const;
  [[nodiscard]] bool is_unsettled(const lasagne::Uuid& guest) const;
};

struct LoadResult {
  std::uint64_t groups = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t open = 0;
  double seconds = 0;
};

// Brings all groups of the plan to rest on a started runtime. Whatever of it is in the store already, done by a run
// that was killed at whatever instant, is left as it is. `progress` is told the number of groups at rest. Throws
// std::runtime_error when the store fails.
[[nodiscard]] LoadResult run_load(lasagne::Store& store, lasagne::Runtime& runtime, const LoadPlan& plan,
                                  const std::function<lasagne::Timestamp()>& now,
                                  const std::function<void(std::uint64_t)>& progress);

}  // namespace hotel
