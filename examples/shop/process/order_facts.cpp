#include "order_facts.hpp"

#include <fmt/format.h>

#include <string_view>

#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"

namespace shop {

using lasagne::Message;
using lasagne::Money;
using lasagne::Uuid;
using namespace orders;
using namespace payments;
using namespace shipments;
using namespace shopping_carts;

namespace {

// Of the last two words every bit depends on every bit of both.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a ^ (b * 0x9e3779b97f4a7c15);
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}

std::uint64_t hash_of(Money amount, std::string_view currency) {
  return mix(static_cast<std::uint64_t>(amount.minor_units), std::hash<std::string_view>{}(currency));
}

}  // namespace

void Contents::add(const Uuid& product_id, Money unit_price, std::int64_t quantity) {
  const auto one = mix(std::hash<Uuid>{}(product_id), static_cast<std::uint64_t>(unit_price.minor_units) + 1);
  sum += one * static_cast<std::uint64_t>(quantity);
  worth += static_cast<Wide>(unit_price.minor_units) * quantity;
}

Contents contents_of(const std::vector<OrderItem>& items) {
  Contents contents;
  for (const auto& item : items) contents.add(item.product_id, item.unit_price, item.quantity);
  return contents;
}
Contents contents_of(const std::vector<PricedItem>& items) {
  Contents contents;
  for (const auto& item : items) contents.add(item.product_id, item.unit_price, item.quantity);
  return contents;
}
Contents contents_of(const std::vector<PackageItem>& items) {
  Contents contents;
  for (const auto& item : items) contents.add(item.product_id, item.quantity);
  return contents;
}

template <class... Messages>
struct Facts::List {
  static void note(Facts& facts, const Message& message, std::optional<std::string>& problem) {
    (facts.note_if<Messages>(message, problem) || ...);
  }
};

template <class M>
bool Facts::note_if(const Message& message, std::optional<std::string>& problem) {
  if (!lasagne::names_type<M>(message.type)) return false;
  if (const auto value = lasagne::from_json<M>(message.data)) {
    note(*value);
  } else {
    problem =
        fmt::format("{} at position {} is unreadable: {}", message.type, message.position, value.error().to_string());
  }
  return true;
}

std::optional<std::string> Facts::note(const Message& message) {
  std::optional<std::string> problem;
  position_ = message.position;
  found_.reset();
  if (message.kind == lasagne::MessageKind::command) {
    List<TimeOutPayment>::note(*this, message, problem);
    return problem;
  }
  List<ProductItemAdded, ProductItemRemoved, ShoppingCartConfirmed, ShoppingCartFinalized, OrderInitialized,
       OrderPaymentRecorded, OrderCompleted, OrderCancelled, PaymentRequested, PaymentCompleted, PaymentMismatched,
       PaymentDiscarded, PaymentRefunded, PaymentTimedOut, PaymentFinalized, PaymentFailed, PackageRequested,
       PackageWasSent, ProductWasOutOfStock, ShipmentFinalized, StockWasSet, StockWasTaken,
       StockWasPutBack>::note(*this, message, problem);
  count_in_its_stream(message);
  return problem ? problem : found_;
}

void Facts::count_in_its_stream(const Message& message) {
  const std::string_view stream = message.stream;
  const auto category = lasagne::category_of(stream);
  if (category.size() == stream.size()) return;
  const auto id = Uuid::parse(stream.substr(category.size() + 1));
  if (!id) return;
  if (category == ShoppingCart::category) ++orders_[*id].cart_events;
  if (category == Order::category) ++orders_[*id].order_events;
  if (category == Shipment::category) ++orders_[*id].shipment_events;
  if (category == ProductStock::category) ++products_[*id].events;
  if (category == Payment::category && order_of_payment_.contains(*id))
    ++orders_[order_of_payment_[*id]].payment_events;
}

OrderFacts& Facts::order_paid_by(const Uuid& payment_id) {
  const auto found = order_of_payment_.find(payment_id);
  if (found != order_of_payment_.end()) return orders_[found->second];
  found_ = fmt::format("payment {}: was never requested", payment_id.to_string());
  return orders_[payment_id];
}

void Facts::note(const ProductItemAdded& e) {
  auto& order = orders_[e.cart_id];
  ++order.items_changed;
  order.in_cart.add(e.item.product_id, e.item.unit_price, e.item.quantity);
}
void Facts::note(const ProductItemRemoved& e) {
  auto& order = orders_[e.cart_id];
  ++order.items_changed;
  order.in_cart.remove(contents_of(std::vector{e.item}));
}
void Facts::note(const ShoppingCartConfirmed& e) { ++orders_[e.cart_id].confirmed; }
void Facts::note(const ShoppingCartFinalized& e) {
  auto& order = orders_[e.cart_id];
  ++order.finalized;
  order.finalized_total = e.total.minor_units;
  order.in_finalized = contents_of(e.items);
}
void Facts::note(const OrderInitialized& e) {
  auto& order = orders_[e.order_id];
  ++order.initialized;
  order.total = e.total.minor_units;
  order.ordered = contents_of(e.items);
  order.to_be_sent = {};
  for (const auto& item : e.items) order.to_be_sent.add(item.product_id, item.quantity);
}
void Facts::note(const OrderPaymentRecorded& e) {
  auto& order = orders_[e.order_id];
  ++order.paid_recorded;
  order.recorded = e.amount.minor_units;
  order.in_recorded = contents_of(e.items);
}
void Facts::note(const OrderCompleted& e) { ++orders_[e.order_id].completed; }
void Facts::note(const OrderCancelled& e) {
  auto& order = orders_[e.order_id];
  ++order.cancelled;
  order.cancelled_for_stock += e.reason == CancellationReason::ProductWasOutOfStock ? 1 : 0;
  order.cancelled_for_payment += e.reason == CancellationReason::PaymentFailed ? 1 : 0;
  order.cancelled_for_mismatch += e.reason == CancellationReason::PaymentMismatched ? 1 : 0;
}
void Facts::note(const PaymentRequested& e) {
  auto& order = orders_[e.order_id];
  ++order.payments;
  order.requested = e.amount.minor_units;
  order.requested_at = position_;
  order.payment_id = e.payment_id;
  order_of_payment_[e.payment_id] = e.order_id;
}
void Facts::note(const PaymentCompleted& e) {
  auto& order = order_paid_by(e.payment_id);
  ++order.payments_completed;
  order.paid_in += e.amount.minor_units;
}
void Facts::note(const PaymentMismatched& e) {
  auto& order = order_paid_by(e.payment_id);
  ++order.mismatched;
  order.mismatched_in += hash_of(e.amount, e.currency);
}
void Facts::note(const PaymentDiscarded& e) { ++order_paid_by(e.payment_id).discarded; }
void Facts::note(const PaymentTimedOut& e) { ++order_paid_by(e.payment_id).timed_out; }
void Facts::note(const PaymentRefunded& e) {
  auto& order = order_paid_by(e.payment_id);
  if (e.currency) {
    order.mismatched_back += hash_of(e.amount, *e.currency);
    return;
  }
  ++order.refunded;
  order.paid_back += e.amount.minor_units;
}
void Facts::note(const TimeOutPayment& e) {
  const auto found = order_of_payment_.find(e.payment_id);
  if (found != order_of_payment_.end()) orders_[found->second].timer_fired = true;
}
void Facts::note(const PaymentFinalized& e) {
  auto& order = orders_[e.order_id];
  ++order.payments_published;
  order.published += e.amount.minor_units;
}
void Facts::note(const PaymentFailed& e) {
  auto& order = orders_[e.order_id];
  ++order.payments_published;
  order.published += e.amount.minor_units;
}
void Facts::note(const PackageRequested& e) {
  auto& order = orders_[e.order_id];
  ++order.packages;
  order.in_package = contents_of(e.items);
}
void Facts::note(const PackageWasSent& e) {
  auto& order = orders_[e.order_id];
  ++order.sent;
  order.in_sent = contents_of(e.items);
  for (const auto& item : e.items) {
    order.sent_pieces += item.quantity;
    products_[item.product_id].sent += item.quantity;
  }
}
void Facts::note(const ProductWasOutOfStock& e) {
  auto& order = orders_[e.order_id];
  ++order.out_of_stock;
  order.to_be_put_back = contents_of(e.taken);
}
void Facts::note(const ShipmentFinalized& e) {
  auto& order = orders_[e.order_id];
  ++order.shipments_published;
  order.in_published_shipment = contents_of(e.items);
}
void Facts::note(const StockWasSet& e) { products_[e.product_id].available = e.quantity; }
void Facts::note(const StockWasTaken& e) {
  auto& order = orders_[e.order_id];
  order.taken += e.quantity;
  order.in_stock.add(e.product_id, e.quantity);
  order.in_taken.add(e.product_id, e.quantity);
  auto& product = products_[e.product_id];
  product.taken += e.quantity;
  product.available -= e.quantity;
  if (product.available < 0) {
    found_ = fmt::format("product {}: more was taken than there was", e.product_id.to_string());
  }
}
void Facts::note(const StockWasPutBack& e) {
  auto& order = orders_[e.order_id];
  order.put_back += e.quantity;
  order.in_stock.remove(contents_of(std::vector{PackageItem{e.product_id, e.quantity}}));
  auto& product = products_[e.product_id];
  product.put_back += e.quantity;
  product.available += e.quantity;
}

}  // namespace shop
