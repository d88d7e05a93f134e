// The shipments as a module: packing a package product by product, and what they publish.
#pragma once

#include <variant>

#include "lasagne/command_rejected.hpp"
#include "lasagne/module.hpp"
#include "product_stock.hpp"
#include "shipment.hpp"
#include "shop/shipments/external_events.hpp"

namespace shop::shipments {

// Takes what a package needs from the stock of each product; puts back what was taken when a product was missing. A
// stock that refuses counts as one that is short, so that the package has an outcome.
struct PackingSaga {
  using Event =
      std::variant<PackageRequested, StockWasTaken, StockWasShort, ProductWasOutOfStock, lasagne::CommandRejected>;
  static void on(const PackageRequested& requested, lasagne::Send& send);
  static void on(const StockWasTaken& taken, lasagne::Send& send);
  static void on(const StockWasShort& was_short, lasagne::Send& send);
  static void on(const ProductWasOutOfStock& out_of_stock, lasagne::Send& send);
  static void on(const lasagne::CommandRejected& rejected, lasagne::Send& send);
};

struct ShipmentForwarder {
  using Decider = Shipment;
  using Event = std::variant<PackageWasSent, ProductWasOutOfStock>;
  static ShipmentFinalized on(const PackageWasSent& sent, const Shipment::State& shipment);
  static ShipmentFailed on(const ProductWasOutOfStock& out_of_stock, const Shipment::State& shipment);
};

[[nodiscard]] lasagne::Module shipments_module();

}  // namespace shop::shipments
