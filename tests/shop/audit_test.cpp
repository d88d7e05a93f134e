// The audit finds what it is there to find: a sound log, with one thing at a time made wrong.
#include "audit.hpp"

#include <functional>
#include <string>
#include <vector>

#include "lasagne/store.hpp"
#include "running_shop.hpp"
#include "shop/payments/external_events.hpp"
#include "shop/shipments/external_events.hpp"
#include "shop/shopping_carts/external_events.hpp"

namespace shop {
namespace {

using shipments::PackageItem;

const Money price{250};
const std::vector<PackageItem> package{{shoes, 2}};
const std::vector<orders::OrderItem> items{{shoes, 2, Money{125}}};

struct Entry {
  std::string stream;
  lasagne::NewMessage message;
};
using Log = std::vector<Entry>;

template <class Event>
Entry entry(std::string stream, const Event& event) {
  lasagne::NewMessage message;
  message.type = lasagne::type_name<Event>;
  message.data = lasagne::to_json(event);
  return {std::move(stream), std::move(message)};
}
template <class D, class Event>
Entry of(const Uuid& id, const Event& event) {
  return entry(lasagne::stream_of<D>(id), event);
}

Log begun() {
  using namespace shopping_carts;
  return {
      of<ProductStock>(shoes, shipments::StockWasSet{shoes, 10, noon}),
      of<ShoppingCart>(cart, ShoppingCartConfirmed{cart, noon}),
      entry("shopping_carts__external-events",
            ShoppingCartFinalized{cart, client, {{shoes, 2, Money{125}}}, price, noon}),
      of<Order>(order, orders::OrderInitialized{order, payment, client, items, price, noon}),
      of<Payment>(payment, payments::PaymentRequested{payment, order, price, noon}),
  };
}

Log operator+(Log log, const Log& more) {
  log.insert(log.end(), more.begin(), more.end());
  return log;
}

const Entry paid = of<Payment>(payment, payments::PaymentCompleted{payment, price, noon});
const Entry mismatched = of<Payment>(payment, payments::PaymentMismatched{payment, Money{1}, "EUR", noon});
const Entry returned = of<Payment>(payment, payments::PaymentRefunded{payment, Money{1}, noon, "EUR"});
const Entry refunded = of<Payment>(payment, payments::PaymentRefunded{payment, price, noon});
const Entry timed_out = of<Payment>(payment, payments::PaymentTimedOut{payment, noon});
const Entry recorded = of<Order>(order, orders::OrderPaymentRecorded{order, payment, items, price, noon});
const Entry packing = of<shipments::Shipment>(order, shipments::PackageRequested{order, package, noon});
const Entry taken = of<ProductStock>(shoes, shipments::StockWasTaken{shoes, order, 2});
const Entry put_back = of<ProductStock>(shoes, shipments::StockWasPutBack{shoes, order, 2});
const Entry sent = of<shipments::Shipment>(order, shipments::PackageWasSent{order, package, noon});
const Entry missing = of<shipments::Shipment>(order, shipments::ProductWasOutOfStock{order, {hat}, package, noon});
const Entry completed = of<Order>(order, orders::OrderCompleted{order, noon});
const Entry cancelled =
    of<Order>(order, orders::OrderCancelled{order, {}, CancellationReason::ProductWasOutOfStock, noon});
const Entry cancelled_for_payment =
    of<Order>(order, orders::OrderCancelled{order, {}, CancellationReason::PaymentFailed, noon});
const Entry cancelled_for_mismatch =
    of<Order>(order, orders::OrderCancelled{order, {}, CancellationReason::PaymentMismatched, noon});

Log sound_sale() { return begun() + Log{paid, recorded, packing, taken, sent, completed}; }
Log sound_refund() { return begun() + Log{paid, recorded, packing, taken, missing, cancelled, put_back, refunded}; }

Log without(Log log, const Entry& gone) {
  std::erase_if(log, [&](const Entry& e) { return e.message.type == gone.message.type && e.stream == gone.stream; });
  return log;
}

// Each message gets an id of its own and, unless it has one, a cause of its own.
AuditResult audit_of(Log log) {
  const auto store = lasagne::open("memory:");
  int number = 0;
  for (auto& [stream, message] : log) {
    message.id = id_of("message " + std::to_string(++number));
    if (message.metadata.causation_id.is_nil()) message.metadata.causation_id = Uuid::derive(message.id, "cause");
    message.metadata.correlation_id = order;
    lasagne::Commit commit;
    commit.appends.push_back({stream, lasagne::ExpectedRevision::any(), {message}});
    EXPECT_TRUE(store->append(commit));
  }
  return audit(*store);
}

void expect_violation(const Log& log, const std::string& text) {
  const auto result = audit_of(log);
  const bool found = std::ranges::any_of(
      result.violations, [&](const std::string& violation) { return violation.find(text) != std::string::npos; });
  EXPECT_TRUE(found) << "no \"" << text << "\" in " << lasagne::to_json(result);
}

TEST(ShopAudit, LikesWhatIsSound) {
  for (const auto& log :
       {sound_sale(), sound_refund(), begun() + Log{timed_out, cancelled_for_payment},
        begun() + Log{timed_out, cancelled_for_payment, paid, refunded},
        begun() + Log{mismatched, returned, cancelled_for_mismatch}, sound_sale() + Log{mismatched, returned}}) {
    const auto result = audit_of(log);
    EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
    EXPECT_EQ(result.orders, 1U);
    EXPECT_EQ(result.open, 0U);
    EXPECT_EQ(result.completed + result.cancelled, 1U);
  }
  EXPECT_EQ(audit_of({}).orders, 0U);
}

TEST(ShopAudit, CountsWhatIsOpen) {
  const auto result = audit_of(begun() + Log{paid, recorded, packing, taken});
  EXPECT_EQ(result.open, 1U);
  EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
  const auto only_confirmed =
      audit_of({of<shopping_carts::ShoppingCart>(cart, shopping_carts::ShoppingCartConfirmed{cart, noon})});
  EXPECT_EQ(only_confirmed.open, 1U);
}

TEST(ShopAudit, FindsAnythingDoneTwice) {
  expect_violation(sound_sale() + Log{begun()[2]}, "finalized more than once");
  expect_violation(sound_sale() + Log{begun()[3]}, "initialized more than once");
  expect_violation(sound_sale() + Log{begun()[4]}, "more than one payment");
  expect_violation(sound_sale() + Log{packing}, "more than one package");
  expect_violation(sound_sale() + Log{sent}, "more than one outcome");
  expect_violation(sound_sale() + Log{missing}, "more than one outcome");
  expect_violation(sound_sale() + Log{completed}, "closed more than once");
  expect_violation(sound_sale() + Log{cancelled}, "closed more than once");
  expect_violation(sound_sale() + Log{paid}, "not paid once");
}

TEST(ShopAudit, FindsASaleThatIsNotWhole) {
  expect_violation(without(sound_sale(), paid), "not paid once");
  expect_violation(without(sound_sale(), recorded), "without a recorded payment");
  expect_violation(without(sound_sale(), sent), "was not sent once");
  expect_violation(without(sound_sale(), taken), "its stock is not what was sent");
  expect_violation(without(sound_sale(), begun()[2]), "has no finalized cart");
  expect_violation(sound_sale() + Log{refunded}, "went back or failed");
  auto cheap = sound_sale();
  cheap[5] = of<Payment>(payment, payments::PaymentCompleted{payment, Money{249}, noon});
  expect_violation(cheap, "was not paid its total");
  expect_violation(cheap, "money in is 249 but completed orders are worth 250");
}

TEST(ShopAudit, FindsACancellationThatIsNotWhole) {
  expect_violation(without(sound_refund(), refunded), "neither discarded, timed out nor refunded");
  expect_violation(without(sound_refund(), refunded) + Log{timed_out}, "its money was not paid back");
  expect_violation(without(sound_refund(), put_back), "its stock was not put back");
  expect_violation(without(sound_refund(), missing) + Log{sent}, "its package was sent");
  expect_violation(begun() + Log{cancelled}, "neither discarded, timed out nor refunded");
}

TEST(ShopAudit, FindsAFalseReason) {
  expect_violation(begun() + Log{timed_out, cancelled}, "for want of stock that was there");
  expect_violation(begun() + Log{paid, cancelled_for_payment}, "for a payment that did not fail");
}

TEST(ShopAudit, FindsMoneyThatDidNotMatchAndDidNotGoBack) {
  const std::string kept = "has money that did not match and did not go back";
  expect_violation(begun() + Log{mismatched, cancelled_for_mismatch}, kept);
  const auto back = [](std::int64_t amount, const char* currency) {
    return of<Payment>(payment, payments::PaymentRefunded{payment, Money{amount}, noon, currency});
  };
  expect_violation(begun() + Log{mismatched, back(2, "EUR"), cancelled_for_mismatch}, kept);
  expect_violation(begun() + Log{mismatched, back(1, "USD"), cancelled_for_mismatch}, kept);
  expect_violation(begun() + Log{mismatched, returned, returned, cancelled_for_mismatch}, kept);
  expect_violation(begun() + Log{timed_out, cancelled_for_mismatch}, "for a payment that matched");
}

TEST(ShopAudit, FindsAPaymentThatMovedTwice) {
  expect_violation(begun() + Log{paid, paid}, "was paid more than once");
  expect_violation(begun() + Log{timed_out, timed_out}, "has a payment that failed more than once");
  expect_violation(begun() + Log{paid, refunded, refunded}, "was paid back more often than paid");
}

TEST(ShopAudit, FindsStockThatDoesNotAddUp) {
  const Entry too_much = of<ProductStock>(shoes, shipments::StockWasTaken{shoes, id_of("other order"), 9});
  expect_violation(sound_sale() + Log{too_much}, "more was taken than there was");
  expect_violation(sound_sale() + Log{too_much}, "11 were taken and not put back but 2 were sent");
}

TEST(ShopAudit, FindsMoneyOfNobody) {
  const auto stranger = id_of("stranger");
  expect_violation({of<Payment>(stranger, payments::PaymentCompleted{stranger, price, noon})}, "was never requested");
  expect_violation({of<Payment>(stranger, payments::PaymentRequested{stranger, order, price, noon})},
                   "has a payment but does not exist");
}

TEST(ShopAudit, FindsOneEventTwiceForOneCause) {
  auto log = sound_sale();
  // Of a kind that is not counted otherwise.
  auto added = of<shopping_carts::ShoppingCart>(cart, shopping_carts::ProductItemAdded{cart, {shoes, 2, Money{125}}});
  added.message.metadata.causation_id = id_of("one command");
  expect_violation(log + Log{added, added}, "the same effect of one cause, twice");
  EXPECT_TRUE(audit_of(log + Log{added}).violations.empty());
}

TEST(ShopAudit, FindsWhatItCannotRead) {
  auto log = sound_sale();
  log[3].message.data = "{}";
  expect_violation(log, "is unreadable");
}

TEST(ShopAudit, FindsWhatTheLogLost) {
  const auto store = lasagne::open("memory:");
  for (const auto* stream : {"Order-1", "Order-2", "Order-3"}) {
    lasagne::Commit commit;
    commit.appends.push_back({stream, lasagne::ExpectedRevision::any(), {begun()[0].message}});
    commit.appends.back().messages.front().id = id_of(stream);
    ASSERT_TRUE(store->append(commit));
  }
  ASSERT_TRUE(store->delete_stream("Order-2", lasagne::ExpectedRevision::any()));
  ASSERT_TRUE(store->delete_stream("Order-3", lasagne::ExpectedRevision::any()));
  ASSERT_TRUE(store->scavenge());
  const auto result = audit(*store);
  ASSERT_FALSE(result.violations.empty());
  EXPECT_EQ(result.violations[0], "the log is damaged: nothing reads at positions 2 to 3");
}

TEST(ShopAudit, FindsParkedMessages) {
  const auto store = lasagne::open("memory:");
  lasagne::Commit commit;
  commit.appends.push_back({"Order-1", lasagne::ExpectedRevision::any(), {paid.message}});
  commit.appends.back().messages.front().id = id_of("message");
  commit.parked_put.push_back(
      {"orders/commands", 1, "Order-1", lasagne::ParkedMessage::Status::parked, 5, {}, "no", {}});
  ASSERT_TRUE(store->append(commit));
  const auto result = audit(*store);
  EXPECT_TRUE(std::ranges::any_of(result.violations, [](const std::string& violation) {
    return violation.find("orders/commands parked the message at position 1: no") != std::string::npos;
  })) << lasagne::to_json(result);
}

// 2 * (2^63 - 1) + 252 is the price of 250 to whoever adds up in 64 bits.
TEST(ShopAudit, AddsUpWithoutWrapping) {
  const auto also_paid = [](std::int64_t amount) {
    return of<Payment>(payment, payments::PaymentCompleted{payment, Money{amount}, noon});
  };
  const Log too_often{also_paid(INT64_MAX), also_paid(INT64_MAX), also_paid(252)};
  expect_violation(without(sound_sale(), paid) + too_often, "was not paid its total");
  const auto also_taken = [](std::int64_t quantity) {
    return of<ProductStock>(shoes, shipments::StockWasTaken{shoes, order, quantity});
  };
  const Log too_much{also_taken(INT64_MAX), also_taken(INT64_MAX), also_taken(4)};
  expect_violation(without(sound_sale(), taken) + too_much, "its stock is not what was sent");
}

TEST(ShopAudit, TellsABoundedNumberOfViolations) {
  Log log;
  for (int i = 0; i < 300; ++i) {
    const auto stranger = id_of("stranger " + std::to_string(i));
    log.push_back(of<Payment>(stranger, payments::PaymentCompleted{stranger, price, noon}));
  }
  EXPECT_EQ(audit_of(log).violations.size(), AuditLimits::violations + 1);
}

}  // namespace
}  // namespace shop
