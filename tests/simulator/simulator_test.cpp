#include <gtest/gtest.h>

#include "lasagne/testing/simulator.hpp"
#include "runtime/workshop.hpp"

namespace {

using namespace workshop;
using lasagne::Module;
using lasagne::Store;
using lasagne::testing::command;
using lasagne::testing::Scenario;
using lasagne::testing::simulate;

std::size_t count(Store& store, const std::string& type) {
  return store.read_all(0, {{type}, {}, {}}, 100'000)->messages.size();
}

constexpr std::size_t jobs_in_scenario = 12;

Scenario workshop_scenario() {
  Scenario scenario;
  scenario.modules = [] {
    return std::vector<Module>{Module{"jobs"}.decider<Job>().forwarder<JobForwarder>(),
                               Module{"invoices"}.decider<Invoice>().saga<Invoicing>()};
  };
  for (std::size_t i = 0; i < jobs_in_scenario; ++i) {
    const auto id = lasagne::Uuid::derive(lasagne::Uuid{}, "job " + std::to_string(i));
    scenario.commands.push_back(command(OpenJob{id, "paint"}));
  }
  for (std::size_t i = 0; i < jobs_in_scenario; ++i) {
    const auto id = lasagne::Uuid::derive(lasagne::Uuid{}, "job " + std::to_string(i));
    scenario.commands.push_back(command(DoWork{id, 5}));
    scenario.commands.push_back(command(CloseJob{id}));
  }
  scenario.audit = [](Store& store) {
    std::vector<std::string> violations;
    // Commands may overtake one another on their way in, so work may be refused; but nothing is lost or done twice.
    const auto closed = count(store, "JobClosed");
    for (const char* type : {"JobFinished", "IssueInvoice", "InvoiceIssued", "InvoiceReminded"}) {
      if (count(store, type) != closed) {
        violations.push_back(std::to_string(count(store, type)) + " " + type + " for " + std::to_string(closed) + " closed jobs");
      }
    }
    if (count(store, "JobOpened") != jobs_in_scenario) violations.emplace_back("a job was not opened exactly once");
    return violations;
  };
  return scenario;
}

TEST(Simulator, NothingIsLostOrDoneTwiceUnderFaults) {
  faults = {};
  const auto scenario = workshop_scenario();
  std::size_t injected = 0;
  std::size_t crashes = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto result = simulate(scenario, {.seed = seed});
    EXPECT_TRUE(result.violations.empty()) << "seed " << seed << ": " << result.violations.front();
    injected += result.faults;
    crashes += result.crashes;
  }
  EXPECT_GT(injected, 500U);
  EXPECT_GT(crashes, 500U);
}

TEST(Simulator, TheSameSeedIsTheSameRun) {
  faults = {};
  const auto scenario = workshop_scenario();
  const auto first = simulate(scenario, {.seed = 5});
  const auto second = simulate(scenario, {.seed = 5});
  EXPECT_EQ(first.log_digest, second.log_digest);
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_NE(first.log_digest, simulate(scenario, {.seed = 6}).log_digest);
}

TEST(Simulator, AFailingSeedShrinksToItsFirstDecidingFault) {
  faults = {};
  auto scenario = workshop_scenario();
  scenario.audit = [&](Store& store) {  // a wrong audit: rejects what a late command makes of the run
    return count(store, "CommandRejected") > 0 ? std::vector<std::string>{"a command was rejected"}
                                               : std::vector<std::string>{};
  };
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto whole = simulate(scenario, {.seed = seed});
    if (whole.violations.empty()) continue;
    const auto least = lasagne::testing::shrink(scenario, {.seed = seed});
    EXPECT_FALSE(least.violations.empty());
    EXPECT_LE(least.faults + least.crashes, whole.faults + whole.crashes);
    return;
  }
  FAIL() << "no seed made a command late";
}

}  // namespace
