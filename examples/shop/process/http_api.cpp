#include "http_api.hpp"

#include <charconv>
#include <cstdint>
#include <string>

#include "order.hpp"
#include "payment.hpp"
#include "product_stock.hpp"
#include "shop/orders/commands.hpp"
#include "shopping_cart.hpp"

namespace shop {

namespace {

namespace http = examples::http;
using lasagne::Money;
using lasagne::Uuid;
using orders::Order;
using payments::Payment;
using shipments::ProductStock;
using shopping_carts::PricedItem;
using shopping_carts::ShoppingCart;

// What comes in.
struct OpenCartBody {
  Uuid client_id;
};
struct ItemBody {
  Uuid product_id;
  std::int64_t quantity = 0;
};
struct ReceivedBody {
  Money amount;
  std::string currency;
};
struct StockBody {
  std::int64_t quantity = 0;
};

// What goes out.
struct CartOpenedView {
  Uuid cart_id;
};
struct ItemView {
  Uuid product_id;
  std::int64_t quantity = 0;
  Money unit_price;
};
struct CartView {
  Uuid cart_id;
  Uuid client_id;
  shopping_carts::CartStatus status{};
  std::vector<ItemView> items;
  Money total;
};
struct OrderView {
  Uuid order_id;
  Uuid client_id;
  orders::OrderStatus status{};
  std::optional<orders::CancellationReason> cancellation_reason;
  Uuid payment_id;
  std::vector<ItemView> items;
  Money total;
};
struct PaymentView {
  Uuid payment_id;
  Uuid order_id;
  payments::PaymentStatus status{};
  Money amount;
  std::string currency;
};
struct StockView {
  Uuid product_id;
  std::int64_t available = 0;
};

std::vector<ItemView> views_of(const auto& items) {
  std::vector<ItemView> views;
  views.reserve(items.size());
  for (const auto& item : items) views.push_back({item.product_id, item.quantity, item.unit_price});
  return views;
}

// An integer of the query; `fallback` if it is not given and there is one.
std::expected<std::int64_t, http::Problem> integer_of(const http::Request& request, const std::string& name,
                                                      std::optional<std::int64_t> fallback) {
  const auto text = request.query(name);
  if (!text && fallback) return *fallback;
  std::int64_t value = 0;
  const auto& digits = text ? *text : std::string();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    return std::unexpected(http::bad_field(name, "expected integer"));
  }
  return value;
}

// What is stored under the id, as a reply with its ETag; 404 if there is nothing.
template <class Decider, class ViewOf>
http::Reply read(lasagne::Runtime& runtime, const Uuid& id, std::string_view what, ViewOf view_of) {
  const auto loaded = runtime.load<Decider>(id);
  if (!loaded) return http::problem_of(loaded.error());
  if (!loaded->etag) return http::not_found("there is no such " + std::string(what));
  return http::Reply::json(view_of(loaded->state)).etag(loaded->etag);
}

}  // namespace

Money catalogue_price(const Uuid& product_id) {
  std::uint64_t bits = 0;
  for (std::size_t i = 8; i < product_id.bytes.size(); ++i) bits = bits << 8 | product_id.bytes[i];
  return {100 + static_cast<std::int64_t>(bits % 9'900)};
}

void HttpApi::add_routes(http::Router& router) {
  add_cart_routes(router);
  add_item_routes(router);
  add_order_routes(router);
  add_payment_routes(router);
  add_stock_routes(router);
  http::add_health(router, runtime);
}

void HttpApi::add_cart_routes(http::Router& router) {
  router.post<OpenCartBody>("/carts", [this](const http::Request& request, const OpenCartBody& body) {
    const auto cart_id = Uuid::generate();
    auto options = request.options();
    options.expected = lasagne::ExpectedRevision::no_stream();
    options.correlation_id = cart_id;  // the whole process is found by the id that the client knows
    const auto result = runtime.execute(shopping_carts::OpenShoppingCart{cart_id, body.client_id, clock()}, options);
    auto reply = http::answer(request, result, 201, lasagne::to_json(CartOpenedView{cart_id}));
    if (result) reply.header("Location", "/carts/" + cart_id.to_string());
    return reply;
  });
  router.get("/carts/{cart_id}", [this](const http::Request& request) {
    const auto id = request.id("cart_id");
    return read<ShoppingCart>(runtime, id, "shopping cart", [&](const ShoppingCart::State& cart) {
      return CartView{id, cart.client_id, cart.status, views_of(cart.items), cart.total};
    });
  });
  router.post(
      "/carts/{cart_id}/confirm",
      [this](const http::Request& request) {
        const shopping_carts::ConfirmShoppingCart command{request.id("cart_id"), clock()};
        auto reply = http::answer(request, http::execute(runtime, request, command));
        if (reply.status < 300) reply.header("Location", "/orders/" + command.cart_id.to_string());
        return reply;
      },
      http::IfMatch::required);
  router.post("/carts/{cart_id}/cancel", [this](const http::Request& request) {
    const shopping_carts::CancelShoppingCart command{request.id("cart_id"), clock()};
    return http::answer(request, http::execute(runtime, request, command));
  });
}

void HttpApi::add_item_routes(http::Router& router) {
  router.post<ItemBody>("/carts/{cart_id}/items", [this](const http::Request& request, const ItemBody& body) {
    const auto item = shopping_carts::priced(price_of, body.product_id, body.quantity);
    const shopping_carts::AddProductItem command{request.id("cart_id"), item};
    return http::answer(request, http::execute(runtime, request, command));
  });
  router.remove("/carts/{cart_id}/items/{product_id}", [this](const http::Request& request) -> http::Reply {
    const auto product_id = request.id("product_id");
    const auto quantity = integer_of(request, "quantity", 1);
    if (!quantity) return quantity.error();
    const auto unit_price = integer_of(request, "unit_price", price_of(product_id).minor_units);
    if (!unit_price) return unit_price.error();
    const shopping_carts::RemoveProductItem command{request.id("cart_id"),
                                                    PricedItem{product_id, *quantity, Money{*unit_price}}};
    return http::answer(request, http::execute(runtime, request, command));
  });
}

void HttpApi::add_order_routes(http::Router& router) {
  router.get("/orders/{order_id}", [this](const http::Request& request) {
    const auto id = request.id("order_id");
    return read<Order>(runtime, id, "order", [&](const Order::State& order) {
      return OrderView{
          id, order.client_id, order.status, order.cancellation, order.payment_id, views_of(order.items), order.total};
    });
  });
  router.post("/orders/{order_id}/cancel", [this](const http::Request& request) {
    const orders::CancelOrder command{request.id("order_id"), {}, orders::CancellationReason::ClientRequest, clock()};
    return http::answer(request, http::execute(runtime, request, command));
  });
}

void HttpApi::add_payment_routes(http::Router& router) {
  router.get("/payments/{payment_id}", [this](const http::Request& request) {
    const auto id = request.id("payment_id");
    return read<Payment>(runtime, id, "payment", [&](const Payment::State& payment) {
      return PaymentView{id, payment.order_id, payment.status, payment.amount, payment.currency};
    });
  });
  router.post<ReceivedBody>(
      "/payments/{payment_id}/complete", [this](const http::Request& request, const ReceivedBody& body) {
        const payments::CompletePayment command{request.id("payment_id"), body.amount, body.currency, clock()};
        return http::answer(request, http::execute(runtime, request, command));
      });
}

void HttpApi::add_stock_routes(http::Router& router) {
  router.get("/stock/{product_id}", [this](const http::Request& request) {
    const auto id = request.id("product_id");
    return read<ProductStock>(runtime, id, "product in stock",
                              [&](const ProductStock::State& stock) { return StockView{id, stock.available}; });
  });
  router.put<StockBody>("/stock/{product_id}", [this](const http::Request& request, const StockBody& body) {
    const shipments::SetStock command{request.id("product_id"), body.quantity, clock()};
    return http::answer(request, http::execute(runtime, request, command));
  });
}

}  // namespace shop
