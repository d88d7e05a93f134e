// The whole shop on a real runtime: every way an order can go, in every order of arrival, once and twice, with restarts.
#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

#include "audit.hpp"
#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"
#include "load.hpp"
#include "order.hpp"
#include "payment.hpp"
#include "product_stock.hpp"
#include "shipment.hpp"
#include "shop_modules.hpp"
#include "shop_values.hpp"
#include "shopping_cart.hpp"

namespace shop {
namespace {

using namespace values;
using orders::CancellationReason;
using orders::Order;
using orders::OrderStatus;
using payments::Payment;
using payments::PaymentStatus;
using shipments::ProductStock;

constexpr lasagne::Duration time_to_pay = std::chrono::minutes(15);

Timestamp wall_clock() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
}

// A shop whose time stands still until it is moved.
class Shop {
 public:
  explicit Shop(ShopOptions options = {time_to_pay, std::nullopt}) : options_(std::move(options)) { restart(); }

  // A new runtime goes on over the same store.
  void restart() {
    runtime_.reset();
    runtime_ = std::make_unique<lasagne::Runtime>(*store_, shop_modules(options_),
                                                  lasagne::RuntimeOptions{[this] { return now_; }, {}});
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
  void pay(const Uuid& order_id) { execute(payments::CompletePayment{payment_of(order_id), now_}); }

  void expect_clean() {
    const auto result = audit(*store_);
    EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
    EXPECT_EQ(result.open, 0U) << lasagne::to_json(result);
    const auto parked = runtime_->parked();
    ASSERT_TRUE(parked);
    EXPECT_TRUE(parked->empty());
  }
  std::size_t count(std::string_view type) {
    lasagne::Filter filter;
    filter.types = {std::string(type)};
    const auto slice = store_->read_all(0, filter, 10'000);
    EXPECT_TRUE(slice);
    return slice ? slice->messages.size() : 0;
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

TEST(ShopProcess, APaidOrderIsSentAndCompleted) {
  Shop shop;
  shop.stock(shoes, 10);
  shop.stock(hat, 1);
  const auto id = shop.place_order();
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Pending);
  shop.pay(id);
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Completed);
  EXPECT_EQ(shop.state<ProductStock>(shoes).available, 8);
  EXPECT_EQ(shop.state<ProductStock>(hat).available, 0);
  shop.expect_clean();
  shop.let_time_pass(2 * time_to_pay);  // its timer is gone
  EXPECT_EQ(shop.count("TimeOutPayment"), 0U);
  EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Completed);
  shop.expect_clean();
}

TEST(ShopProcess, AnOrderOutOfStockIsCancelledAndRefunded) {
  Shop shop;
  shop.stock(shoes, 10);
  const auto id = shop.place_order();  // no hats
  shop.pay(id);
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::ProductWasOutOfStock);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Refunded);
  EXPECT_EQ(shop.state<ProductStock>(shoes).available, 10);
  shop.expect_clean();
}

TEST(ShopProcess, AnOrderThatIsNeverPaidTimesOut) {
  Shop shop;
  const auto id = shop.place_order();
  shop.let_time_pass(time_to_pay / 2);
  EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Initialized);
  shop.let_time_pass(time_to_pay);
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::PaymentFailed);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::TimedOut);
  shop.expect_clean();
}

TEST(ShopProcess, ADeclinedPaymentCancelsTheOrder) {
  Shop shop({time_to_pay, payments::SimulatedGateway{100, 0}});
  const auto id = shop.confirm_cart();
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::PaymentFailed);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Discarded);
  shop.expect_clean();
}

TEST(ShopProcess, TheGatewayPaysByItself) {
  Shop shop({time_to_pay, payments::SimulatedGateway{}});
  shop.stock(shoes, 2);
  shop.stock(hat, 1);
  const auto id = shop.confirm_cart();
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Completed);
  shop.expect_clean();
}

TEST(ShopProcess, ACancelledOrderDiscardsItsPendingPayment) {
  Shop shop;
  const auto id = shop.place_order();
  shop.execute(orders::CancelOrder{id, {}, CancellationReason::ClientRequest, shop.now()});
  shop.settle();
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Discarded);
  shop.expect_clean();
}

TEST(ShopProcess, MoneyThatComesAfterTheOrderWasCancelledGoesBack) {
  Shop shop;
  const auto id = shop.place_order();
  shop.execute(orders::CancelOrder{id, {}, CancellationReason::ClientRequest, shop.now()});
  shop.settle();
  shop.pay(id);
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Cancelled);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Refunded);
  shop.expect_clean();
}

TEST(ShopProcess, MoneyThatComesAfterTheTimeOutGoesBack) {
  Shop shop;
  const auto id = shop.place_order();
  shop.let_time_pass(2 * time_to_pay);
  shop.pay(id);
  shop.pay(id);
  shop.settle();
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Refunded);
  EXPECT_EQ(shop.count("PaymentRefunded"), 1U);
  shop.expect_clean();
}

// The payment completes while the cancellation is on its way: the order refuses the payment, and the refusal refunds it.
TEST(ShopProcess, APaymentThatCompletesWhileItsOrderIsCancelledIsRefunded) {
  Shop shop;
  const auto id = shop.place_order();
  shop.pay(id);
  shop.execute(orders::CancelOrder{id, {}, CancellationReason::ClientRequest, shop.now()});
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Cancelled);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Refunded);
  EXPECT_EQ(shop.count("PaymentRefunded"), 1U);
  EXPECT_EQ(shop.count("SendPackage"), 0U);
  shop.expect_clean();
}

TEST(ShopProcess, ARefusedPackageCancelsTheOrderAndRefundsIt) {
  Shop shop;
  const auto id = id_of("big cart");
  shop.execute(shopping_carts::OpenShoppingCart{id, client, shop.now()});
  // One product at many prices: each line is allowed, the package is too large.
  for (int price = 1; price <= 100; ++price) {
    shop.execute(shopping_carts::AddProductItem{id, {shoes, 1'000'000, Money{price}}});
  }
  shop.execute(shopping_carts::ConfirmShoppingCart{id, shop.now()});
  shop.settle();
  // The package itself is within bounds; a refused one is put in its place by hand.
  shop.send(shipments::SendPackage{id, {}, shop.now()});
  shop.settle();
  EXPECT_EQ(shop.count("CommandRejected"), 1U);
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::ShipmentRefused);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Discarded);
  shop.expect_clean();
}

TEST(ShopProcess, ARefusedPaymentRequestCancelsTheOrder) {
  Shop shop;
  const auto id = shop.place_order();
  shop.send(payments::RequestPayment{shop.payment_of(id), id, Money{1}, shop.now()});  // there is one for 250 already
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::PaymentFailed);
  shop.let_time_pass(2 * time_to_pay);
  shop.expect_clean();
}

TEST(ShopProcess, DiscardingAnUnknownPaymentIsRecordedAndEndsThere) {
  Shop shop;
  shop.send(payments::DiscardPayment{id_of("nobody's"), payments::DiscardReason::Declined, shop.now()});
  shop.settle();
  EXPECT_EQ(shop.count("CommandRejected"), 1U);
  shop.expect_clean();
}

// Three things happen to one pending payment, in every order, each once or twice, settled in between or not, with a
// restart or not. Whatever wins, the books balance.
TEST(ShopProcess, EveryOrderOfArrivalBalances) {
  for (const bool twice : {false, true}) {
    for (const bool settled_between : {false, true}) {
      for (const bool restarted : {false, true}) {
        std::array<int, 3> arrival{0, 1, 2};
        do {
          Shop shop;
          shop.stock(shoes, 2);
          shop.stock(hat, 1);
          const auto id = shop.place_order();
          const auto payment_id = shop.payment_of(id);
          for (const int what : arrival) {
            for (int times = 0; times < (twice ? 2 : 1); ++times) {
              if (what == 0) shop.send(payments::CompletePayment{payment_id, shop.now()});
              if (what == 1) shop.send(payments::TimeOutPayment{payment_id, shop.now()});
              if (what == 2) shop.send(orders::CancelOrder{id, {}, CancellationReason::ClientRequest, shop.now()});
            }
            if (restarted) shop.restart();
            if (settled_between) shop.settle();
          }
          shop.settle();
          shop.expect_clean();
          EXPECT_EQ(shop.state<Order>(id).status == OrderStatus::Completed, shop.count("PackageWasSent") == 1);
          shop.let_time_pass(2 * time_to_pay);
          shop.expect_clean();
        } while (std::ranges::next_permutation(arrival).found);
      }
    }
  }
}

TEST(ShopProcess, EveryStepMayBeRepeated) {
  Shop shop;
  shop.stock(shoes, 2);
  shop.stock(hat, 1);
  const auto id = shop.place_order();
  const auto payment_id = shop.payment_of(id);
  const auto repeat_everything = [&] {
    const std::vector<orders::OrderItem> items{{shoes, 2, Money{100}}, {hat, 1, Money{50}}};
    shop.send(orders::InitializeOrder{id, payment_id, client, items, Money{250}, shop.now()});
    shop.send(payments::RequestPayment{payment_id, id, Money{250}, shop.now()});
    shop.settle();
  };
  repeat_everything();
  shop.pay(id);
  shop.settle();
  repeat_everything();
  shop.send(payments::CompletePayment{payment_id, shop.now()});
  shop.send(orders::RecordOrderPayment{id, payment_id, Money{250}, shop.now()});
  shop.send(shipments::SendPackage{id, {{shoes, 2}, {hat, 1}}, shop.now()});
  shop.send(orders::CompleteOrder{id, shop.now()});
  shop.settle();
  EXPECT_EQ(shop.count("PackageWasSent"), 1U);
  EXPECT_EQ(shop.count("OrderCompleted"), 1U);
  EXPECT_EQ(shop.count("CommandRejected"), 0U);
  EXPECT_EQ(shop.state<ProductStock>(shoes).available, 0);
  shop.expect_clean();
}

// More orders than there is stock for: exactly so many are sent as there is stock, however they come.
TEST(ShopProcess, ScarceStockIsGivenOutOnce) {
  Shop shop({time_to_pay, payments::SimulatedGateway{}});
  shop.stock(shoes, 7);
  shop.stock(hat, 100);
  for (int i = 0; i < 10; ++i) shop.confirm_cart("cart " + std::to_string(i));
  shop.settle();
  EXPECT_EQ(shop.count("PackageWasSent"), 3U);
  EXPECT_EQ(shop.state<ProductStock>(shoes).available, 1);
  EXPECT_EQ(shop.state<ProductStock>(hat).available, 97);
  shop.expect_clean();
}

TEST(ShopProcess, WhatARestartFindsIsFinished) {
  Shop shop({time_to_pay, payments::SimulatedGateway{}});
  shop.stock(shoes, 100);
  shop.stock(hat, 100);
  for (int i = 0; i < 5; ++i) {
    shop.confirm_cart("cart " + std::to_string(i));
    shop.restart();
  }
  shop.settle();
  EXPECT_EQ(shop.count("OrderCompleted"), 5U);
  shop.restart();
  shop.settle();
  EXPECT_EQ(shop.count("OrderCompleted"), 5U);
  shop.expect_clean();
}

TEST(ShopProcess, AllOfAnOrderIsOneProcess) {
  Shop shop({time_to_pay, payments::SimulatedGateway{}});
  shop.stock(shoes, 2);
  shop.stock(hat, 1);
  const auto id = id_of("cart");
  lasagne::ExecuteOptions options;
  options.correlation_id = id;
  ASSERT_TRUE(shop.runtime().execute(shopping_carts::OpenShoppingCart{id, client, shop.now()}, options));
  shop.execute(shopping_carts::AddProductItem{id, {shoes, 1, Money{100}}});
  shop.execute(shopping_carts::ConfirmShoppingCart{id, shop.now()});
  shop.settle();
  const auto process = shop.store().read_process(id, 0, 1'000);
  ASSERT_TRUE(process);
  const auto holds = [&](std::string_view type) {
    return std::ranges::any_of(*process, [&](const auto& message) { return message->type == type; });
  };
  for (const auto* type : {"ShoppingCartOpened", "ShoppingCartFinalized", "InitializeOrder", "PaymentCompleted",
                           "StockWasTaken", "PackageWasSent", "OrderCompleted"}) {
    EXPECT_TRUE(holds(type)) << type;
  }
}

TEST(ShopAudit, FindsWhatIsWrong) {
  Shop shop;
  shop.stock(shoes, 2);
  shop.stock(hat, 1);
  const auto id = shop.place_order();
  EXPECT_EQ(audit(shop.store()).open, 1U);
  shop.pay(id);
  shop.settle();
  shop.expect_clean();
  // A package that nobody paid for, and a refund of what was sold.
  shop.send(shipments::SendPackage{id_of("nobody's order"), {{shoes, 1}}, shop.now()});
  shop.send(payments::DiscardPayment{shop.payment_of(id), payments::DiscardReason::Declined, shop.now()});
  shop.settle();
  const auto result = audit(shop.store());
  EXPECT_FALSE(result.violations.empty());
}

TEST(ShopLoad, RunsToRestAndRepeatsNothing) {
  const auto store = lasagne::open("memory:");
  const LoadPlan plan{7, 20};
  constexpr std::uint64_t orders = 200;
  const ShopOptions options{std::chrono::milliseconds(50), payments::SimulatedGateway{10, 10}};
  LoadResult first;
  for (int run = 0; run < 2; ++run) {
    lasagne::Runtime runtime(*store, shop_modules(options));
    runtime.start();
    const auto result = run_load(*store, runtime, plan, orders, options.payment_timeout);
    EXPECT_TRUE(runtime.stop());
    EXPECT_EQ(result.open, 0U);
    EXPECT_EQ(result.completed + result.cancelled, orders);
    EXPECT_GT(result.completed, 80U);
    EXPECT_GT(result.cancelled, 20U);
    if (run == 0) first = result;
    EXPECT_EQ(result.completed, first.completed);
  }
  const auto result = audit(*store);
  EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
  EXPECT_EQ(result.orders, orders);
  EXPECT_EQ(result.open, 0U);
}

TEST(LoadPlan, IsTheSameEveryTime) {
  const LoadPlan plan{42, 10};
  EXPECT_LT(plan.order_id(1), plan.order_id(2));
  EXPECT_NE(plan.order_id(1), (LoadPlan{43, 10}.order_id(1)));
  for (std::uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(plan.index_of(plan.order_id(i), 100), static_cast<std::int64_t>(i));
    EXPECT_EQ(plan.index_of(plan.order_id(i), i), -1);
    const auto once = plan.commands(i, noon);
    const auto again = plan.commands(i, noon);
    ASSERT_EQ(once.size(), again.size());
    for (std::size_t c = 0; c < once.size(); ++c) {
      EXPECT_EQ(once[c].id, again[c].id);
      EXPECT_EQ(once[c].data, again[c].data);
    }
  }
}

}  // namespace
}  // namespace shop
