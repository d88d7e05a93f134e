// What the shopping carts tell everybody.
#pragma once

#include <vector>

#include "shop/shopping_carts/commands.hpp"

namespace shop::shopping_carts {

// The cart was confirmed: its client wants to buy this.
struct ShoppingCartFinalized {
  lasagne::Uuid cart_id;
  lasagne::Uuid client_id;
  std::vector<PricedItem> items;  // at least one; each product at each price once
  lasagne::Money total;
  lasagne::Timestamp finalized_at;
};

}  // namespace shop::shopping_carts
