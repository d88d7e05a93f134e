// The orders of a load run: a pure function of seed and index, so that a run that was killed goes on with the same
// ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lasagne/message.hpp"
#include "lasagne/money.hpp"

namespace shop {

struct LoadPlan {
  static constexpr std::uint64_t products = 64;
  static constexpr std::int64_t initial_stock = 1'000'000'000;
  static constexpr std::uint64_t most_lines = 3;

  std::uint64_t seed = 0;
  unsigned out_of_stock_percent = 0;

  // Of the cart, the order and the process. The first 48 bits are the seed and the index, ascending as those of fresh
  // ids are, so that what is made together lies together in the store's indexes. index < 2^30.
  [[nodiscard]] lasagne::Uuid order_id(std::uint64_t index) const;
  // The index of an order of this plan among the first `orders`; -1 for anybody else's.
  [[nodiscard]] std::int64_t index_of(const lasagne::Uuid& order_id, std::uint64_t orders) const;
  // Wants something that is never there.
  [[nodiscard]] bool is_out_of_stock(std::uint64_t index) const;

  [[nodiscard]] static lasagne::Uuid product_id(std::uint64_t number);
  [[nodiscard]] static lasagne::Uuid missing_product_id();

  // Open, add, ..., confirm, as they go on the shopping carts' bus; their ids are derived too.
  [[nodiscard]] std::vector<lasagne::NewMessage> commands(std::uint64_t index, lasagne::Timestamp now) const;
};

}  // namespace shop
