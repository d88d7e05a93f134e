// The shopping carts as a module, and what they publish.
#pragma once

#include <variant>

#include "lasagne/module.hpp"
#include "shop/shopping_carts/external_events.hpp"
#include "shopping_cart.hpp"

namespace shop::shopping_carts {

// A confirmation says little; the others need to know what was bought, as it was when it was confirmed.
struct ShoppingCartForwarder {
  using Decider = ShoppingCart;
  using Event = std::variant<ShoppingCartConfirmed>;
  static ShoppingCartFinalized on(const ShoppingCartConfirmed& confirmed, const ShoppingCart::State& cart);
};

[[nodiscard]] lasagne::Module shopping_carts_module();

}  // namespace shop::shopping_carts
