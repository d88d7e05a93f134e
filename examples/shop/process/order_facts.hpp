// What a log says of each order and product, added up for the audit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lasagne/message.hpp"
#include "order.hpp"
#include "payment.hpp"
#include "product_stock.hpp"
#include "shipment.hpp"
#include "shop/payments/external_events.hpp"
#include "shop/shipments/external_events.hpp"
#include "shop/shopping_carts/external_events.hpp"
#include "shopping_cart.hpp"

namespace shop {

__extension__ using Wide = __int128;  // holds any sum of amounts or quantities

// A number of things at prices, or of things alone: equal contents have equal sums, in whatever order they are listed.
struct Contents {
  std::uint64_t sum = 0;  // of hashes
  Wide worth = 0;

  void add(const lasagne::Uuid& product_id, lasagne::Money unit_price, std::int64_t quantity);
  void add(const lasagne::Uuid& product_id, std::int64_t quantity) { add(product_id, {}, quantity); }
  void remove(const Contents& other) {
    sum -= other.sum;
    worth -= other.worth;
  }
  friend bool operator==(const Contents&, const Contents&) = default;
};
[[nodiscard]] Contents contents_of(const std::vector<orders::OrderItem>& items);
[[nodiscard]] Contents contents_of(const std::vector<shopping_carts::PricedItem>& items);
[[nodiscard]] Contents contents_of(const std::vector<shipments::PackageItem>& items);

// How often each thing happened to one order, and what it was worth.
struct OrderFacts {
  std::uint32_t confirmed = 0, finalized = 0, initialized = 0, paid_recorded = 0, completed = 0, cancelled = 0;
  std::uint32_t payments = 0, payments_completed = 0, refunded = 0, discarded = 0, timed_out = 0, mismatched = 0;
  std::uint32_t packages = 0, sent = 0, out_of_stock = 0, items_changed = 0;
  std::uint32_t cancelled_for_stock = 0, cancelled_for_payment = 0, cancelled_for_mismatch = 0;
  Wide total = 0, finalized_total = 0, requested = 0, recorded = 0, paid_in = 0, paid_back = 0, published = 0;
  Wide taken = 0, put_back = 0, sent_pieces = 0;
  std::uint64_t mismatched_in = 0, mismatched_back = 0;  // sums of hashes of amount and currency
  std::uint32_t payments_published = 0, shipments_published = 0;
  Contents in_cart, in_finalized, ordered, in_recorded;                                                 // with prices
  Contents to_be_sent, in_package, in_sent, in_published_shipment, in_stock, in_taken, to_be_put_back;  // without
  lasagne::Position requested_at = 0;  // of its payment
  bool timer_fired = false;            // that of its payment
  lasagne::Uuid payment_id;
  std::uint32_t cart_events = 0, order_events = 0, payment_events = 0, shipment_events = 0;  // in their streams

  [[nodiscard]] bool exists() const { return initialized + finalized + confirmed > 0; }
  [[nodiscard]] bool closed() const { return completed + cancelled > 0; }
  [[nodiscard]] bool payment_failed() const { return refunded + discarded + timed_out + mismatched > 0; }
  // Waits for the gateway, and for nobody else.
  [[nodiscard]] bool payment_pending() const { return payments == 1 && payments_completed == 0 && !payment_failed(); }
};

struct ProductFacts {
  Wide available = 0, taken = 0, put_back = 0, sent = 0;
  std::uint32_t events = 0;
};

class Facts {
 public:
  // Empty, or what is wrong with the message alone.
  std::optional<std::string> note(const lasagne::Message& message);

  [[nodiscard]] const std::unordered_map<lasagne::Uuid, OrderFacts>& orders() const { return orders_; }
  [[nodiscard]] const std::unordered_map<lasagne::Uuid, ProductFacts>& products() const { return products_; }

 private:
  template <class... Messages>
  struct List;

  template <class M>
  bool note_if(const lasagne::Message& message, std::optional<std::string>& problem);
  void count_in_its_stream(const lasagne::Message& message);
  OrderFacts& order_paid_by(const lasagne::Uuid& payment_id);

  void note(const shopping_carts::ProductItemAdded& e);
  void note(const shopping_carts::ProductItemRemoved& e);
  void note(const shopping_carts::ShoppingCartConfirmed& e);
  void note(const shopping_carts::ShoppingCartFinalized& e);
  void note(const orders::OrderInitialized& e);
  void note(const orders::OrderPaymentRecorded& e);
  void note(const orders::OrderCompleted& e);
  void note(const orders::OrderCancelled& e);
  void note(const payments::PaymentRequested& e);
  void note(const payments::PaymentCompleted& e);
  void note(const payments::PaymentMismatched& e);
  void note(const payments::PaymentDiscarded& e);
  void note(const payments::PaymentRefunded& e);
  void note(const payments::PaymentTimedOut& e);
  void note(const payments::TimeOutPayment& e);
  void note(const payments::PaymentFinalized& e);
  void note(const payments::PaymentFailed& e);
  void note(const shipments::PackageRequested& e);
  void note(const shipments::PackageWasSent& e);
  void note(const shipments::ProductWasOutOfStock& e);
  void note(const shipments::ShipmentFinalized& e);
  void note(const shipments::StockWasSet& e);
  void note(const shipments::StockWasTaken& e);
  void note(const shipments::StockWasPutBack& e);

  std::unordered_map<lasagne::Uuid, OrderFacts> orders_;
  std::unordered_map<lasagne::Uuid, lasagne::Uuid> order_of_payment_;
  std::unordered_map<lasagne::Uuid, ProductFacts> products_;
  lasagne::Position position_ = 0;  // of the message under way
  std::optional<std::string> found_;
};

}  // namespace shop
