#include "product_stock.hpp"

#include <optional>
#include <stdexcept>

#include "shipment.hpp"

namespace shop::shipments {

namespace {

using lasagne::Rejection;

bool is_quantity(std::int64_t pieces) { return pieces >= 1 && pieces <= ShipmentLimits::quantity; }
Rejection invalid_quantity() { return {"InvalidQuantity", "a package holds 1 to a thousand million of a product"}; }

std::optional<std::int64_t> sum(std::int64_t a, std::int64_t b) {
  std::int64_t value = 0;
  return __builtin_add_overflow(a, b, &value) ? std::nullopt : std::optional(value);
}
std::optional<std::int64_t> difference(std::int64_t a, std::int64_t b) {
  std::int64_t value = 0;
  return __builtin_sub_overflow(a, b, &value) ? std::nullopt : std::optional(value);
}

// What decide let through always fits; anything else was not written by it.
ProductStock::State folded(std::optional<std::int64_t> available) {
  if (!available) throw std::overflow_error("the stock of a product is out of range");
  return {*available};
}

}  // namespace

ProductStock::State ProductStock::evolve(State, const StockWasSet& set) { return {set.quantity}; }
ProductStock::State ProductStock::evolve(State stock, const StockWasTaken& taken) {
  return folded(difference(stock.available, taken.quantity));
}
ProductStock::State ProductStock::evolve(State stock, const StockWasShort&) { return stock; }
ProductStock::State ProductStock::evolve(State stock, const StockWasPutBack& put_back) {
  return folded(sum(stock.available, put_back.quantity));
}

ProductStock::Decision ProductStock::decide(const SetStock& command, const State&) {
  if (command.quantity < 0 || command.quantity > StockLimits::quantity) {
    return Rejection{"InvalidQuantity", "a stock is 0 to a million million"};
  }
  return StockWasSet{command.product_id, command.quantity, command.now};
}

ProductStock::Decision ProductStock::decide(const TakeStock& command, const State& stock) {
  if (!is_quantity(command.quantity)) return invalid_quantity();
  if (command.quantity > stock.available) {
    return StockWasShort{command.product_id, command.order_id, command.quantity, stock.available};
  }
  return StockWasTaken{command.product_id, command.order_id, command.quantity};
}

ProductStock::Decision ProductStock::decide(const PutBackStock& command, const State& stock) {
  if (!is_quantity(command.quantity)) return invalid_quantity();
  if (!sum(stock.available, command.quantity)) return Rejection{"StockOutOfRange", "the stock would be out of range"};
  return StockWasPutBack{command.product_id, command.order_id, command.quantity};
}

}  // namespace shop::shipments
