// Both example systems, with their audits as the invariant. The program `simulate` runs as many seeds as asked for.
#include <gtest/gtest.h>

#include "hotel_scenario.hpp"
#include "lasagne/testing/simulator.hpp"
#include "shop_scenario.hpp"
#include "simulator/seeds.hpp"
#include "support/repeats_scenario.hpp"
#include "support/waiting_scenario.hpp"

namespace {

using lasagne::testing::SeedsResult;
using lasagne::testing::simulate_seeds;
using simulator_test::slower;

void expect_clean(const SeedsResult& result) {
  EXPECT_TRUE(result.violations.empty()) << result.violations.front() << "\n" << result.report;
  EXPECT_GT(result.faults, result.seeds * 10);
  EXPECT_GT(result.crashes, result.seeds * 5);
}

void run_shop(std::uint64_t first, std::uint64_t seeds) {
  expect_clean(simulate_seeds(simulate::shop_scenario, first, first + seeds / slower - 1));
}
TEST(SimulatedShop, ComesToRestWithNothingLostOrDoneTwice) { run_shop(1, 1500); }
TEST(SimulatedShop, ComesToRestAlsoWithOtherSeeds) { run_shop(1'000'001, 1500); }

// Commands that come again when their bus has forgotten them, and then what they caused on other buses.
TEST(SimulatedRepeats, EachPartOfAHopIsNewOrARepeat) {
  expect_clean(simulate_seeds(repeats_domain::scenario, 1, 1500 / slower));
}

// Messages that wait for others, which overtake them.
TEST(SimulatedWaits, EndWithWhatTheyWaitFor) {
  expect_clean(simulate_seeds(waiting_domain::scenario, 1, 500 / slower));
}

class SimulatedHotel : public ::testing::TestWithParam<const char*> {};
TEST_P(SimulatedHotel, ComesToRestWithNothingLostOrDoneTwice) {
  const auto scenario_of = [&](std::uint64_t seed) { return simulate::hotel_scenario(seed, GetParam()); };
  expect_clean(simulate_seeds(scenario_of, 1, 1000 / slower));
}
INSTANTIATE_TEST_SUITE_P(Style, SimulatedHotel, ::testing::Values("saga", "choreography", "process-manager"),
                         [](const auto& style) {
                           std::string name = style.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
