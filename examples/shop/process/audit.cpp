#include "audit.hpp"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "common/log_audit.hpp"
#include "lasagne/command_rejected.hpp"
#include "lasagne/json.hpp"
#include "order_facts.hpp"
#include "orders_module.hpp"
#include "payments_module.hpp"
#include "shipments_module.hpp"
#include "shopping_carts_module.hpp"
#include "terminal/terminal_text.hpp"

namespace shop {

namespace {

using examples::AuditedProcessor;
using lasagne::Uuid;
using namespace orders;
using namespace payments;
using namespace shipments;
using namespace shopping_carts;

template <class... Messages>
std::vector<std::string> types() {
  return lasagne::stored_names<Messages...>();
}

template <class Handler>
std::string name_of(std::string_view module_and_kind) {
  return std::string(module_and_kind) + std::string(lasagne::type_name<Handler>);
}

const std::string deadline_processor = name_of<PaymentDeadline>("payments/saga/");

// The gateway's is not among them: its answers may overtake one another.
std::vector<AuditedProcessor> audited_processors() {
  return {
      {name_of<ShoppingCartForwarder>("shopping_carts/forwarder/"), types<ShoppingCartConfirmed>(),
       types<ShoppingCartFinalized>()},
      {name_of<OrderSaga>("orders/saga/"),
       types<ShoppingCartFinalized, OrderInitialized, PaymentFinalized, OrderPaymentRecorded, ShipmentFinalized,
             ShipmentFailed, PaymentFailed, OrderCancelled, lasagne::CommandRejected>(),
       types<InitializeOrder, RequestPayment, RecordOrderPayment, SendPackage, CompleteOrder, CancelOrder>()},
      {name_of<PaymentForwarder>("payments/forwarder/"),
       types<PaymentCompleted, PaymentMismatched, PaymentDiscarded, PaymentRefunded, PaymentTimedOut>(),
       types<PaymentFinalized, PaymentFailed>()},
      {deadline_processor, types<PaymentRequested, PaymentCompleted, PaymentMismatched, PaymentDiscarded>(),
       types<TimeOutPayment>()},
      {name_of<PackingSaga>("shipments/saga/"),
       types<PackageRequested, StockWasTaken, StockWasShort, ProductWasOutOfStock, lasagne::CommandRejected>(),
       types<TakeStock, RecordStockTaken, RecordStockShortage, PutBackStock>()},
      {name_of<ShipmentForwarder>("shipments/forwarder/"), types<PackageWasSent, ProductWasOutOfStock>(),
       types<ShipmentFinalized, ShipmentFailed>()},
  };
}

template <class T>
T value_of(lasagne::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

struct Timers {
  lasagne::Position set_up_to = 0;        // those of payments that were requested up to here
  std::unordered_set<Uuid> by_payment{};  // those that have not fired
};

Timers read_timers(lasagne::Store& store) {
  Timers timers{examples::checkpoint_of(store, deadline_processor)};
  const lasagne::Timestamp end_of_time{std::numeric_limits<std::int64_t>::max()};
  for (const auto& timer : value_of(store.due_timers(end_of_time, AuditLimits::timers))) {
    if (!lasagne::names_type<TimeOutPayment>(timer.message.type)) continue;
    const auto command = lasagne::from_json<TimeOutPayment>(timer.message.data);
    if (command) timers.by_payment.insert(command->payment_id);
  }
  return timers;
}

class Auditor {
 public:
  explicit Auditor(lasagne::Store& store);
  AuditResult result();

 private:
  void check_order(const Uuid& id, const OrderFacts& order);
  void check_contents(const Uuid& id, const OrderFacts& order);
  void check_completed(const Uuid& id, const OrderFacts& order);
  void check_cancelled(const Uuid& id, const OrderFacts& order);
  void check_open(const Uuid& id, const OrderFacts& order);
  void check_streams(const Uuid& id, const OrderFacts& order);
  void check_at_rest();
  void violation(const std::string& text) {
    if (++violations_ <= AuditLimits::violations) result_.violations.push_back(terminal::printable(text));
  }
  void expect(bool holds, const Uuid& order_id, std::string_view otherwise) {
    if (!holds) violation(fmt::format("order {}: {}", order_id.to_string(), otherwise));
  }

  // Wrong unless it is only on its way: the last orders of a shop that is not at rest are allowed that.
  void unsettled(const Uuid& order_id, std::string_view what) {
    if (unsettled_.size() > AuditLimits::violations) return;
    unsettled_.push_back(fmt::format("order {} is cancelled but {}", order_id.to_string(), what));
  }

  Timers timers_;  // read first: a payment that the log then shows as pending, and that has none, has lost it
  examples::LogAudit log_;
  Facts facts_;
  std::vector<std::string> unsettled_;
  std::uint64_t violations_ = 0;
  AuditResult result_;
};

Auditor::Auditor(lasagne::Store& store)
    : timers_(read_timers(store)),
      log_(store, {"shopping_carts", "orders", "payments", "shipments"}, audited_processors(),
           [this](const std::string& text) { violation(text); }) {
  log_.read([this](const lasagne::Message& message) {
    if (const auto problem = facts_.note(message)) violation(*problem);
  });
  log_.check_checkpoints();
  log_.check_parked();
}

void Auditor::check_order(const Uuid& id, const OrderFacts& order) {
  expect(order.finalized <= 1, id, "its cart was finalized more than once");
  expect(order.initialized <= 1, id, "was initialized more than once");
  expect(order.initialized == 0 || order.finalized == 1, id, "has no finalized cart");
  expect(order.payments <= 1, id, "has more than one payment");
  expect(order.payments == 0 || order.initialized == 1, id, "has a payment but does not exist");
  expect(order.payments_completed <= order.payments, id, "was paid more than once");
  expect(order.discarded + order.timed_out <= order.payments, id, "has a payment that failed more than once");
  expect(order.refunded <= order.payments_completed, id, "was paid back more often than paid");
  expect(order.mismatched_in == order.mismatched_back, id, "has money that did not match and did not go back");
  expect(order.packages <= 1, id, "has more than one package");
  expect(order.sent + order.out_of_stock <= 1, id, "has more than one outcome of its package");
  expect(order.completed + order.cancelled <= 1, id, "was closed more than once");
  check_contents(id, order);
  check_streams(id, order);
  if (!order.exists()) return;
  ++result_.orders;
  result_.completed += order.completed > 0 ? 1 : 0;
  result_.cancelled += order.completed == 0 && order.cancelled > 0 ? 1 : 0;
  result_.open += order.closed() ? 0 : 1;
  if (order.completed > 0) check_completed(id, order);
  if (order.cancelled > 0) check_cancelled(id, order);
  if (!order.closed()) check_open(id, order);
}

// What is in the cart is ordered, paid and sent: no amount and no quantity changes on the way.
void Auditor::check_contents(const Uuid& id, const OrderFacts& order) {
  const bool both = order.finalized == 1 && order.initialized == 1;
  expect(order.finalized != 1 || order.items_changed == 0 || order.in_finalized == order.in_cart, id,
         "its cart was finalized with other items than it held");
  expect(order.finalized != 1 || order.in_finalized.worth == order.finalized_total, id,
         "its cart was finalized with a total that is not that of its items");
  expect(!both || (order.ordered == order.in_finalized && order.total == order.finalized_total), id,
         "is not what its cart was finalized with");
  expect(order.payments != 1 || order.initialized != 1 || order.requested == order.total, id,
         "was to be paid another amount than its total");
  expect(order.payments_completed != 1 || order.paid_in == order.requested, id,
         "was paid another amount than requested");
  expect(order.published == order.requested * order.payments_published, id,
         "has a payment that was published with another amount");
  expect(order.paid_recorded != 1 || (order.recorded == order.total && order.in_recorded == order.ordered), id,
         "was recorded as paid for other items or another amount");
  expect(order.packages != 1 || order.initialized != 1 || order.in_package == order.to_be_sent, id,
         "has a package that is not what was ordered");
  expect(order.sent != 1 || order.packages != 1 || order.in_sent == order.in_package, id,
         "was sent something else than its package");
  expect(order.shipments_published == 0 || order.in_published_shipment == order.in_sent, id,
         "has a shipment that was published as something else");
}

void Auditor::check_streams(const Uuid& id, const OrderFacts& order) {
  const auto check = [&](const std::string& stream, std::uint32_t events) {
    if (events > 0) log_.check_stream(stream, events - 1);
  };
  check(lasagne::stream_of<ShoppingCart>(id), order.cart_events);
  check(lasagne::stream_of<Order>(id), order.order_events);
  check(lasagne::stream_of<Payment>(order.payment_id), order.payment_events);
  check(lasagne::stream_of<Shipment>(id), order.shipment_events);
}

void Auditor::check_completed(const Uuid& id, const OrderFacts& order) {
  expect(order.paid_recorded == 1, id, "is completed without a recorded payment");
  expect(order.payments_completed == 1, id, "is completed but not paid once");
  expect(order.refunded + order.discarded + order.timed_out == 0, id,
         "is completed but its payment went back or failed");
  expect(order.paid_in == order.total, id, "is completed but was not paid its total");
  expect(order.sent == 1, id, "is completed but its package was not sent once");
  expect(order.taken == order.sent_pieces && order.put_back == 0 && order.in_stock == order.in_sent, id,
         "is completed but its stock is not what was sent");
}

void Auditor::check_cancelled(const Uuid& id, const OrderFacts& order) {
  expect(order.sent == 0, id, "is cancelled but its package was sent");
  expect(order.cancelled_for_stock == 0 || order.out_of_stock == 1, id,
         "is cancelled for want of stock that was there");
  expect(order.out_of_stock != 1 || order.to_be_put_back == order.in_taken, id,
         "is to put back other stock than was taken for it");
  expect(order.cancelled_for_payment == 0 || order.payments == 0 || order.payment_failed(), id,
         "is cancelled for a payment that did not fail");
  expect(order.cancelled_for_mismatch == 0 || order.mismatched > 0, id, "is cancelled for a payment that matched");
  if (order.payments > 0 && !order.payment_failed())
    unsettled(id, "its payment is neither discarded, timed out nor refunded");
  if (order.paid_in != order.paid_back) unsettled(id, "its money was not paid back");
  if (order.taken != order.put_back || order.in_stock != Contents{}) unsettled(id, "its stock was not put back");
}

// An open order waits for the gateway, within a time; or something is under way for it.
void Auditor::check_open(const Uuid& id, const OrderFacts& order) {
  if (!order.payment_pending()) {
    expect(!log_.at_rest(), id, "hangs: it is open, and nothing is under way for it");
    return;
  }
  const bool timer_was_set = order.requested_at <= timers_.set_up_to;
  expect(!timer_was_set || order.timer_fired || timers_.by_payment.contains(order.payment_id), id,
         "waits for a payment whose timer is gone");
}

// What is undone takes its time: this is for when there is nothing under way.
void Auditor::check_at_rest() {
  if (result_.open > 0 && !log_.at_rest()) return;
  for (const auto& text : unsettled_) violation(text);
  Wide money_in = 0;
  Wide money_of_completed = 0;
  for (const auto& [id, order] : facts_.orders()) {
    money_in += order.paid_in - order.paid_back;
    money_of_completed += order.completed > 0 ? order.total : 0;
  }
  if (money_in != money_of_completed) {
    violation(fmt::format("money in is {} but completed orders are worth {}", money_in, money_of_completed));
  }
  for (const auto& [id, product] : facts_.products()) {
    if (product.taken - product.put_back != product.sent) {
      violation(fmt::format("product {}: {} were taken and not put back but {} were sent", id.to_string(),
                            product.taken - product.put_back, product.sent));
    }
  }
}

AuditResult Auditor::result() {
  for (const auto& [id, order] : facts_.orders()) check_order(id, order);
  for (const auto& [id, product] : facts_.products()) {
    if (product.events > 0) log_.check_stream(lasagne::stream_of<ProductStock>(id), product.events - 1);
  }
  check_at_rest();
  if (violations_ > AuditLimits::violations) {
    result_.violations.push_back(fmt::format("... and {} more", violations_ - AuditLimits::violations));
  }
  return std::move(result_);
}

}  // namespace

AuditResult audit(lasagne::Store& store) { return Auditor(store).result(); }

}  // namespace shop
