// The shop's four modules, ready for a runtime.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "lasagne/module.hpp"
#include "payments_module.hpp"

namespace shop {

struct ShopOptions {
  lasagne::Duration payment_timeout = std::chrono::minutes(15);
  std::optional<payments::SimulatedGateway> gateway;  // unset: payments are completed from outside
};

[[nodiscard]] std::vector<lasagne::Module> shop_modules(const ShopOptions& options = {});

}  // namespace shop
