// What the shipments can be asked for.
#pragma once

#include <cstdint>
#include <vector>

#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace shop::shipments {

struct PackageItem {
  lasagne::Uuid product_id;
  std::int64_t quantity = 0;
};

// One package for an order, sent whole or not at all. Asked again it is not sent again.
struct SendPackage {
  lasagne::Uuid order_id;
  std::vector<PackageItem> items;
  lasagne::Timestamp now;
};

// So many are in stock now.
struct SetStock {
  lasagne::Uuid product_id;
  std::int64_t quantity = 0;
  lasagne::Timestamp now;
};

}  // namespace shop::shipments
