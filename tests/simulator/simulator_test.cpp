#include <gtest/gtest.h>

#include "lasagne/testing/simulator.hpp"
#include "runtime/workshop.hpp"

namespace {

using namespace workshop;
using lasagne::Module;
using lasagne::Store;
using lasagne::testing::command;
using lasagne::testing::describe;
using lasagne::testing::Scenario;
using lasagne::testing::shrink;
using lasagne::testing::simulate;
using lasagne::testing::simulate_seeds;
using lasagne::testing::SimulatorOptions;

std::size_t count(Store& store, const std::string& type) {
  return store.read_all(0, {{type}, {}, {}}, 100'000)->messages.size();
}

Uuid job(std::size_t i) { return Uuid::derive(Uuid{}, "job " + std::to_string(i)); }

constexpr std::size_t jobs_in_scenario = 12;

Scenario workshop_scenario() {
  Scenario scenario;
  scenario.modules = [] {
    return std::vector<Module>{Module{"jobs"}.decider<Job>().forwarder<JobForwarder>(),
                               Module{"invoices"}.decider<Invoice>().saga<Invoicing>()};
  };
  for (std::size_t i = 0; i < jobs_in_scenario; ++i) {
    const auto session = "job " + std::to_string(i);
    scenario.commands.push_back(command(OpenJob{job(i), "paint"}, session));
    scenario.commands.push_back(command(DoWork{job(i), 5}, session));
    scenario.commands.push_back(command(CloseJob{job(i)}, session));
  }
  scenario.audit = [](Store& store) {
    std::vector<std::string> violations;
    const auto closed = count(store, "CloseJob");
    for (const char* type : {"JobClosed", "JobFinished", "IssueInvoice", "InvoiceIssued", "InvoiceReminded"}) {
      if (count(store, type) != closed) violations.push_back("not one " + std::string(type) + " for each CloseJob");
    }
    if (count(store, "JobOpened") != count(store, "OpenJob")) violations.emplace_back("a job was not opened once");
    if (count(store, "CommandRejected") != 0) violations.emplace_back("a command came out of turn");
    return violations;
  };
  return scenario;
}

TEST(Simulator, NothingIsLostOrDoneTwiceUnderFaults) {
  faults = {};
  const auto result = simulate_seeds(workshop_scenario(), 1, 60);
  EXPECT_TRUE(result.violations.empty()) << result.report;
  EXPECT_EQ(result.seeds, 60U);
  EXPECT_EQ(result.steps, 60U * 3000U);
  EXPECT_GT(result.faults, 1000U);
  EXPECT_GT(result.crashes, 500U);
}

}  // namespace
