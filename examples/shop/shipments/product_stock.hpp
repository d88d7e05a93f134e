// How many of one product are there. Its state is one number, however long its history.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "lasagne/decider.hpp"
#include "shop/shipments/commands.hpp"

namespace shop::shipments {

// The module's own; each is sent once for an order, by the saga.
struct TakeStock {
  lasagne::Uuid product_id;
  lasagne::Uuid order_id;
  std::int64_t quantity = 0;
};
struct PutBackStock {
  lasagne::Uuid product_id;
  lasagne::Uuid order_id;
  std::int64_t quantity = 0;
};

struct StockWasSet {
  lasagne::Uuid product_id;
  std::int64_t quantity = 0;
  lasagne::Timestamp set_at;
};
struct StockWasTaken {
  lasagne::Uuid product_id;
  lasagne::Uuid order_id;
  std::int64_t quantity = 0;
};
struct StockWasShort {
  lasagne::Uuid product_id;
  lasagne::Uuid order_id;
  std::int64_t quantity = 0;   // wanted
  std::int64_t available = 0;  // fewer than that
};
struct StockWasPutBack {
  lasagne::Uuid product_id;
  lasagne::Uuid order_id;
  std::int64_t quantity = 0;
};

struct StockLimits {
  static constexpr std::int64_t quantity = 1'000'000'000'000;
};

struct ProductStock {
  static constexpr std::string_view category = "ProductStock";
  using Command = std::variant<SetStock, TakeStock, PutBackStock>;
  using Event = std::variant<StockWasSet, StockWasTaken, StockWasShort, StockWasPutBack>;
  struct State {
    std::int64_t available = 0;
  };
  using Decision = lasagne::Decision<Event>;

  static lasagne::Uuid id(const auto& command) { return command.product_id; }

  static State evolve(State stock, const StockWasSet& set);
  static State evolve(State stock, const StockWasTaken& taken);
  static State evolve(State stock, const StockWasShort& was_short);
  static State evolve(State stock, const StockWasPutBack& put_back);

  // Rejections: InvalidQuantity; StockOutOfRange for what cannot be put back since the number would not hold it.
  static Decision decide(const SetStock& command, const State& stock);
  static Decision decide(const TakeStock& command, const State& stock);
  static Decision decide(const PutBackStock& command, const State& stock);
};

}  // namespace shop::shipments
