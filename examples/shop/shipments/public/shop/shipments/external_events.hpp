// What the shipments tell everybody: exactly one of the two for each order that a package was asked for.
#pragma once

#include <vector>

#include "shop/shipments/commands.hpp"

namespace shop::shipments {

struct ShipmentFinalized {
  lasagne::Uuid order_id;
  std::vector<PackageItem> items;
  lasagne::Timestamp sent_at;
};

struct ShipmentFailed {
  lasagne::Uuid order_id;
  std::vector<lasagne::Uuid> out_of_stock;  // at least one product
  lasagne::Timestamp failed_at;
};

}  // namespace shop::shipments
