// Every way an order can go, in every order of arrival, once and twice, with restarts.
#include <algorithm>
#include <array>

#include "lasagne/command_rejected.hpp"
#include "running_shop.hpp"

namespace shop {
namespace {

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

TEST(ShopProcess, AWrongAmountIsRecordedAndRefundedAndCancelsTheOrderWithItsReason) {
  for (const auto& [amount, currency] : {std::pair{249, "EUR"}, {251, "EUR"}, {250, "USD"}}) {
    Shop shop;
    shop.stock(shoes, 10);
    shop.stock(hat, 1);
    const auto id = shop.place_order();
    for (int times = 0; times < 2; ++times) shop.pay(id, Money{amount}, currency);
    shop.settle();
    EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::PaymentMismatched);
    EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Mismatched);
    EXPECT_EQ(shop.count<payments::PaymentMismatched>(), 1U);
    EXPECT_EQ(shop.count<payments::PaymentRefunded>(), 1U);
    EXPECT_EQ(shop.count<shipments::SendPackage>(), 0U);
    shop.pay(id);  // the right money, too late
    shop.settle();
    EXPECT_EQ(shop.count<payments::PaymentRefunded>(), 2U);
    EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Cancelled);
    shop.let_time_pass(2 * time_to_pay);
    EXPECT_EQ(shop.count<payments::TimeOutPayment>(), 0U);
    shop.expect_clean();
  }
}

TEST(ShopProcess, AWrongAmountAfterTheRightOneGoesBackAndTheOrderIsCompleted) {
  Shop shop;
  shop.stock(shoes, 10);
  shop.stock(hat, 1);
  const auto id = shop.place_order();
  shop.pay(id);
  shop.pay(id, Money{1});
  shop.settle();
  EXPECT_EQ(shop.state<Order>(id).status, OrderStatus::Completed);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Completed);
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

// The payment completes while the cancellation is on its way: the order refuses the payment, and the refusal refunds
// it.
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

TEST(ShopProcess, ARefusedPackageCancelsTheOrder) {
  Shop shop;
  const auto id = shop.place_order();
  shop.send(shipments::SendPackage{id, {}, shop.now()});  // an empty package
  shop.settle();
  EXPECT_EQ(shop.count("CommandRejected"), 1U);
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::ShipmentRefused);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Discarded);
  shop.expect_clean();
}

// It does not stand in the rejection as a whole.
TEST(ShopProcess, ARefusedPackageThatIsTooLongForItsRejectionCancelsTheOrder) {
  Shop shop;
  const auto id = shop.place_order();
  std::vector<shipments::PackageItem> items;
  for (std::size_t i = 0; i < 15'500; ++i) items.push_back({id_of("product " + std::to_string(i)), 1});
  shop.send(shipments::SendPackage{id, std::move(items), shop.now()});
  shop.settle();
  const auto rejected = shop.store().read_all(0, {{"lasagne.CommandRejected"}, {}, {}}, 10);
  ASSERT_EQ(rejected->messages.size(), 1U);
  EXPECT_TRUE(lasagne::from_json<lasagne::CommandRejected>(rejected->messages[0]->data)->command_bytes);
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::ShipmentRefused);
  EXPECT_EQ(shop.state<Payment>(shop.payment_of(id)).status, PaymentStatus::Discarded);
  shop.expect_clean();
}

TEST(ShopProcess, APaymentThatTheOrderRefusesGoesBackAndTheOrderIsCancelled) {
  Shop shop;
  const auto id = shop.place_order();
  const auto payment_id = shop.payment_of(id);
  shop.send(orders::RecordOrderPayment{id, payment_id, Money{1}, shop.now()});  // WrongAmount
  shop.settle();
  EXPECT_EQ(shop.count<lasagne::CommandRejected>(), 1U);
  EXPECT_EQ(shop.state<Order>(id).cancellation, CancellationReason::PaymentFailed);
  EXPECT_EQ(shop.state<Payment>(payment_id).status, PaymentStatus::Discarded);
  shop.expect_clean();
}

TEST(ShopProcess, ARefusedPaymentRequestCancelsTheOrder) {
  Shop shop;
  const auto id = shop.place_order();
  shop.send(
      payments::RequestPayment{shop.payment_of(id), id, Money{1}, "EUR", shop.now()});  // there is one for 250 already
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

// Four things happen to one pending payment, in every order, each once or twice, settled in between or not, with a
// restart or not. Whatever wins, the books balance.
TEST(ShopProcess, EveryOrderOfArrivalBalances) {
  for (const bool twice : {false, true}) {
    for (const bool settled_between : {false, true}) {
      for (const bool restarted : {false, true}) {
        std::array<int, 4> arrival{0, 1, 2, 3};
        do {
          Shop shop;
          shop.stock(shoes, 2);
          shop.stock(hat, 1);
          const auto id = shop.place_order();
          const auto payment_id = shop.payment_of(id);
          for (const int what : arrival) {
            for (int times = 0; times < (twice ? 2 : 1); ++times) {
              if (what == 0) shop.send(payments::CompletePayment{payment_id, Money{250}, "EUR", shop.now()});
              if (what == 3) shop.send(payments::CompletePayment{payment_id, Money{1}, "EUR", shop.now()});
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
    shop.send(payments::RequestPayment{payment_id, id, Money{250}, "EUR", shop.now()});
    shop.settle();
  };
  repeat_everything();
  shop.pay(id);
  shop.settle();
  repeat_everything();
  shop.send(payments::CompletePayment{payment_id, Money{250}, "EUR", shop.now()});
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
    return std::ranges::any_of(*process,
                               [&](const auto& message) { return lasagne::last_part(message->type) == type; });
  };
  for (const auto* type : {"ShoppingCartOpened", "ShoppingCartFinalized", "InitializeOrder", "PaymentCompleted",
                           "StockWasTaken", "PackageWasSent", "OrderCompleted"}) {
    EXPECT_TRUE(holds(type)) << type;
  }
}

}  // namespace
}  // namespace shop
