#include <gtest/gtest.h>

#include <algorithm>

#include "lasagne/testing/simulator.hpp"
#include "runtime/jobs_domain.hpp"
#include "simulator/seeds.hpp"
#include "testing/simulation/schedule.hpp"

namespace simulator_test {

using namespace jobs_domain;
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

Scenario jobs_scenario() {
  Scenario scenario;
  scenario.modules = [] {
    return std::vector<Module>{Module{"jobs"}.decider<Job>().forwarder<JobForwarder>(),
                               Module{"invoices"}.decider<Invoice>().saga<Invoicing>()};
  };
  for (std::size_t i = 0; i < jobs_in_scenario; ++i) {
    const auto session = "job " + std::to_string(i);
    for (const int amount : {5, 7}) {  // closed and opened again: what is told of the first time must not know of it
      scenario.commands.push_back(command(OpenJob{job(i), "paint"}, session));
      scenario.commands.push_back(command(DoWork{job(i), amount}, session));
      scenario.commands.push_back(command(CloseJob{job(i)}, session));
    }
  }
  scenario.audit = [](Store& store) {
    std::vector<std::string> violations;
    const auto closed = count(store, "CloseJob");
    for (const char* type : {"JobClosed", "JobFinished", "IssueInvoice", "InvoiceIssued", "InvoiceReminded"}) {
      if (count(store, type) != closed) violations.push_back("not one " + std::string(type) + " for each CloseJob");
    }
    if (count(store, "JobOpened") != count(store, "OpenJob")) violations.emplace_back("a job was not opened once");
    const auto finished = store.read_all(0, {{"JobFinished"}, {}, {}}, 1000);
    for (const auto& message : finished->messages) {
      const auto total = lasagne::from_json<JobFinished>(message->data)->total;
      if (total != 5 && total != 7) violations.push_back("a job was finished with " + std::to_string(total));
    }
    if (count(store, "lasagne.CommandRejected") != 0) violations.emplace_back("a command came out of turn");
    return violations;
  };
  return scenario;
}

// Of all the runs of some seeds.
std::string traces(const Scenario& scenario, std::uint64_t seeds, SimulatorOptions options = {}) {
  std::string all;
  for (options.seed = 1; options.seed <= seeds; ++options.seed) all += describe(simulate(scenario, options));
  return all;
}

TEST(Simulator, NothingIsLostOrDoneTwiceUnderFaults) {
  faults = {};
  const std::uint64_t seeds = 500 / simulator_test::slower;
  const auto result = simulate_seeds(jobs_scenario(), 1, seeds);
  EXPECT_TRUE(result.violations.empty()) << result.violations.front() << "\n" << result.report;
  EXPECT_EQ(result.seeds, seeds);
  EXPECT_EQ(result.steps, seeds * 3000);
  EXPECT_GT(result.faults, seeds * 15);
  EXPECT_GT(result.crashes, seeds * 8);
}

TEST(Simulator, TheSameSeedIsTheSameRun) {
  faults = {};
  SimulatorOptions options;
  options.seed = 5;
  options.trace_hops = true;
  const auto scenario = jobs_scenario();
  const auto first = simulate(scenario, options);
  const auto second = simulate(scenario, options);
  EXPECT_EQ(first.log_digest, second.log_digest);
  EXPECT_EQ(describe(first), describe(second));
  options.seed = 6;
  EXPECT_NE(first.log_digest, simulate(scenario, options).log_digest);
}

TEST(Simulator, EveryFaultHappens) {
  faults = {};
  const auto told = traces(jobs_scenario(), 40);
  for (std::size_t i = 1; i < lasagne::testing::detail::fault_kinds; ++i) {
    const auto fault = to_string(static_cast<lasagne::testing::detail::Fault>(i));
    EXPECT_NE(told.find(": " + fault + "\n"), std::string::npos) << fault;
  }
  for (const char* what :
       {"arrives once more", "is paused for", "falls behind for", "the clock of the store jumps by -",
        "the clock of node 1 jumps by ", "wakes and goes on with its commit", "node 2 crashes", "the machine crashes",
        "a flush fails", "the database is away for", "is sent back for another attempt"}) {
    EXPECT_NE(told.find(what), std::string::npos) << what;
  }
}

TEST(Simulator, WithoutFaultsNothingGoesWrong) {
  faults = {};
  SimulatorOptions options;
  options.faults_per_mille = 0;
  const auto result = simulate(jobs_scenario(), options);
  EXPECT_EQ(result.violations, std::vector<std::string>{});
  EXPECT_EQ(result.trace, std::vector<std::string>{});
  EXPECT_EQ(result.faults + result.crashes, 0U);
}

// Reminders are due a day after each invoice; the run waits for none of them.
TEST(Simulator, TimersOfDaysFireBeforeTheAudit) {
  faults = {};
  auto scenario = jobs_scenario();
  lasagne::Duration waited{};
  scenario.audit = [&](Store& store) {
    const auto issued = store.read_all(0, {{"InvoiceIssued"}, {}, {}}, 1)->messages.at(0);
    const auto reminded = store.read_all(0, {{"InvoiceReminded"}, {}, {}}, 1)->messages.at(0);
    waited = reminded->recorded_at - issued->recorded_at;
    return std::vector<std::string>{};
  };
  SimulatorOptions options;
  options.faults_per_mille = 0;
  EXPECT_EQ(simulate(scenario, options).violations, std::vector<std::string>{});
  EXPECT_GE(waited, std::chrono::hours(24));
}

struct Drawing {
  using Event = std::variant<JobFinished>;
  static void on(const JobFinished& event, Send& send) {
    send(IssueInvoice{Uuid::generate(), event.job_id, event.total});
  }
};

TEST(Simulator, AHandlerThatDrawsRandomNumbersIsFoundOut) {
  faults = {};
  auto scenario = jobs_scenario();
  scenario.modules = [] {
    return std::vector<Module>{Module{"jobs"}.decider<Job>().forwarder<JobForwarder>(),
                               Module{"invoices"}.decider<Invoice>().saga<Drawing>()};
  };
  scenario.audit = [](Store&) { return std::vector<std::string>{}; };
  const auto result = simulate_seeds(scenario, 1, 1);
  ASSERT_EQ(result.violations.size(), 1U);
  EXPECT_EQ(result.violations[0],
            "seed 1: a second run was another one: a handler draws random numbers, or knows more than its arguments");
}

// An effect calls the outside world at least once, with one key: what stands for that world begins anew in each run.
TEST(Simulator, AnEffectIsCalledAtLeastOnceWithOneKey) {
  faults = {};
  const auto sent = std::make_shared<std::vector<std::string>>();
  auto scenario = jobs_scenario();
  scenario.before_run = [sent] { sent->clear(); };
  scenario.modules = [sent] {
    auto invoices = Module{"invoices"}.decider<Invoice>().saga<Invoicing>();
    invoices.effect(MailRoom{.sent = sent});
    return std::vector<Module>{Module{"jobs"}.decider<Job>().forwarder<JobForwarder>(), invoices};
  };
  bool more_than_once = false;
  scenario.audit = [&](Store& store) {
    auto keys = *sent;
    std::ranges::sort(keys);
    const auto repeats = std::ranges::unique(keys);
    more_than_once = more_than_once || !repeats.empty();
    keys.erase(repeats.begin(), repeats.end());
    std::vector<std::string> violations;
    if (keys.size() != count(store, "InvoiceIssued")) violations.emplace_back("not one key for each invoice");
    return violations;
  };
  const auto result = simulate_seeds(scenario, 1, 40);
  EXPECT_TRUE(result.violations.empty()) << result.report;
  EXPECT_TRUE(more_than_once);
}

TEST(Simulator, RefusesACommandThatNoModuleHandles) {
  auto scenario = jobs_scenario();
  scenario.commands.push_back({"PaintTheMoon", "{}", {}});
  try {
    (void)simulate(scenario, {});
    FAIL() << "it ran";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("PaintTheMoon"), std::string::npos) << error.what();
  }
  EXPECT_THROW((void)simulate_seeds(scenario, 1, 1), std::invalid_argument);
  EXPECT_THROW((void)shrink(scenario, {}), std::invalid_argument);
}

TEST(Simulator, ACommandThatTheStoreRefusesIsAViolationAndEndsItsSession) {
  faults = {};
  Scenario scenario;
  scenario.modules = [] { return std::vector<Module>{Module{"jobs"}.decider<Job>()}; };
  const std::string huge(lasagne::Limits::message_bytes + 1, 'x');
  scenario.commands = {command(OpenJob{job(1), "paint"}, "one"), command(OpenJob{job(2), huge}, "one"),
                       command(DoWork{job(1), 5}, "one"), command(OpenJob{job(3), "paint"}, "another")};
  std::vector<std::size_t> there;
  scenario.audit = [&](Store& store) {
    there = {count(store, "OpenJob"), count(store, "DoWork")};
    return std::vector<std::string>{};
  };
  SimulatorOptions options;
  options.steps = 100;
  const auto result = simulate(scenario, options);
  ASSERT_EQ(result.violations.size(), 1U) << describe(result);
  EXPECT_TRUE(result.violations[0].starts_with("the store refuses the command OpenJob")) << result.violations[0];
  EXPECT_EQ(there, (std::vector<std::size_t>{2, 0}));
}

TEST(Simulator, RefusesOptionsOutOfRange) {
  const auto refused = [](auto change) {
    SimulatorOptions options;
    change(options);
    EXPECT_THROW((void)simulate(jobs_scenario(), options), std::invalid_argument);
  };
  refused([](auto& o) { o.steps = 0; });
  refused([](auto& o) { o.steps = 1'000'001; });
  refused([](auto& o) { o.nodes = 0; });
  refused([](auto& o) { o.nodes = 17; });
  refused([](auto& o) { o.faults_per_mille = 1001; });
  refused([](auto& o) { o.clock_jump = lasagne::Duration{-1}; });
}

}  // namespace simulator_test
