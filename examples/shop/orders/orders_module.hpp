// The orders as a module.
#pragma once

#include "lasagne/module.hpp"
#include "order.hpp"
#include "order_saga.hpp"

namespace shop::orders {

[[nodiscard]] lasagne::Module orders_module();

}  // namespace shop::orders
