// The example systems with a bug in their business logic.
#pragma once

#include <chrono>
#include <stdexcept>
#include <vector>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"
#include "lasagne/module.hpp"
#include "order.hpp"
#include "order_saga.hpp"
#include "orders_module.hpp"
#include "payments_module.hpp"
#include "saga/group_checkout_saga.hpp"
#include "shipments_module.hpp"
#include "shopping_carts_module.hpp"
#include "support/waiting_scenario.hpp"

namespace planted {

using lasagne::Module;

inline const shop::payments::SimulatedGateway gateway{15, 15, 15};
inline constexpr lasagne::Duration time_to_pay = std::chrono::minutes(15);

inline std::vector<Module> shop_with(Module orders, Module payments) {
  return {shop::shopping_carts::shopping_carts_module(), std::move(orders), std::move(payments),
          shop::shipments::shipments_module()};
}
inline Module good_payments() { return shop::payments::payments_module({time_to_pay, gateway}); }

// A saga that forgets a compensation: what was paid for a cancelled order stays paid.
struct ForgetfulOrderSaga : shop::orders::OrderSaga {
  using OrderSaga::on;
  static void on(const shop::orders::OrderCancelled&, lasagne::Send&) {}
};
inline std::vector<Module> forgotten_compensation() {
  return shop_with(Module{"orders"}.decider<shop::orders::Order>().saga<ForgetfulOrderSaga>(), good_payments());
}

// A saga that draws the id of the payment.
struct DrawingOrderSaga : shop::orders::OrderSaga {
  using OrderSaga::on;
  static void on(const shop::shopping_carts::ShoppingCartFinalized& cart, lasagne::Send& send) {
    std::vector<shop::orders::OrderItem> items;
    for (const auto& item : cart.items) items.push_back({item.product_id, item.quantity, item.unit_price});
    send(shop::orders::InitializeOrder{cart.cart_id, lasagne::Uuid::generate(), cart.client_id, std::move(items),
                                       cart.total, send.cause().recorded_at});
  }
};
inline std::vector<Module> drawn_payment_ids() {
  return shop_with(Module{"orders"}.decider<shop::orders::Order>().saga<DrawingOrderSaga>(), good_payments());
}

// A timer that does its work after its process has ended.
struct TimersUnguarded : shop::payments::Payment {
  using Payment::decide;
  static Decision decide(const shop::payments::TimeOutPayment& command, const State&) {
    return shop::payments::PaymentTimedOut{command.payment_id, command.now};
  }
};
inline std::vector<Module> late_timers() {
  using namespace shop::payments;
  auto payments = Module{"payments"}.decider<TimersUnguarded>().forwarder<PaymentForwarder>();
  payments.effect(PaymentDeadline{time_to_pay}).effect(gateway);
  return shop_with(shop::orders::orders_module(), payments);
}

// A check-out that records failure and success.
struct TwoAnswers : hotel::GuestStayAccount {
  using GuestStayAccount::decide;
  static lasagne::Decision<Event> decide(const hotel::CheckOutGuest& command, const State& state) {
    const auto decision = GuestStayAccount::decide(command, state);
    const bool failed =
        !decision.events().empty() && std::holds_alternative<hotel::GuestCheckoutFailed>(decision.events().front());
    if (!failed) return decision;
    return {decision.events().front(),
            hotel::GuestCheckedOut{command.guest_stay_id, command.group_checkout_id, command.now}};
  }
};
inline std::vector<Module> two_answers() {
  return {Module{"hotel"}.decider<TwoAnswers>().decider<hotel::GroupCheckout>().saga<hotel::GroupCheckoutSaga>()};
}

// A handler that needs another message first, and keeps the order: it waits in vain for a successor of its own.
struct TourInOrder : waiting_domain::Tour {
  using Tour::on;
  static std::vector<Event> on(const waiting_domain::TourPaid& event, const State& booked, lasagne::Send&) {
    if (!booked) throw std::runtime_error("the tour is not booked yet");
    return {waiting_domain::TourConfirmed{event.id}};
  }
};
inline std::vector<Module> waiting_in_order() {
  using namespace waiting_domain;
  return {Module{"tours"}.decider<Booking>().decider<waiting_domain::Payment>().process_manager<TourInOrder>()};
}

}  // namespace planted
