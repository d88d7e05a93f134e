// Drives many group checkouts through a running hotel.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "lasagne/runtime.hpp"
#include "load_plan.hpp"

namespace hotel {

struct LoadLimits {
  static constexpr std::uint64_t guests_per_commit = 100;
  static constexpr std::uint64_t guests_under_way = 5'000;  // always at least one group
  static constexpr std::chrono::seconds patience{30};       // without any news
};

struct LoadResult {
  std::uint64_t groups = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t open = 0;
  double seconds = 0;
};

// Puts the plan's groups on the bus of a started runtime and waits until all of them have ended. How far it came is a
// checkpoint that moves in the same commits as the commands are appended: killed at any instant and run again it goes on,
// and nothing is asked for twice. A plan that was begun with other guests or another percentage is refused. Throws
// std::runtime_error when it is, or the store fails.
[[nodiscard]] LoadResult run_load(lasagne::Store& store, lasagne::Runtime& runtime, const LoadPlan& plan,
                                  std::uint64_t groups, const std::function<void(std::uint64_t done)>& progress = {});

}  // namespace hotel
