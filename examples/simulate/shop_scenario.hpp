// The shop as the simulator runs it: carts, short stock, payments that are declined or never come, clients who cancel.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lasagne/module.hpp"
#include "lasagne/testing/simulator.hpp"

namespace simulate {

// With how many carts, of what, and how long there is to pay, follows from the seed. The audit is that of the program
// `shop`; besides no order may be open, each command of a client is answered once, and none of a cart is refused.
[[nodiscard]] lasagne::testing::Scenario shop_scenario(std::uint64_t seed);

}  // namespace simulate
