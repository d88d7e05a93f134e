// The package of one order: asked for, then sent or not. Why it is apart from the stock: docs/adr/0002-stock.md.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

#include "lasagne/decider.hpp"
#include "shop/shipments/commands.hpp"

namespace shop::shipments {

// The module's own: how the stock of one product answered.
struct RecordStockTaken {
  lasagne::Uuid order_id;
  lasagne::Uuid product_id;
  lasagne::Timestamp now;
};
struct RecordStockShortage {
  lasagne::Uuid order_id;
  lasagne::Uuid product_id;
  lasagne::Timestamp now;
};

struct PackageRequested {
  lasagne::Uuid order_id;
  std::vector<PackageItem> items;  // each product once
  lasagne::Timestamp requested_at;
};
// Of all products but the last to answer, whose answer is the outcome.
struct ProductWasPacked {
  lasagne::Uuid order_id;
  lasagne::Uuid product_id;
};
struct ProductWasMissed {
  lasagne::Uuid order_id;
  lasagne::Uuid product_id;
};
struct PackageWasSent {
  lasagne::Uuid order_id;
  std::vector<PackageItem> items;
  lasagne::Timestamp sent_at;
};
struct ProductWasOutOfStock {
  lasagne::Uuid order_id;
  std::vector<lasagne::Uuid> out_of_stock;
  std::vector<PackageItem> taken;  // to be put back
  lasagne::Timestamp failed_at;
};

enum class ShipmentStatus { NotRequested, Packing, Sent, OutOfStock };

struct ShipmentLimits {
  static constexpr std::size_t products = 100;
  static constexpr std::int64_t quantity = 1'000'000'000;
};

struct Shipment {
  static constexpr std::string_view category = "Shipment";
  using Command = std::variant<SendPackage, RecordStockTaken, RecordStockShortage>;
  using Event =
      std::variant<PackageRequested, ProductWasPacked, ProductWasMissed, PackageWasSent, ProductWasOutOfStock>;
  struct State {
    ShipmentStatus status = ShipmentStatus::NotRequested;
    std::vector<PackageItem> awaited;  // no answer from these yet
    std::vector<PackageItem> taken;
    std::vector<lasagne::Uuid> missed;
  };
  using Decision = lasagne::Decision<Event>;

  static lasagne::Uuid id(const auto& command) { return command.order_id; }

  static State evolve(State shipment, const PackageRequested& requested);
  static State evolve(State shipment, const ProductWasPacked& packed);
  static State evolve(State shipment, const ProductWasMissed& missed);
  static State evolve(State shipment, const PackageWasSent& sent);
  static State evolve(State shipment, const ProductWasOutOfStock& out_of_stock);

  // Repeats, and answers that are not awaited, change nothing. Rejection: InvalidPackage.
  static Decision decide(const SendPackage& command, const State& shipment);
  static Decision decide(const RecordStockTaken& command, const State& shipment);
  static Decision decide(const RecordStockShortage& command, const State& shipment);
};

}  // namespace shop::shipments
