#include "audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "lasagne/json.hpp"
#include "order.hpp"
#include "payment.hpp"
#include "product_stock.hpp"
#include "shipment.hpp"
#include "shop/shopping_carts/external_events.hpp"
#include "shopping_cart.hpp"

namespace shop {

namespace {

using lasagne::Message;
using lasagne::Money;
using lasagne::Uuid;
using namespace orders;
using namespace payments;
using namespace shipments;
using namespace shopping_carts;

__extension__ using Wide = __int128;  // holds any sum of amounts or quantities

// How often each thing happened to one order, and what it was worth.
struct OrderFacts {
  std::uint32_t confirmed = 0, finalized = 0, initialized = 0, paid_recorded = 0, completed = 0, cancelled = 0;
  std::uint32_t payments = 0, payments_completed = 0, refunded = 0, discarded = 0, timed_out = 0, mismatched = 0;
  std::uint32_t packages = 0, sent = 0, out_of_stock = 0;
  std::uint32_t cancelled_for_stock = 0, cancelled_for_payment = 0, cancelled_for_mismatch = 0;
  Wide total = 0, paid_in = 0, paid_back = 0;
  Wide taken = 0, put_back = 0, sent_pieces = 0;
  std::uint64_t mismatched_in = 0, mismatched_back = 0;  // sums of hashes of amount and currency

  [[nodiscard]] bool closed() const { return completed + cancelled > 0; }
};

struct ProductFacts {
  Wide available = 0, taken = 0, put_back = 0, sent = 0;
};

// Of the last two words every bit depends on every bit of both.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a ^ (b * 0x9e3779b97f4a7c15);
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}

std::uint64_t hash_of(Money amount, std::string_view currency) {
  return mix(static_cast<std::uint64_t>(amount.minor_units), std::hash<std::string_view>{}(currency));
}

class Auditor {
 public:
  void read(lasagne::Store& store);
  AuditResult result();

 private:
  template <class... Events>
  struct List {
    static void note(Auditor& auditor, const Message& message) { (auditor.note_if<Events>(message) || ...); }
  };
  using Noted = List<ShoppingCartConfirmed, ShoppingCartFinalized, OrderInitialized, OrderPaymentRecorded,
                     OrderCompleted, OrderCancelled, PaymentRequested, PaymentCompleted, PaymentMismatched,
                     PaymentDiscarded, PaymentRefunded, PaymentTimedOut, PackageRequested, PackageWasSent,
                     ProductWasOutOfStock, StockWasSet, StockWasTaken, StockWasPutBack>;

  template <class E>
  bool note_if(const Message& message) {
    if (!lasagne::names_type<E>(message.type)) return false;
    const auto event = lasagne::from_json<E>(message.data);
    if (event) {
      note(*event);
    } else {
      violation(fmt::format("{} at position {} is unreadable: {}", message.type, message.position,
                            event.error().to_string()));
    }
    return true;
  }

  void note(const ShoppingCartConfirmed& e) { ++orders_[e.cart_id].confirmed; }
  void note(const ShoppingCartFinalized& e) { ++orders_[e.cart_id].finalized; }
  void note(const OrderInitialized& e) {
    auto& order = orders_[e.order_id];
    ++order.initialized;
    order.total = e.total.minor_units;
  }
  void note(const OrderPaymentRecorded& e) { ++orders_[e.order_id].paid_recorded; }
  void note(const OrderCompleted& e) { ++orders_[e.order_id].completed; }
  void note(const OrderCancelled& e) {
    auto& order = orders_[e.order_id];
    ++order.cancelled;
    order.cancelled_for_stock += e.reason == CancellationReason::ProductWasOutOfStock ? 1 : 0;
    order.cancelled_for_payment += e.reason == CancellationReason::PaymentFailed ? 1 : 0;
    order.cancelled_for_mismatch += e.reason == CancellationReason::PaymentMismatched ? 1 : 0;
  }
  void note(const PaymentRequested& e) {
    ++orders_[e.order_id].payments;
    order_of_payment_[e.payment_id] = e.order_id;
  }
  void note(const PaymentCompleted& e) {
    auto& order = order_paid_by(e.payment_id);
    ++order.payments_completed;
    order.paid_in += e.amount.minor_units;
  }
  void note(const PaymentMismatched& e) {
    auto& order = order_paid_by(e.payment_id);
    ++order.mismatched;
    order.mismatched_in += hash_of(e.amount, e.currency);
  }
  void note(const PaymentDiscarded& e) { ++order_paid_by(e.payment_id).discarded; }
  void note(const PaymentTimedOut& e) { ++order_paid_by(e.payment_id).timed_out; }
  void note(const PaymentRefunded& e) {
    auto& order = order_paid_by(e.payment_id);
    if (e.currency) {
      order.mismatched_back += hash_of(e.amount, *e.currency);
      return;
    }
    ++order.refunded;
    order.paid_back += e.amount.minor_units;
  }
  void note(const PackageRequested& e) { ++orders_[e.order_id].packages; }
  void note(const PackageWasSent& e) {
    auto& order = orders_[e.order_id];
    ++order.sent;
    for (const auto& item : e.items) {
      order.sent_pieces += item.quantity;
      products_[item.product_id].sent += item.quantity;
    }
  }
  void note(const ProductWasOutOfStock& e) { ++orders_[e.order_id].out_of_stock; }
  void note(const StockWasSet& e) { products_[e.product_id].available = e.quantity; }
  void note(const StockWasTaken& e) {
    orders_[e.order_id].taken += e.quantity;
    auto& product = products_[e.product_id];
    product.taken += e.quantity;
    product.available -= e.quantity;
    if (product.available < 0)
      violation(fmt::format("product {}: more was taken than there was", e.product_id.to_string()));
  }
  void note(const StockWasPutBack& e) {
    orders_[e.order_id].put_back += e.quantity;
    auto& product = products_[e.product_id];
    product.put_back += e.quantity;
    product.available += e.quantity;
  }

  void expect_no_gap(lasagne::Position seen, lasagne::Position next);
  OrderFacts& order_paid_by(const Uuid& payment_id) {
    const auto found = order_of_payment_.find(payment_id);
    if (found != order_of_payment_.end()) return orders_[found->second];
    violation(fmt::format("payment {}: was never requested", payment_id.to_string()));
    return orders_[payment_id];
  }

  void note_cause(const Message& message);
  void check_order(const Uuid& id, const OrderFacts& order);
  void check_completed(const Uuid& id, const OrderFacts& order);
  void check_cancelled(const Uuid& id, const OrderFacts& order);
  void check_at_rest();
  void check_causes();
  void check_parked(lasagne::Store& store);
  void violation(std::string text) {
    if (++violations_ <= AuditLimits::violations) result_.violations.push_back(std::move(text));
  }
  void expect(bool holds, const Uuid& order_id, std::string_view otherwise) {
    if (!holds) violation(fmt::format("order {}: {}", order_id.to_string(), otherwise));
  }

  // Wrong unless it is only on its way: the last orders of a shop that is not at rest are allowed that.
  void unsettled(const Uuid& order_id, std::string_view what) {
    if (unsettled_.size() > AuditLimits::violations) return;
    unsettled_.push_back(fmt::format("order {} is cancelled but {}", order_id.to_string(), what));
  }

  std::unordered_map<Uuid, OrderFacts> orders_;
  std::unordered_map<Uuid, Uuid> order_of_payment_;
  std::unordered_map<Uuid, ProductFacts> products_;
  std::vector<std::pair<std::uint64_t, lasagne::Position>> causes_;  // of (stream, type, cause), each to be there once
  std::vector<std::string> unsettled_;
  std::uint64_t violations_ = 0;
  AuditResult result_;
};

void Auditor::read(lasagne::Store& store) {
  const auto end = store.visible_position();
  lasagne::Position seen = 0;
  for (lasagne::Position position = 0; position < end;) {
    const auto slice = store.read_all(position, {}, AuditLimits::page);
    if (!slice) throw std::runtime_error(slice.error().message);
    for (const auto& message : slice->messages) {
      expect_no_gap(seen, message->position);
      seen = message->position;
      if (message->kind != lasagne::MessageKind::event) continue;
      Noted::note(*this, *message);
      note_cause(*message);
    }
    if (slice->scanned_to <= position) break;
    position = slice->scanned_to;
  }
  expect_no_gap(seen, end + 1);
  check_parked(store);
}

// Nobody scavenges a shop, so what is missing was lost.
void Auditor::expect_no_gap(lasagne::Position seen, lasagne::Position next) {
  if (next <= seen + 1) return;
  violation(fmt::format("the log is damaged: nothing reads at positions {} to {}", seen + 1, next - 1));
}

void Auditor::note_cause(const Message& message) {
  const auto& cause = message.metadata.causation_id;
  if (cause.is_nil()) return;
  const auto what = mix(std::hash<std::string_view>{}(message.stream), std::hash<std::string_view>{}(lasagne::last_part(message.type)));
  const std::string_view bytes(reinterpret_cast<const char*>(cause.bytes.data()), cause.bytes.size());
  causes_.emplace_back(mix(what, std::hash<std::string_view>{}(bytes)), message.position);
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
  if (order.initialized == 0 && order.finalized + order.confirmed == 0) return;
  ++result_.orders;
  result_.completed += order.completed > 0 ? 1 : 0;
  result_.cancelled += order.completed == 0 && order.cancelled > 0 ? 1 : 0;
  result_.open += order.closed() ? 0 : 1;
  if (order.completed > 0) check_completed(id, order);
  if (order.cancelled > 0) check_cancelled(id, order);
}

void Auditor::check_completed(const Uuid& id, const OrderFacts& order) {
  expect(order.paid_recorded == 1, id, "is completed without a recorded payment");
  expect(order.payments_completed == 1, id, "is completed but not paid once");
  expect(order.refunded + order.discarded + order.timed_out == 0, id,
         "is completed but its payment went back or failed");
  expect(order.paid_in == order.total, id, "is completed but was not paid its total");
  expect(order.sent == 1, id, "is completed but its package was not sent once");
  expect(order.taken == order.sent_pieces && order.put_back == 0, id,
         "is completed but its stock is not what was sent");
}

void Auditor::check_cancelled(const Uuid& id, const OrderFacts& order) {
  expect(order.sent == 0, id, "is cancelled but its package was sent");
  const bool failed = order.refunded + order.discarded + order.timed_out + order.mismatched > 0;
  expect(order.cancelled_for_stock == 0 || order.out_of_stock == 1, id,
         "is cancelled for want of stock that was there");
  expect(order.cancelled_for_payment == 0 || order.payments == 0 || failed, id,
         "is cancelled for a payment that did not fail");
  expect(order.cancelled_for_mismatch == 0 || order.mismatched > 0, id, "is cancelled for a payment that matched");
  if (order.payments > 0 && !failed) unsettled(id, "its payment is neither discarded, timed out nor refunded");
  if (order.paid_in != order.paid_back) unsettled(id, "its money was not paid back");
  if (order.taken != order.put_back) unsettled(id, "its stock was not put back");
}

// Orders under way hold money and stock, and what is undone takes its time: this is for when there are none.
void Auditor::check_at_rest() {
  if (result_.open > 0) return;
  for (auto& text : unsettled_) violation(std::move(text));
  Wide money_in = 0;
  Wide money_of_completed = 0;
  for (const auto& [id, order] : orders_) {
    money_in += order.paid_in - order.paid_back;
    money_of_completed += order.completed > 0 ? order.total : 0;
  }
  if (money_in != money_of_completed) {
    violation(fmt::format("money in is {} but completed orders are worth {}", money_in, money_of_completed));
  }
  for (const auto& [id, product] : products_) {
    if (product.taken - product.put_back != product.sent) {
      violation(fmt::format("product {}: {} were taken and not put back but {} were sent", id.to_string(),
                            product.taken - product.put_back, product.sent));
    }
  }
}

void Auditor::check_causes() {
  std::ranges::sort(causes_);
  for (std::size_t i = 1; i < causes_.size(); ++i) {
    if (causes_[i].first != causes_[i - 1].first) continue;
    violation(fmt::format("the events at positions {} and {} are one event twice for one cause", causes_[i - 1].second,
                          causes_[i].second));
  }
}

void Auditor::check_parked(lasagne::Store& store) {
  const auto parked = store.parked({}, 0, AuditLimits::violations);
  if (!parked) throw std::runtime_error(parked.error().message);
  for (const auto& entry : *parked) {
    if (entry.status != lasagne::ParkedMessage::Status::parked) continue;
    violation(fmt::format("{} parked the message at position {}: {}", entry.processor, entry.position, entry.error));
  }
}

AuditResult Auditor::result() {
  for (const auto& [id, order] : orders_) check_order(id, order);
  check_at_rest();
  check_causes();
  if (violations_ > AuditLimits::violations) {
    result_.violations.push_back(fmt::format("... and {} more", violations_ - AuditLimits::violations));
  }
  return std::move(result_);
}

}  // namespace

AuditResult audit(lasagne::Store& store) {
  Auditor auditor;
  auditor.read(store);
  return auditor.result();
}

}  // namespace shop
