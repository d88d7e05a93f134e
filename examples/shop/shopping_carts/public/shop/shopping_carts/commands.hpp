// What the shopping carts can be asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace shop::shopping_carts {

// So many of one product at one price.
struct PricedItem {
  lasagne::Uuid product_id;
  std::int64_t quantity = 0;
  lasagne::Money unit_price;
};

struct OpenShoppingCart {
  lasagne::Uuid cart_id;
  lasagne::Uuid client_id;
  lasagne::Timestamp now;
};
struct AddProductItem {
  lasagne::Uuid cart_id;
  PricedItem item;
};
struct RemoveProductItem {
  lasagne::Uuid cart_id;
  PricedItem item;
};
struct ConfirmShoppingCart {
  lasagne::Uuid cart_id;
  lasagne::Timestamp now;
};
struct CancelShoppingCart {
  lasagne::Uuid cart_id;
  lasagne::Timestamp now;
};

// Of all prices: ISO 4217.
inline constexpr std::string_view price_currency = "EUR";

// What one piece of a product costs now.
using PriceCalculator = std::function<lasagne::Money(const lasagne::Uuid& product_id)>;

// An item enters a cart at the price the calculator gives; the cart keeps it at that price.
[[nodiscard]] inline PricedItem priced(const PriceCalculator& price_of, const lasagne::Uuid& product_id,
                                       std::int64_t quantity) {
  return {product_id, quantity, price_of(product_id)};
}

}  // namespace shop::shopping_carts
