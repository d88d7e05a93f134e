#include "shipment.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace shop::shipments {

namespace {

using lasagne::Rejection;
using lasagne::Uuid;

auto find_product(auto& items, const Uuid& product_id) {
  return std::ranges::find(items, product_id, &PackageItem::product_id);
}

// An order may hold one product at several prices; the stock knows no price.
std::optional<std::vector<PackageItem>> each_product_once(const std::vector<PackageItem>& items) {
  std::vector<PackageItem> once;
  for (const auto& item : items) {
    if (item.quantity < 1 || item.quantity > ShipmentLimits::quantity) return std::nullopt;
    if (const auto known = find_product(once, item.product_id); known != once.end()) {
      if (item.quantity > ShipmentLimits::quantity - known->quantity) return std::nullopt;
      known->quantity += item.quantity;
    } else {
      once.push_back(item);
    }
  }
  if (once.empty() || once.size() > ShipmentLimits::products) return std::nullopt;
  return once;
}

// The answer that was awaited last, on top of the others, is the outcome.
Shipment::Event outcome(const Uuid& order_id, Shipment::State shipment, lasagne::Timestamp now) {
  if (shipment.missed.empty()) return PackageWasSent{order_id, std::move(shipment.taken), now};
  return ProductWasOutOfStock{order_id, std::move(shipment.missed), std::move(shipment.taken), now};
}

}  // namespace

Shipment::State Shipment::evolve(State, const PackageRequested& requested) {
  return {ShipmentStatus::Packing, requested.items, {}, {}};
}

Shipment::State Shipment::evolve(State shipment, const ProductWasPacked& packed) {
  if (const auto item = find_product(shipment.awaited, packed.product_id); item != shipment.awaited.end()) {
    shipment.taken.push_back(*item);
    shipment.awaited.erase(item);
  }
  return shipment;
}

Shipment::State Shipment::evolve(State shipment, const ProductWasMissed& missed) {
  if (const auto item = find_product(shipment.awaited, missed.product_id); item != shipment.awaited.end()) {
    shipment.missed.push_back(missed.product_id);
    shipment.awaited.erase(item);
  }
  return shipment;
}

Shipment::State Shipment::evolve(State, const PackageWasSent& sent) {
  return {ShipmentStatus::Sent, {}, sent.items, {}};
}

Shipment::State Shipment::evolve(State, const ProductWasOutOfStock& out_of_stock) {
  return {ShipmentStatus::OutOfStock, {}, {}, out_of_stock.out_of_stock};
}

Shipment::Decision Shipment::decide(const SendPackage& command, const State& shipment) {
  if (shipment.status != ShipmentStatus::NotRequested) return {};
  auto items = each_product_once(command.items);
  if (!items) return Rejection{"InvalidPackage", "a package holds 1 to 100 products, at least one of each"};
  return PackageRequested{command.order_id, *std::move(items), command.now};
}

Shipment::Decision Shipment::decide(const RecordStockTaken& command, const State& shipment) {
  if (find_product(shipment.awaited, command.product_id) == shipment.awaited.end()) return {};
  const ProductWasPacked packed{command.order_id, command.product_id};
  if (shipment.awaited.size() > 1) return packed;
  return outcome(command.order_id, evolve(shipment, packed), command.now);
}

Shipment::Decision Shipment::decide(const RecordStockShortage& command, const State& shipment) {
  if (find_product(shipment.awaited, command.product_id) == shipment.awaited.end()) return {};
  const ProductWasMissed missed{command.order_id, command.product_id};
  if (shipment.awaited.size() > 1) return missed;
  return outcome(command.order_id, evolve(shipment, missed), command.now);
}

}  // namespace shop::shipments
