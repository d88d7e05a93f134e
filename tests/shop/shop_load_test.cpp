// The load and the audit.
#include <atomic>

#include "load.hpp"
#include "running_shop.hpp"

namespace shop {
namespace {

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
  shop.send(payments::DiscardPayment{shop.payment_of(id), payments::DiscardReason::OrderCancelled, shop.now()});
  shop.settle();
  const auto result = audit(shop.store());
  EXPECT_FALSE(result.violations.empty());
}

// The clock stands still until all that needs no time is done: however slow the machine is, only those that are never
// paid time out.
TEST(ShopLoad, RunsToRestAndRepeatsNothing) {
  std::atomic<lasagne::Timestamp> now{noon};
  const auto clock = [&] { return now.load(); };
  const auto store = lasagne::open("memory:", {.clock = clock});
  const LoadPlan plan{7, 20};
  constexpr std::uint64_t orders = 200;
  const ShopOptions options{std::chrono::minutes(15), payments::SimulatedGateway{10, 10, 10}};
  LoadResult first;
  for (int run = 0; run < 2; ++run) {
    lasagne::Runtime runtime(*store, shop_modules(options), {clock});
    runtime.start();
    const auto time_out = [&](std::uint64_t) {
      EXPECT_TRUE(runtime.wait_until_idle());
      now = now.load() + options.payment_timeout;
      EXPECT_TRUE(runtime.wait_until_idle());
    };
    const auto result = run_load(*store, runtime, plan, orders, options.payment_timeout, time_out);
    EXPECT_TRUE(runtime.stop());
    EXPECT_EQ(result.open, 0U);
    EXPECT_EQ(result.completed + result.cancelled, orders);
    EXPECT_GT(result.completed, 70U);
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
