#include "shopping_cart.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace shop::shopping_carts {

namespace {

using lasagne::Money;
using lasagne::Rejection;

auto find_line(auto& items, const PricedItem& item) {
  return std::ranges::find_if(items, [&](const PricedItem& line) {
    return line.product_id == item.product_id && line.unit_price == item.unit_price;
  });
}

std::optional<Money> with(Money total, const PricedItem& item) {
  const auto amount = Money::multiply(item.unit_price, item.quantity);
  return amount ? Money::add(total, *amount) : std::nullopt;
}

std::optional<Money> without(Money total, const PricedItem& item) {
  const auto amount = Money::multiply(item.unit_price, item.quantity);
  return amount ? Money::subtract(total, *amount) : std::nullopt;
}

// What decide let through always fits; anything else was not written by it.
std::overflow_error out_of_range() { return std::overflow_error("a quantity or the total of a cart is out of range"); }
Money folded(std::optional<Money> total) {
  if (!total) throw out_of_range();
  return *total;
}

std::optional<Rejection> refuse_unless_open(const ShoppingCart::State& cart) {
  switch (cart.status) {
    case CartStatus::NotOpened:
      return Rejection{"ShoppingCartNotFound", "there is no such shopping cart"};
    case CartStatus::Confirmed:
      return Rejection{"ShoppingCartClosed", "the shopping cart is confirmed already"};
    case CartStatus::Cancelled:
      return Rejection{"ShoppingCartClosed", "the shopping cart is cancelled already"};
    case CartStatus::Open:
      break;
  }
  return std::nullopt;
}

std::optional<Rejection> refuse_item(const ShoppingCart::State& cart, const PricedItem& item) {
  if (auto closed = refuse_unless_open(cart)) return closed;
  if (item.quantity < 1) return Rejection{"InvalidQuantity", "a quantity is at least 1"};
  if (item.unit_price.minor_units < 1) return Rejection{"InvalidPrice", "a price is at least 1 minor unit"};
  return std::nullopt;
}

}  // namespace

ShoppingCart::State ShoppingCart::evolve(State cart, const ShoppingCartOpened& opened) {
  cart.status = CartStatus::Open;
  cart.client_id = opened.client_id;
  return cart;
}

ShoppingCart::State ShoppingCart::evolve(State cart, const ProductItemAdded& added) {
  if (const auto line = find_line(cart.items, added.item); line != cart.items.end()) {
    if (__builtin_add_overflow(line->quantity, added.item.quantity, &line->quantity)) throw out_of_range();
  } else {
    cart.items.push_back(added.item);
  }
  cart.total = folded(with(cart.total, added.item));
  return cart;
}

ShoppingCart::State ShoppingCart::evolve(State cart, const ProductItemRemoved& removed) {
  const auto line = find_line(cart.items, removed.item);
  if (line == cart.items.end()) return cart;
  cart.total = folded(without(cart.total, removed.item));
  line->quantity -= removed.item.quantity;
  if (line->quantity <= 0) cart.items.erase(line);
  return cart;
}

ShoppingCart::State ShoppingCart::evolve(State cart, const ShoppingCartConfirmed&) {
  cart.status = CartStatus::Confirmed;
  return cart;
}

ShoppingCart::State ShoppingCart::evolve(State cart, const ShoppingCartCancelled&) {
  cart.status = CartStatus::Cancelled;
  return cart;
}

ShoppingCart::Decision ShoppingCart::decide(const OpenShoppingCart& command, const State& cart) {
  if (cart.status != CartStatus::NotOpened) {
    return Rejection{"ShoppingCartAlreadyOpened", "there is a shopping cart of this id"};
  }
  return ShoppingCartOpened{command.cart_id, command.client_id, command.now};
}

ShoppingCart::Decision ShoppingCart::decide(const AddProductItem& command, const State& cart) {
  const auto& item = command.item;
  if (auto refused = refuse_item(cart, item)) return *std::move(refused);
  const auto line = find_line(cart.items, item);
  const auto there = line == cart.items.end() ? 0 : line->quantity;
  if (line == cart.items.end() && cart.items.size() >= CartLimits::lines) {
    return Rejection{"TooManyItems", "a shopping cart holds 100 different items at most"};
  }
  if (item.quantity > CartLimits::quantity_of_line - there) {
    return Rejection{"TooManyItems", "a shopping cart holds a million of one item at most"};
  }
  if (!with(cart.total, item)) return Rejection{"AmountTooLarge", "the total would be out of range"};
  return ProductItemAdded{command.cart_id, item};
}

ShoppingCart::Decision ShoppingCart::decide(const RemoveProductItem& command, const State& cart) {
  const auto& item = command.item;
  if (auto refused = refuse_item(cart, item)) return *std::move(refused);
  const auto line = find_line(cart.items, item);
  if (line == cart.items.end() || line->quantity < item.quantity) {
    return Rejection{"NotEnoughItems", "the shopping cart does not hold so many at this price"};
  }
  return ProductItemRemoved{command.cart_id, item};
}

ShoppingCart::Decision ShoppingCart::decide(const ConfirmShoppingCart& command, const State& cart) {
  if (auto refused = refuse_unless_open(cart)) return *std::move(refused);
  if (cart.items.empty()) return Rejection{"ShoppingCartEmpty", "there is nothing in the shopping cart"};
  return ShoppingCartConfirmed{command.cart_id, command.now};
}

ShoppingCart::Decision ShoppingCart::decide(const CancelShoppingCart& command, const State& cart) {
  if (auto refused = refuse_unless_open(cart)) return *std::move(refused);
  return ShoppingCartCancelled{command.cart_id, command.now};
}

}  // namespace shop::shopping_carts
