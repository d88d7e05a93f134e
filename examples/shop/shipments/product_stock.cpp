#include "product_stock.hpp"

namespace shop::shipments {

ProductStock::State ProductStock::evolve(State, const StockWasSet& set) { return {set.quantity}; }
ProductStock::State ProductStock::evolve(State stock, const StockWasTaken& taken) {
  return {stock.available - taken.quantity};
}
ProductStock::State ProductStock::evolve(State stock, const StockWasShort&) { return stock; }
ProductStock::State ProductStock::evolve(State stock, const StockWasPutBack& put_back) {
  return {stock.available + put_back.quantity};
}

ProductStock::Decision ProductStock::decide(const SetStock& command, const State&) {
  if (command.quantity < 0 || command.quantity > StockLimits::quantity) {
    return lasagne::Rejection{"InvalidQuantity", "a stock is 0 to a million million"};
  }
  return StockWasSet{command.product_id, command.quantity, command.now};
}

ProductStock::Decision ProductStock::decide(const TakeStock& command, const State& stock) {
  if (command.quantity > stock.available) {
    return StockWasShort{command.product_id, command.order_id, command.quantity, stock.available};
  }
  return StockWasTaken{command.product_id, command.order_id, command.quantity};
}

ProductStock::Decision ProductStock::decide(const PutBackStock& command, const State&) {
  return StockWasPutBack{command.product_id, command.order_id, command.quantity};
}

}  // namespace shop::shipments
