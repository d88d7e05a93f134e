// The simulator bites: each of these bugs, planted one at a time, is found within a stated number of seeds, and without
// it the same seeds pass.
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "hotel_scenario.hpp"
#include "planted_modules.hpp"
#include "planted_store.hpp"
#include "shop_scenario.hpp"
#include "support/repeats_scenario.hpp"
#include "support/waiting_scenario.hpp"
#include "testing/simulation/shrink.hpp"

namespace {

using lasagne::Module;
using lasagne::Store;
using lasagne::testing::Scenario;
using lasagne::testing::SimulatorOptions;
using lasagne::testing::detail::Between;
using lasagne::testing::detail::run;
using lasagne::testing::detail::schedule_of;

Scenario shop(std::uint64_t seed) { return simulate::shop_scenario(seed); }
Scenario hotel(std::uint64_t seed) { return simulate::hotel_scenario(seed, "saga"); }

struct Planted {
  Scenario (*scenario_of)(std::uint64_t);
  std::vector<Module> (*modules)() = nullptr;  // in place of the scenario's
  Between between;                             // in place of a good engine
};

template <class BuggyStore>
Between between() {
  return [](Store& store) { return std::make_unique<BuggyStore>(store); };
}

// What is wrong with the run of this seed; empty if nothing is.
std::string fails(const Scenario& scenario, std::uint64_t seed, const Between& between) {
  SimulatorOptions options;
  options.seed = seed;
  const auto schedule = schedule_of(scenario, options);
  const auto result = run(scenario, options, schedule, between);
  if (!result.violations.empty()) return result.violations.front();
  if (run(scenario, options, schedule, between).log_digest != result.log_digest) return "runs of one seed differ";
  return {};
}

void expect_caught(const Planted& planted, std::uint64_t within) {
  for (std::uint64_t seed = 1; seed <= within; ++seed) {
    auto scenario = planted.scenario_of(seed);
    ASSERT_EQ(fails(scenario, seed, {}), "") << "seed " << seed << " fails without the bug";
    if (planted.modules != nullptr) scenario.modules = planted.modules;
    const auto what = fails(scenario, seed, planted.between);
    if (what.empty()) continue;
    std::printf("caught by seed %llu: %s\n", static_cast<unsigned long long>(seed), what.c_str());
    return;
  }
  FAIL() << "not caught within " << within << " seeds";
}

TEST(Planted, ACheckpointMovedInACommitOfItsOwn) {
  expect_caught({shop, nullptr, between<planted::CheckpointApart>()}, 10);
}
TEST(Planted, CommandsSentBeforeTheCommit) { expect_caught({shop, nullptr, between<planted::CommandsFirst>()}, 300); }
TEST(Planted, RepeatsAsAWhole) {
  expect_caught({repeats_domain::scenario, nullptr, between<planted::RepeatsAsAWhole>()}, 10);
}
TEST(Planted, OutagesIgnored) { expect_caught({shop, nullptr, between<planted::OutagesIgnored>()}, 30); }
TEST(Planted, RandomIdsOfMessages) { expect_caught({shop, nullptr, between<planted::RandomIds>()}, 1); }
TEST(Planted, IdsThatAreOthersAtEachAttempt) { expect_caught({shop, nullptr, between<planted::IdsOfTheMoment>()}, 10); }
TEST(Planted, RandomIdsInASaga) { expect_caught({shop, planted::drawn_payment_ids, {}}, 10); }
TEST(Planted, NoFencing) { expect_caught({shop, nullptr, between<planted::NoFencing>()}, 10); }
TEST(Planted, ATimerThatFiresAfterItsProcessEnded) { expect_caught({shop, planted::late_timers, {}}, 150); }
TEST(Planted, ASagaThatForgetsACompensation) { expect_caught({shop, planted::forgotten_compensation, {}}, 10); }
constexpr std::uint64_t keys_forgotten_within = 100;
TEST(Planted, ParkingThatLetsASuccessorOvertake) {
  expect_caught({shop, nullptr, between<planted::KeysForgotten>()}, keys_forgotten_within);
}
TEST(Planted, ACallThatIsNotMarkedDurablyBeforeIt) {
  expect_caught({shop, nullptr, between<planted::CallsUnmarked>()}, 1);
}
TEST(Planted, ACrashDuringACallThatIsNoAttempt) {
  expect_caught({shop, nullptr, between<planted::AttemptsUncounted>()}, 60);
}
TEST(Planted, CallsUnderWayThatAreForgottenInACrash) {
  expect_caught({shop, nullptr, between<planted::CallsForgotten>()}, 30);
}
TEST(Planted, AMessageThatWaitsAndHoldsBackItsKey) {
  expect_caught({waiting_domain::scenario, planted::waiting_in_order, {}}, 1);
}
TEST(Planted, AMessageThatWaitsAndIsForgottenInACrash) {
  expect_caught({waiting_domain::scenario, nullptr, between<planted::WaitsForgotten>()}, 10);
}
TEST(Planted, ATimerThatFiresTooEarly) { expect_caught({shop, nullptr, between<planted::TimersTooEarly>()}, 10); }
TEST(Planted, ACancelledTimerThatStaysSet) {
  expect_caught({shop, nullptr, between<planted::CancelledForNothing>()}, 1);
}
TEST(Planted, ACommandThatLosesItsCorrelation) {
  expect_caught({shop, nullptr, between<planted::CorrelationLost>()}, 1);
}
// What people get to read of it: a few steps of three thousand.
TEST(Planted, WhatIsCaughtIsShrunk) {
  SimulatorOptions options;
  options.seed = 1;
  const auto forgotten = between<planted::KeysForgotten>();
  while (fails(shop(options.seed), options.seed, forgotten).empty()) {
    ASSERT_LT(options.seed, keys_forgotten_within) << "not caught";
    ++options.seed;
  }
  const auto least = lasagne::testing::detail::shrink(shop(options.seed), options, 1'000, forgotten);
  EXPECT_FALSE(least.violations.empty());
  EXPECT_LE(least.steps, 12U) << describe(least);
  EXPECT_LE(least.faults + least.crashes, 4U) << describe(least);
}
TEST(Planted, ACheckOutThatRecordsFailureAndSuccess) { expect_caught({hotel, planted::two_answers, {}}, 10); }

}  // namespace
