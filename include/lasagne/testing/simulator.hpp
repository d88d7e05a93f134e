// A deterministic simulator: modules under a virtual clock, a seeded scheduler and faults at every commit boundary.
//
//   Scenario scenario;
//   scenario.modules = [] { return shop_modules(); };
//   scenario.commands = {command(OpenJob{...}), ...};
//   scenario.audit = [](Store& store) { return violations found in the log; };
//   const auto result = simulate(scenario, {.seed = 7});
//
// Several nodes run the modules over one store, in one thread. At each step the seed chooses what happens next: a processor
// of some node steps, a command arrives (perhaps twice), the clock moves, the store flushes, a node crashes, is paused or
// wakes as a zombie, or the whole machine crashes and loses what was not flushed. At each commit of a processor it may
// choose a fault: crash before, crash after, conflict, unavailable, unknown outcome (committed or not), and at each read a
// short slice or a handler that throws. When the steps are used up the faults end, the clock runs until nothing is left
// to do, and the audit speaks. The same seed gives the same run, byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "lasagne/module.hpp"
#include "lasagne/store.hpp"

namespace lasagne::testing {

// A command from outside. It arrives once at least, in the scenario's order unless the seed moves it.
struct SimulatedCommand {
  std::string type;
  std::string data;
};
template <class C>
[[nodiscard]] SimulatedCommand command(const C& value) {
  return {std::string(type_name<C>), to_json(value)};
}

struct Scenario {
  // Called for every node and after every crash; must give the same modules each time.
  std::function<std::vector<Module>()> modules;
  std::vector<SimulatedCommand> commands;
  // Names what is wrong in the log at rest. Empty: all is well.
  std::function<std::vector<std::string>(Store&)> audit;
};

struct SimulatorOptions {
  std::uint64_t seed = 1;
  std::size_t steps = 3'000;      // scheduler decisions under faults
  std::size_t nodes = 3;
  unsigned faults_per_mille = 80; // of the commits
  // Only so many faults and crashes happen, the rest of the run is as the seed says: for shrinking.
  std::size_t most_faults = std::numeric_limits<std::size_t>::max();
  // Longest time to rest after the steps, as the virtual clock has it.
  Duration patience = std::chrono::hours(24 * 400);
};

struct SimulationResult {
  std::size_t steps = 0;
  std::size_t faults = 0;
  std::size_t crashes = 0;
  std::vector<std::string> violations;
  std::vector<std::string> trace;  // a line for each fault and crash, with the step it happened at
  std::string log_digest;          // of all messages: equal for equal runs
};

// Throws std::invalid_argument when the modules contradict one another.
[[nodiscard]] SimulationResult simulate(const Scenario& scenario, const SimulatorOptions& options);

// For a failing seed: the run with the fewest faults, counted from its start, that still fails.
[[nodiscard]] SimulationResult shrink(const Scenario& scenario, SimulatorOptions options);

}  // namespace lasagne::testing
