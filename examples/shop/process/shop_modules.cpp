#include "shop_modules.hpp"

#include "orders_module.hpp"
#include "shipments_module.hpp"
#include "shopping_carts_module.hpp"

namespace shop {

std::vector<lasagne::Module> shop_modules(const ShopOptions& options) {
  return {shopping_carts::shopping_carts_module(), orders::orders_module(),
          payments::payments_module({options.payment_timeout, options.gateway}), shipments::shipments_module()};
}

}  // namespace shop
