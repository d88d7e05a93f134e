// The shop over HTTP: openapi.yaml as code.
#pragma once

#include <functional>

#include "common/http.hpp"
#include "lasagne/runtime.hpp"
#include "shop/shopping_carts/commands.hpp"

namespace shop {

struct HttpApi {
  lasagne::Runtime& runtime;
  shopping_carts::PriceCalculator price_of;
  std::function<lasagne::Timestamp()> clock;

  // The routes refer to this object: it must outlive the router.
  void add_routes(examples::http::Router& router);

 private:
  void add_cart_routes(examples::http::Router& router);
  void add_item_routes(examples::http::Router& router);
  void add_order_routes(examples::http::Router& router);
  void add_payment_routes(examples::http::Router& router);
  void add_stock_routes(examples::http::Router& router);
};

// A price for every product, for the lack of a real catalogue: 1.00 to 99.99, by the product's id.
[[nodiscard]] lasagne::Money catalogue_price(const lasagne::Uuid& product_id);

}  // namespace shop
