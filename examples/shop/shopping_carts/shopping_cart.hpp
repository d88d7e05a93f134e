// The shopping cart: filled while it is open, then confirmed or cancelled for good.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

#include "lasagne/decider.hpp"
#include "shop/shopping_carts/commands.hpp"

namespace shop::shopping_carts {

struct ShoppingCartOpened {
  lasagne::Uuid cart_id;
  lasagne::Uuid client_id;
  lasagne::Timestamp opened_at;
};
struct ProductItemAdded {
  lasagne::Uuid cart_id;
  PricedItem item;
};
struct ProductItemRemoved {
  lasagne::Uuid cart_id;
  PricedItem item;
};
struct ShoppingCartConfirmed {
  lasagne::Uuid cart_id;
  lasagne::Timestamp confirmed_at;
};
struct ShoppingCartCancelled {
  lasagne::Uuid cart_id;
  lasagne::Timestamp cancelled_at;
};

enum class CartStatus { NotOpened, Open, Confirmed, Cancelled };

struct CartLimits {
  static constexpr std::size_t lines = 100;  // different products or prices
  static constexpr std::int64_t quantity_of_line = 1'000'000;
};

struct ShoppingCart {
  static constexpr std::string_view category = "ShoppingCart";
  using Command =
      std::variant<OpenShoppingCart, AddProductItem, RemoveProductItem, ConfirmShoppingCart, CancelShoppingCart>;
  using Event = std::variant<ShoppingCartOpened, ProductItemAdded, ProductItemRemoved, ShoppingCartConfirmed,
                             ShoppingCartCancelled>;
  struct State {
    CartStatus status = CartStatus::NotOpened;
    lasagne::Uuid client_id;
    std::vector<PricedItem> items;
    lasagne::Money total;
  };
  using Decision = lasagne::Decision<Event>;

  static lasagne::Uuid id(const auto& command) { return command.cart_id; }

  static State evolve(State cart, const ShoppingCartOpened& opened);
  static State evolve(State cart, const ProductItemAdded& added);
  static State evolve(State cart, const ProductItemRemoved& removed);
  static State evolve(State cart, const ShoppingCartConfirmed& confirmed);
  static State evolve(State cart, const ShoppingCartCancelled& cancelled);

  // Rejections: ShoppingCartNotFound, ShoppingCartAlreadyOpened, ShoppingCartClosed, ShoppingCartEmpty,
  // InvalidQuantity, InvalidPrice, TooManyItems, NotEnoughItems, AmountTooLarge.
  static Decision decide(const OpenShoppingCart& command, const State& cart);
  static Decision decide(const AddProductItem& command, const State& cart);
  static Decision decide(const RemoveProductItem& command, const State& cart);
  static Decision decide(const ConfirmShoppingCart& command, const State& cart);
  static Decision decide(const CancelShoppingCart& command, const State& cart);
};

}  // namespace shop::shopping_carts
