#include "orders_module.hpp"

namespace shop::orders {

lasagne::Module orders_module() { return lasagne::Module{"orders"}.decider<Order>().saga<OrderSaga>(); }

}  // namespace shop::orders
