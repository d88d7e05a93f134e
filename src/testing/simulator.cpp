#include "lasagne/testing/simulator.hpp"

#include <stdexcept>

#include "testing/simulation/shrink.hpp"
#include "testing/simulation/world.hpp"

namespace lasagne::testing {

namespace {

constexpr std::uint64_t run_twice_every = 16;
constexpr std::size_t most_steps = 1'000'000;
constexpr std::size_t most_nodes = 16;

void check(const SimulatorOptions& options) {
  if (options.steps < 1 || options.steps > most_steps) {
    throw std::invalid_argument("simulator: steps must be 1 to " + std::to_string(most_steps));
  }
  if (options.nodes < 1 || options.nodes > most_nodes) {
    throw std::invalid_argument("simulator: nodes must be 1 to " + std::to_string(most_nodes));
  }
  if (options.faults_per_mille > 1000) throw std::invalid_argument("simulator: faults_per_mille must be at most 1000");
  if (options.clock_jump < Duration{0} || options.patience < Duration{0}) {
    throw std::invalid_argument("simulator: clock_jump and patience must not be negative");
  }
}

void check(const Scenario& scenario) {
  const lasagne::detail::Registry registry(scenario.modules());
  for (const auto& command : scenario.commands) {
    if (!registry.bus_of(command.type).empty()) continue;
    throw std::invalid_argument("simulator: no module handles the command " + command.type +
                                ": add the module of its decider to the scenario");
  }
}

std::string lines(const std::vector<std::string>& texts, const std::string& before) {
  std::string all;
  for (const auto& text : texts) all += before + text + "\n";
  return all;
}

}  // namespace

namespace detail {

Schedule schedule_of(const Scenario& scenario, const SimulatorOptions& options) {
  check(options);
  check(scenario);
  ScheduleBounds bounds{
      options.seed,      options.steps, options.nodes, count_processors(scenario), {}, options.faults_per_mille,
      options.clock_jump};
  for (const auto& session : sessions_of(scenario)) bounds.sessions.push_back(session.size());
  return draw_schedule(bounds);
}

SimulationResult run(const Scenario& scenario, const SimulatorOptions& options, const Schedule& schedule,
                     const Between& between, std::size_t& effort) {
  World world(scenario, options, schedule, between);
  auto result = world.run();
  effort += world.effort();
  return result;
}

SimulationResult run(const Scenario& scenario, const SimulatorOptions& options, const Schedule& schedule,
                     const Between& between) {
  std::size_t unused = 0;
  return run(scenario, options, schedule, between, unused);
}

SeedsResult simulate_seeds(const std::function<Scenario(std::uint64_t)>& scenario_of, std::uint64_t first,
                           std::uint64_t last, SimulatorOptions options,
                           const std::function<void(std::uint64_t)>& progress, const Between& between) {
  SeedsResult all;
  Uuid digest;
  const auto violated = [&](const std::string& text) {
    if (all.violations.size() < WorldLimits::violations) {
      all.violations.push_back("seed " + std::to_string(options.seed) + ": " + text);
    }
  };
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    options.seed = seed;
    const auto scenario = scenario_of(seed);
    const auto schedule = schedule_of(scenario, options);
    const auto result = run(scenario, options, schedule, between);
    ++all.seeds;
    all.steps += result.steps;
    all.faults += result.faults;
    all.crashes += result.crashes;
    digest = Uuid::derive(digest, result.log_digest);
    for (const auto& violation : result.violations) violated(violation);
    if (!result.violations.empty() && all.report.empty()) {
      all.report = "seed " + std::to_string(seed) + ", shrunk:\n" +
                   describe(shrink(scenario, options, ShrinkLimits::runs, between));
    }
    if ((seed - first) % run_twice_every == 0) {
      const auto again = run(scenario, options, schedule, between);
      if (again.log_digest != result.log_digest || again.trace != result.trace) {
        violated("a second run was another one: a handler draws random numbers, or knows more than its arguments");
      }
    }
    if (progress) progress(all.seeds);
    if (seed == last) break;  // it may be the greatest there is
  }
  all.log_digest = digest.to_string();
  return all;
}

}  // namespace detail

SimulationResult simulate(const Scenario& scenario, const SimulatorOptions& options) {
  return detail::run(scenario, options, detail::schedule_of(scenario, options), {});
}

SimulationResult shrink(const Scenario& scenario, const SimulatorOptions& options, std::size_t most_runs) {
  return detail::shrink(scenario, options, most_runs, {});
}

SeedsResult simulate_seeds(const std::function<Scenario(std::uint64_t)>& scenario_of, std::uint64_t first,
                           std::uint64_t last, const SimulatorOptions& options,
                           const std::function<void(std::uint64_t)>& progress) {
  return detail::simulate_seeds(scenario_of, first, last, options, progress, {});
}

SeedsResult simulate_seeds(const Scenario& scenario, std::uint64_t first, std::uint64_t last,
                           const SimulatorOptions& options) {
  return simulate_seeds([&](std::uint64_t) { return scenario; }, first, last, options);
}

std::string describe(const SimulationResult& result) {
  return lines(result.violations, "violated: ") + lines(result.trace, "  ") + std::to_string(result.steps) +
         " steps, " + std::to_string(result.faults) + " faults, " + std::to_string(result.crashes) + " crashes\n";
}

}  // namespace lasagne::testing
