#include "shipments_module.hpp"

namespace shop::shipments {

void PackingSaga::on(const PackageRequested& requested, lasagne::Send& send) {
  for (const auto& item : requested.items) send(TakeStock{item.product_id, requested.order_id, item.quantity});
}

void PackingSaga::on(const StockWasTaken& taken, lasagne::Send& send) {
  send(RecordStockTaken{taken.order_id, taken.product_id, send.cause().recorded_at});
}

void PackingSaga::on(const StockWasShort& was_short, lasagne::Send& send) {
  send(RecordStockShortage{was_short.order_id, was_short.product_id, send.cause().recorded_at});
}

void PackingSaga::on(const ProductWasOutOfStock& out_of_stock, lasagne::Send& send) {
  for (const auto& item : out_of_stock.taken) send(PutBackStock{item.product_id, out_of_stock.order_id, item.quantity});
}

void PackingSaga::on(const lasagne::CommandRejected& rejected, lasagne::Send& send) {
  const auto take = rejected.as<TakeStock>();
  if (take) send(RecordStockShortage{take->order_id, take->product_id, send.cause().recorded_at});
}

ShipmentFinalized ShipmentForwarder::on(const PackageWasSent& sent, const Shipment::State&) {
  return {sent.order_id, sent.items, sent.sent_at};
}

ShipmentFailed ShipmentForwarder::on(const ProductWasOutOfStock& out_of_stock, const Shipment::State&) {
  return {out_of_stock.order_id, out_of_stock.out_of_stock, out_of_stock.failed_at};
}

lasagne::Module shipments_module() {
  return lasagne::Module{"shipments"}
      .decider<Shipment>()
      .decider<ProductStock>()
      .saga<PackingSaga>()
      .forwarder<ShipmentForwarder>();
}

}  // namespace shop::shipments
