// A failing seed becomes the shortest run that still fails so.
#include <gtest/gtest.h>

#include "lasagne/testing/simulator.hpp"
#include "runtime/jobs_domain.hpp"

namespace shrink_test {

using namespace jobs_domain;
using lasagne::Module;
using lasagne::Store;
using lasagne::testing::command;
using lasagne::testing::describe;
using lasagne::testing::Scenario;
using lasagne::testing::SimulationResult;
using lasagne::testing::SimulatorOptions;

std::size_t count(Store& store, const std::string& type) {
  return store.read_all(0, {{type}, {}, {}}, 100'000)->messages.size();
}

// An effect that believes it is called once, and counts.
struct Careless {
  using Event = std::variant<JobOpened>;
  std::shared_ptr<int> calls;
  void on(const JobOpened&, Send&) const { ++*calls; }
};

class Shrink : public ::testing::Test {
 protected:
  Shrink() {
    faults = {};
    for (int i = 0; i < 10; ++i) {
      const auto id = Uuid::derive(Uuid{}, "job " + std::to_string(i));
      const auto session = "job " + std::to_string(i);
      scenario_.commands.push_back(command(OpenJob{id, "paint"}, session));
      for (int work = 1; work < 4; ++work) scenario_.commands.push_back(command(DoWork{id, work}, session));
      scenario_.commands.push_back(command(CloseJob{id}, session));
    }
    scenario_.before_run = [calls = calls_] { *calls = 0; };
    scenario_.modules = [calls = calls_] {
      auto jobs = Module{"jobs"}.decider<Job>();
      jobs.effect(Careless{calls});
      return std::vector<Module>{jobs};
    };
    scenario_.audit = [calls = calls_](Store& store) {
      const auto opened = count(store, "JobOpened");
      std::vector<std::string> violations;
      if (static_cast<std::size_t>(*calls) > opened) {
        violations.push_back(std::to_string(*calls) + " calls for " + std::to_string(opened) + " jobs");
      }
      return violations;
    };
  }
  static constexpr std::uint64_t fails_within = 100;
  // The first seed that fails.
  SimulatorOptions failing(std::size_t nodes = 3) {
    SimulatorOptions options;
    options.nodes = nodes;
    while (options.seed <= fails_within && simulate(scenario_, options).violations.empty()) ++options.seed;
    EXPECT_LE(options.seed, fails_within) << "no seed fails";
    return options;
  }

  std::shared_ptr<int> calls_ = std::make_shared<int>(0);
  Scenario scenario_;
};

TEST_F(Shrink, LeavesTheOneCommandAndTheOneFaultThatMatter) {
  const auto options = failing(1);  // with more, two that race for the hop are enough
  const auto whole = simulate(scenario_, options);
  const auto least = shrink(scenario_, options);
  ASSERT_EQ(least.violations.size(), 1U);
  EXPECT_GT(whole.faults + whole.crashes, 10U);
  EXPECT_EQ(least.faults + least.crashes, 1U) << describe(least);
  EXPECT_LE(least.steps, 4U) << describe(least);
  const auto told = describe(least);
  EXPECT_NE(told.find("OpenJob arrives at position 1"), std::string::npos) << told;
  EXPECT_EQ(told.find("DoWork"), std::string::npos) << told;
  EXPECT_LE(least.trace.size(), 12U) << told;
}

TEST_F(Shrink, IsTheSameEachTime) {
  const auto options = failing();
  EXPECT_EQ(describe(shrink(scenario_, options)), describe(shrink(scenario_, options)));
}

TEST_F(Shrink, KeepsToItsBound) {
  const auto options = failing();
  int runs = 0;
  scenario_.before_run = [&runs, calls = calls_] {
    *calls = 0;
    ++runs;
  };
  const auto result = shrink(scenario_, options, 20);
  EXPECT_FALSE(result.violations.empty());
  EXPECT_LE(runs, 22);  // and one to see how it fails, and one for the trace
}

TEST_F(Shrink, OfASeedThatPassesChangesNothing) {
  scenario_.audit = [](Store&) { return std::vector<std::string>{}; };
  const SimulatorOptions options;
  const auto whole = simulate(scenario_, options);
  const auto result = shrink(scenario_, options);
  EXPECT_TRUE(result.violations.empty());
  EXPECT_EQ(result.steps, whole.steps);
  EXPECT_EQ(result.log_digest, whole.log_digest);
}

TEST_F(Shrink, IsWhatAFailingRangeOfSeedsReports) {
  const auto first = failing().seed;
  const auto result = simulate_seeds(scenario_, 1, first + 1);
  ASSERT_FALSE(result.violations.empty());
  const auto seed = "seed " + std::to_string(first) + ": ";
  EXPECT_EQ(result.violations.front().substr(0, seed.size()), seed);
  EXPECT_NE(result.report.find("seed " + std::to_string(first) + ", shrunk:"), std::string::npos);
  EXPECT_NE(result.report.find("violated: "), std::string::npos);
}

}  // namespace shrink_test
