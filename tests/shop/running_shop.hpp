// The whole shop on a real runtime over the memory store, with a clock that stands still until it is moved.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "audit.hpp"
#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"
#include "order.hpp"
#include "payment.hpp"
#include "product_stock.hpp"
#include "shipment.hpp"
#include "shop_modules.hpp"
#include "shop_values.hpp"
#include "shopping_cart.hpp"

namespace shop {

using namespace values;
using orders::CancellationReason;
using orders::Order;
using orders::OrderStatus;
using payments::Payment;
using payments::PaymentStatus;
using shipments::ProductStock;

inline constexpr lasagne::Duration time_to_pay = std::chrono::minutes(15);

inline Timestamp wall_clock() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
}

class Shop {
 public:
  explicit Shop(ShopOptions options = {time_to_pay, std::nullopt}) : options_(std::move(options)) { restart(); }

  // A new runtime goes on over the same store.
  void restart() {
    runtime_.reset();
    runtime_ = std::make_unique<lasagne::Runtime>(*store_, shop_modules(options_),
                                                  lasagne::RuntimeOptions{[this] { return now_; }});
  }
  void settle() {
    const auto settled = runtime_->run_until_idle();
    ASSERT_TRUE(settled) << settled.error().message;
  }
  void let_time_pass(lasagne::Duration time) {
    now_ = now_ + time;
    settle();
  }
  template <class Command>
  void execute(const Command& command) {
    const auto result = runtime_->execute(command);
    ASSERT_TRUE(result) << result.error().rejection.reason << result.error().error.message;
  }
  template <class Command>
  void send(const Command& command) {
    const auto result = runtime_->send(command);
    ASSERT_TRUE(result) << result.error().message;
  }
  template <class D>
  typename D::State state(const Uuid& id) {
    auto loaded = runtime_->load<D>(id);
    EXPECT_TRUE(loaded);
    return loaded ? loaded->state : typename D::State{};
  }

  void stock(const Uuid& product, std::int64_t quantity) { execute(shipments::SetStock{product, quantity, now_}); }
  // A cart with two pairs of shoes and a hat, confirmed; nothing has followed yet.
  Uuid confirm_cart(std::string_view name = "cart") {
    const auto id = id_of(name);
    execute(shopping_carts::OpenShoppingCart{id, client, now_});
    execute(shopping_carts::AddProductItem{id, {shoes, 2, Money{100}}});
    execute(shopping_carts::AddProductItem{id, {hat, 1, Money{50}}});
    execute(shopping_carts::ConfirmShoppingCart{id, now_});
    return id;
  }
  // The same, up to the requested payment.
  Uuid place_order(std::string_view name = "cart") {
    const auto id = confirm_cart(name);
    settle();
    EXPECT_EQ(state<Order>(id).status, OrderStatus::Initialized);
    return id;
  }
  Uuid payment_of(const Uuid& order_id) { return state<Order>(order_id).payment_id; }
  void pay(const Uuid& order_id, Money amount = Money{250}, const std::string& currency = "EUR") {
    execute(payments::CompletePayment{payment_of(order_id), amount, currency, now_});
  }

  void expect_clean() {
    const auto result = audit(*store_);
    EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
    EXPECT_EQ(result.open, 0U) << lasagne::to_json(result);
    const auto parked = runtime_->parked();
    ASSERT_TRUE(parked);
    EXPECT_TRUE(parked->empty());
  }
  template <class T>
  std::size_t count() {
    return count(lasagne::last_part(lasagne::type_name<T>));
  }
  // How many messages there are of this type, which is given by the last part of its name.
  std::size_t count(std::string_view type) {
    const auto slice = store_->read_all(0, {}, 100'000);
    EXPECT_TRUE(slice);
    if (!slice) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(
        slice->messages, [&](const auto& message) { return lasagne::last_part(message->type) == type; }));
  }
  [[nodiscard]] Timestamp now() const { return now_; }
  lasagne::Store& store() { return *store_; }
  lasagne::Runtime& runtime() { return *runtime_; }

 private:
  std::unique_ptr<lasagne::Store> store_ = lasagne::open("memory:");
  Timestamp now_ = wall_clock();
  ShopOptions options_;
  std::unique_ptr<lasagne::Runtime> runtime_;
};

}  // namespace shop
