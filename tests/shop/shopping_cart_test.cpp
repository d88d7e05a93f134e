#include "shop_values.hpp"
#include "shopping_carts_module.hpp"

namespace shop::shopping_carts {
namespace {

using namespace values;

const ShoppingCartOpened opened{cart, client, noon};
PricedItem item(const Uuid& product, std::int64_t quantity, std::int64_t price) {
  return {product, quantity, Money{price}};
}
ProductItemAdded added(const PricedItem& what) { return {cart, what}; }

TEST(ShoppingCart, IsOpenedOnce) {
  given<ShoppingCart>().when(OpenShoppingCart{cart, client, noon}).then(opened);
  given<ShoppingCart>(opened).when(OpenShoppingCart{cart, client, later}).then_rejected("ShoppingCartAlreadyOpened");
}

TEST(ShoppingCart, MustBeOpenedFirst) {
  given<ShoppingCart>().when(AddProductItem{cart, item(shoes, 1, 100)}).then_rejected("ShoppingCartNotFound");
  given<ShoppingCart>().when(RemoveProductItem{cart, item(shoes, 1, 100)}).then_rejected("ShoppingCartNotFound");
  given<ShoppingCart>().when(ConfirmShoppingCart{cart, noon}).then_rejected("ShoppingCartNotFound");
  given<ShoppingCart>().when(CancelShoppingCart{cart, noon}).then_rejected("ShoppingCartNotFound");
}

TEST(ShoppingCart, TakesItemsAtThePriceTheCalculatorGives) {
  const PriceCalculator price_of = [](const Uuid& product) { return Money{product == shoes ? 9'999 : 100}; };
  given<ShoppingCart>(opened)
      .when(AddProductItem{cart, priced(price_of, shoes, 2)})
      .then(added(item(shoes, 2, 9'999)))
      .then_state([](const auto& state) { return state.total == Money{19'998}; });
}

TEST(ShoppingCart, AddsUpTheSameProductAtTheSamePrice) {
  given<ShoppingCart>(opened, added(item(shoes, 2, 100)))
      .when(AddProductItem{cart, item(shoes, 3, 100)})
      .then(added(item(shoes, 3, 100)))
      .then_state([](const auto& state) { return state.items.size() == 1 && state.items[0].quantity == 5; });
}

TEST(ShoppingCart, KeepsAnotherPriceApart) {
  given<ShoppingCart>(opened, added(item(shoes, 2, 100)))
      .when(AddProductItem{cart, item(shoes, 3, 90)})
      .then(added(item(shoes, 3, 90)))
      .then_state([](const auto& state) { return state.items.size() == 2 && state.total == Money{470}; });
}

TEST(ShoppingCart, RefusesImpossibleItems) {
  const auto open = given<ShoppingCart>(opened);
  open.when(AddProductItem{cart, item(shoes, 0, 100)}).then_rejected("InvalidQuantity");
  open.when(AddProductItem{cart, item(shoes, -1, 100)}).then_rejected("InvalidQuantity");
  open.when(AddProductItem{cart, item(shoes, 1, 0)}).then_rejected("InvalidPrice");
  open.when(AddProductItem{cart, item(shoes, 1'000'001, 1)}).then_rejected("TooManyItems");
  open.when(AddProductItem{cart, item(shoes, INT64_MAX, 1)}).then_rejected("TooManyItems");
  given<ShoppingCart>(opened, added(item(shoes, 1'000'000, 1)))
      .when(AddProductItem{cart, item(shoes, 1, 1)})
      .then_rejected("TooManyItems");
}

TEST(ShoppingCart, RefusesATotalOutOfRange) {
  given<ShoppingCart>(opened).when(AddProductItem{cart, item(shoes, 2, INT64_MAX)}).then_rejected("AmountTooLarge");
  given<ShoppingCart>(opened, added(item(shoes, 1, INT64_MAX)))
      .when(AddProductItem{cart, item(hat, 1, 1)})
      .then_rejected("AmountTooLarge");
}

TEST(ShoppingCart, TakesATotalUpToTheEndOfTheRange) {
  given<ShoppingCart>(opened)
      .when(AddProductItem{cart, item(shoes, 1, INT64_MAX)})
      .then(added(item(shoes, 1, INT64_MAX)))
      .then_state([](const auto& state) { return state.total == Money{INT64_MAX}; });
  given<ShoppingCart>(opened, added(item(shoes, 1, INT64_MAX - 1)))
      .when(AddProductItem{cart, item(hat, 1, 1)})
      .then(added(item(hat, 1, 1)))
      .then_state([](const auto& state) { return state.total == Money{INT64_MAX}; });
  given<ShoppingCart>(opened, added(item(shoes, 1, INT64_MAX)))
      .when(RemoveProductItem{cart, item(shoes, 1, INT64_MAX)})
      .then(ProductItemRemoved{cart, item(shoes, 1, INT64_MAX)})
      .then_state([](const auto& state) { return state.total == Money{0}; });
}

TEST(ShoppingCart, ThatNoDeciderWroteIsNotFoldedIntoAWrongTotal) {
  const auto fold = [](const auto&... events) { (void)given<ShoppingCart>(opened, events...); };
  EXPECT_THROW(fold(added(item(shoes, 1, INT64_MAX)), added(item(hat, 1, 1))), std::overflow_error);
  EXPECT_THROW(fold(added(item(shoes, INT64_MAX, 1)), added(item(shoes, 1, 1))), std::overflow_error);
  EXPECT_THROW(fold(added(item(shoes, 1, 100)), ProductItemRemoved{cart, item(shoes, INT64_MIN, 100)}),
               std::overflow_error);
}

TEST(ShoppingCart, HoldsABoundedNumberOfLines) {
  std::vector<ShoppingCart::Event> events{opened};
  for (std::int64_t i = 1; i <= 100; ++i) events.emplace_back(added(item(shoes, 1, i)));
  given<ShoppingCart>(events).when(AddProductItem{cart, item(shoes, 1, 101)}).then_rejected("TooManyItems");
  given<ShoppingCart>(events).when(AddProductItem{cart, item(shoes, 1, 100)}).then(added(item(shoes, 1, 100)));
}

TEST(ShoppingCart, GivesBackNoMoreThanItHolds) {
  const auto filled = given<ShoppingCart>(opened, added(item(shoes, 2, 100)));
  filled.when(RemoveProductItem{cart, item(shoes, 1, 100)})
      .then(ProductItemRemoved{cart, item(shoes, 1, 100)})
      .then_state([](const auto& state) { return state.items[0].quantity == 1 && state.total == Money{100}; });
  filled.when(RemoveProductItem{cart, item(shoes, 2, 100)})
      .then(ProductItemRemoved{cart, item(shoes, 2, 100)})
      .then_state([](const auto& state) { return state.items.empty() && state.total == Money{0}; });
  filled.when(RemoveProductItem{cart, item(shoes, 3, 100)}).then_rejected("NotEnoughItems");
  filled.when(RemoveProductItem{cart, item(hat, 1, 100)}).then_rejected("NotEnoughItems");
  filled.when(RemoveProductItem{cart, item(shoes, -1, 100)}).then_rejected("InvalidQuantity");
}

TEST(ShoppingCart, GivesBackAtTheSamePriceOnly) {
  given<ShoppingCart>(opened, added(item(shoes, 2, 100)))
      .when(RemoveProductItem{cart, item(shoes, 1, 99)})
      .then_rejected("NotEnoughItems");
}

TEST(ShoppingCart, IsConfirmedUnlessEmpty) {
  given<ShoppingCart>(opened).when(ConfirmShoppingCart{cart, later}).then_rejected("ShoppingCartEmpty");
  given<ShoppingCart>(opened, added(item(shoes, 1, 100)), ProductItemRemoved{cart, item(shoes, 1, 100)})
      .when(ConfirmShoppingCart{cart, later})
      .then_rejected("ShoppingCartEmpty");
  given<ShoppingCart>(opened, added(item(shoes, 1, 100)))
      .when(ConfirmShoppingCart{cart, later})
      .then(ShoppingCartConfirmed{cart, later});
}

TEST(ShoppingCart, IsCancelled) {
  given<ShoppingCart>(opened).when(CancelShoppingCart{cart, later}).then(ShoppingCartCancelled{cart, later});
}

TEST(ShoppingCart, RefusesEverythingOnceClosed) {
  const auto filled = added(item(shoes, 1, 100));
  for (const auto& closed : {given<ShoppingCart>(opened, filled, ShoppingCartConfirmed{cart, noon}),
                             given<ShoppingCart>(opened, filled, ShoppingCartCancelled{cart, noon})}) {
    closed.when(AddProductItem{cart, item(shoes, 1, 100)}).then_rejected("ShoppingCartClosed");
    closed.when(RemoveProductItem{cart, item(shoes, 1, 100)}).then_rejected("ShoppingCartClosed");
    closed.when(ConfirmShoppingCart{cart, later}).then_rejected("ShoppingCartClosed");
    closed.when(CancelShoppingCart{cart, later}).then_rejected("ShoppingCartClosed");
    closed.when(OpenShoppingCart{cart, client, later}).then_rejected("ShoppingCartAlreadyOpened");
  }
}

TEST(ShoppingCart, ConfirmationIsPublishedWithWhatWasBought) {
  const ShoppingCartConfirmed confirmed{cart, later};
  given_forwarder<ShoppingCartForwarder>(opened, added(item(shoes, 2, 100)), added(item(hat, 1, 50)), confirmed)
      .when(confirmed)
      .then_published(ShoppingCartFinalized{cart, client, {item(shoes, 2, 100), item(hat, 1, 50)}, Money{250}, later});
}

}  // namespace
}  // namespace shop::shopping_carts
