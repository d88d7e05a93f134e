// A deterministic simulator: modules under a virtual clock, a seeded scheduler and faults at every commit boundary.
//
//   Scenario scenario;
//   scenario.modules = [] { return shop_modules(); };
//   scenario.commands = {command(OpenCart{...}, "cart 1"), command(ConfirmCart{...}, "cart 1"), ...};
//   scenario.audit = [](Store& store) { return what is wrong in the log; };
//   const auto result = simulate_seeds(scenario, 1, 200);
//   EXPECT_TRUE(result.violations.empty()) << result.report;
//
// Several nodes run the modules over one memory store, in one thread. A seed gives a schedule: which processor of which
// node steps next, when commands arrive, how the clocks go, and what goes wrong:
//
//   at a commit        the node crashes before or after it; a conflict; the store is unavailable; the outcome is
//                      unknown (committed or not); the commit is delivered twice; the node is paused in front of it,
//                      others take over, and it wakes as a zombie
//   in a handler       it throws, before or after it did its work, for a moment or for good; one of Scenario::may_wait
//                      says NotYet
//   at a read          unavailable, or a slow reader: short slices
//   between the hops   a node crashes, or is paused; a processor falls behind; the clock of a node or of the store
//                      jumps, backwards too; hours pass; a command comes twice; the whole machine crashes and loses
//                      what was not flushed; a flush fails; somebody retries what is parked
//
// When the steps are used up the faults end: parked messages are retried, the clock runs from timer to timer until
// nothing is left to do, everything is restarted, and the audit judges the log. The simulator itself checks of every
// run that nothing that was acknowledged is lost, ids are unique, numbers have no gaps, a cause comes before its effect
// and in the same process, no checkpoint goes back, no timer fires that is not set or not due, none stays that was
// cancelled, a message that is handled again yields the same ids, effects are called for durable messages only, nothing
// stays parked, and a restart finds nothing to do.
//
// The same scenario, options and seed give the same run, byte for byte, in every process. A schedule is a list of steps
// that stand for themselves, so what does not matter to a failure can be left out: see `shrink`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lasagne/module.hpp"
#include "lasagne/store.hpp"

namespace lasagne::testing {

// What time it is when a run begins.
inline constexpr Timestamp simulation_start{1'700'000'000'000'000};

// A command from outside. It arrives at least once, and once it was acknowledged it must not be lost.
struct SimulatedCommand {
  std::string type{};
  std::string data{};
  std::string session{};  // commands of one session arrive in the scenario's order; those without one in any
  // Whether it may also arrive once more when its bus has forgotten its id, as a new command with an old id: for one
  // whose decider, and whose audit, know what to do about that.
  bool comes_again = false;
};
template <class C>
[[nodiscard]] SimulatedCommand command(const C& value, std::string session = {}) {
  return {std::string(type_name<C>), to_exact_json(value), std::move(session), false};
}

struct Scenario {
  // Called for every node and after every crash; must give the same modules each time. Handlers must be pure: the
  // simulator detects one that draws random numbers or reads a clock, because its seed does not give the same run
  // twice.
  std::function<std::vector<Module>()> modules{};
  std::vector<SimulatedCommand> commands{};
  // Names what is wrong in the log once the run has come to rest; empty when all is well. Called once a run. It must
  // judge by the log alone, since `shrink` leaves out commands.
  std::function<std::vector<std::string>(Store&)> audit;
  // Processors whose handlers may say NotYet, by their names (see Module::processors): messages of theirs are also made
  // to wait at random, and overtaken by their successors.
  std::vector<std::string> may_wait{};
  // Unless empty, called before each run, to reset whatever stands for the outside world that effects call.
  std::function<void()> before_run{};
};

struct SimulatorOptions {
  std::uint64_t seed = 1;
  std::size_t steps = 3'000;                      // of the schedule; 1 to 1,000,000
  std::size_t nodes = 3;                          // 1 to 16
  unsigned faults_per_mille = 80;                 // of the hops, on average; a seed has its own share and its own mix
  Duration clock_jump = std::chrono::minutes(1);  // how far a clock may be off, either way
  Duration patience = std::chrono::hours(24 * 400);  // how far the clock runs to come to rest
  bool trace_hops = false;                           // the trace tells of every hop and not of the faults only
};

struct SimulationResult {
  std::size_t steps = 0;
  std::size_t faults = 0;                 // crashes not counted
  std::size_t crashes = 0;                // of nodes, of the machine, and of the disk
  std::vector<std::string> violations{};  // at most 100
  std::vector<std::string> trace{};       // a line for each thing that happened
  std::string log_digest{};               // of all messages: equal for equal runs
};

// Throws std::invalid_argument when the modules contradict one another or an option is out of its range.
[[nodiscard]] SimulationResult simulate(const Scenario& scenario, const SimulatorOptions& options);

// For a failing seed: the shortest run it can be shrunk to that still has one of its violations, with the trace of
// every hop. Steps, faults and sessions (or the ends of them) are left out one after the other; `most_runs` bounds the
// effort, and so does a number of steps in all where runs do not come to rest. A seed that does not fail gives its run
// unchanged.
[[nodiscard]] SimulationResult shrink(const Scenario& scenario, const SimulatorOptions& options,
                                      std::size_t most_runs = 1'000);

// For people: the violations, then the trace.
[[nodiscard]] std::string describe(const SimulationResult& result);

struct SeedsResult {
  std::uint64_t seeds = 0;
  std::uint64_t steps = 0;
  std::uint64_t faults = 0;
  std::uint64_t crashes = 0;
  std::vector<std::string> violations{};  // each begins with its seed; at most 100
  std::string report{};                   // of the first failing seed, shrunk; empty when none failed
  std::string log_digest{};               // of all runs: equal for equal ones
};

// Runs all seeds from `first` to `last`, each with its scenario; each 16th one, from the first on, twice, to see that
// it is the same run. `progress` is told how many are done. Shrinks the first that fails.
[[nodiscard]] SeedsResult simulate_seeds(const std::function<Scenario(std::uint64_t seed)>& scenario_of,
                                         std::uint64_t first, std::uint64_t last, const SimulatorOptions& options = {},
                                         const std::function<void(std::uint64_t done)>& progress = {});
// The same with one scenario for all.
[[nodiscard]] SeedsResult simulate_seeds(const Scenario& scenario, std::uint64_t first, std::uint64_t last,
                                         const SimulatorOptions& options = {});

}  // namespace lasagne::testing
