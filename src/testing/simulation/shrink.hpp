// From a failing schedule to the smallest one that still fails in the same way.
#pragma once

#include <cstddef>
#include <functional>

#include "lasagne/testing/simulator.hpp"
#include "testing/simulation/world.hpp"

namespace lasagne::testing::detail {

struct ShrinkLimits {
  static constexpr std::size_t runs = 1'000;
  static constexpr std::size_t effort = 50'000'000;  // steps of processors in all: a run that never rests takes long
};

[[nodiscard]] Schedule schedule_of(const Scenario& scenario, const SimulatorOptions& options);
// Adds what it cost to `effort`.
[[nodiscard]] SimulationResult run(const Scenario& scenario, const SimulatorOptions& options, const Schedule& schedule,
                                   const Between& between, std::size_t& effort);
[[nodiscard]] SimulationResult run(const Scenario& scenario, const SimulatorOptions& options, const Schedule& schedule,
                                   const Between& between);

[[nodiscard]] SimulationResult shrink(const Scenario& scenario, SimulatorOptions options, std::size_t most_runs,
                                      const Between& between);
[[nodiscard]] SeedsResult simulate_seeds(const std::function<Scenario(std::uint64_t)>& scenario_of, std::uint64_t first,
                                         std::uint64_t last, SimulatorOptions options,
                                         const std::function<void(std::uint64_t)>& progress, const Between& between);

}  // namespace lasagne::testing::detail
