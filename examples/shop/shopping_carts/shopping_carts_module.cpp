#include "shopping_carts_module.hpp"

namespace shop::shopping_carts {

ShoppingCartFinalized ShoppingCartForwarder::on(const ShoppingCartConfirmed& confirmed,
                                                const ShoppingCart::State& cart) {
  return {confirmed.cart_id, cart.client_id, cart.items, cart.total, confirmed.confirmed_at};
}

lasagne::Module shopping_carts_module() {
  return lasagne::Module{"shopping_carts"}.decider<ShoppingCart>().forwarder<ShoppingCartForwarder>();
}

}  // namespace shop::shopping_carts
