// Drives many orders through a running shop.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lasagne/runtime.hpp"
#include "load_plan.hpp"

namespace shop {

struct LoadLimits {
  static constexpr std::uint64_t orders_per_commit = 50;
  static constexpr std::uint64_t carts_under_way = 400;  // placed, no order yet
  static constexpr std::uint64_t orders_under_way = 3'000;
  static constexpr std::chrono::seconds stall_time{30};  // without any news, on top of the time to pay
};

struct LoadResult {
  std::uint64_t orders = 0;
  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t open = 0;
  double seconds = 0;
  double orders_per_second = 0;  // of this run
};

// Puts the plan's orders on the bus of a started runtime and waits until all of them are at rest. How far it came is a
// checkpoint that moves in the same commits as the commands are appended: killed at any instant and run again it goes
// on, and no order is placed twice. Throws std::runtime_error when the store fails.
[[nodiscard]] LoadResult run_load(lasagne::Store& store, lasagne::Runtime& runtime, const LoadPlan& plan,
                                  std::uint64_t orders, lasagne::Duration payment_timeout,
                                  const std::function<void(std::uint64_t done)>& progress = {});

}  // namespace shop
