// The hotel as the simulator runs it: guests who pay or not, alone and in groups, and clerks who rerun what failed.
#pragma once

#include <cstdint>
#include <string_view>

#include "lasagne/testing/simulator.hpp"

namespace simulate {

// Guests, groups and deadlines follow from the seed. The audit is that of the program `hotel`; besides no group may be
// open, and every command about a guest is answered once.
[[nodiscard]] lasagne::testing::Scenario hotel_scenario(std::uint64_t seed, std::string_view style);

// "saga", "choreography", "process-manager".
[[nodiscard]] bool is_hotel_style(std::string_view style);

}  // namespace simulate
