#include "guest_stay_account/guest_stay_account.hpp"

#include <stdexcept>

namespace hotel {

namespace {

// The balance after the booking, or why it cannot be booked.
std::optional<Rejection> refused(const GuestStayAccount::State& state, Money amount, std::optional<Money> balance) {
  if (std::holds_alternative<NotCheckedIn>(state)) return Rejection{"NotCheckedIn", "the guest has not checked in"};
  if (std::holds_alternative<CheckedOut>(state)) return Rejection{"AlreadyCheckedOut", "the guest has checked out"};
  if (amount <= Money{0}) return Rejection{"AmountNotPositive", "an amount is at least one minor unit"};
  if (!balance) return Rejection{"BalanceOutOfRange", "the balance would be more than an account can hold"};
  return std::nullopt;
}

Money balance_of(const GuestStayAccount::State& state) {
  const auto* checked_in = std::get_if<CheckedIn>(&state);
  return checked_in ? checked_in->balance : Money{};
}

// What decide let through always fits; anything else was not written by it.
GuestStayAccount::State with_balance(std::optional<Money> balance) {
  if (!balance) throw std::overflow_error("the balance of a guest stay account is out of range");
  return CheckedIn{*balance};
}

}  // namespace

GuestStayAccount::State GuestStayAccount::evolve(State, const GuestCheckedIn&) { return CheckedIn{}; }

GuestStayAccount::State GuestStayAccount::evolve(State state, const ChargeRecorded& event) {
  return with_balance(Money::subtract(balance_of(state), event.amount));
}

GuestStayAccount::State GuestStayAccount::evolve(State state, const PaymentRecorded& event) {
  return with_balance(Money::add(balance_of(state), event.amount));
}

GuestStayAccount::State GuestStayAccount::evolve(State, const GuestCheckedOut& event) {
  return CheckedOut{event.group_checkout_id};
}

GuestStayAccount::State GuestStayAccount::evolve(State state, const GuestCheckoutFailed&) { return state; }

Decision<GuestStayAccount::Event> GuestStayAccount::decide(const CheckInGuest& command, const State& state) {
  if (std::holds_alternative<CheckedIn>(state)) return Rejection{"AlreadyCheckedIn", "the guest is checked in"};
  if (std::holds_alternative<CheckedOut>(state)) return Rejection{"AlreadyCheckedOut", "the guest has checked out"};
  return GuestCheckedIn{command.guest_stay_id, command.now};
}

Decision<GuestStayAccount::Event> GuestStayAccount::decide(const RecordCharge& command, const State& state) {
  if (auto rejection = refused(state, command.amount, Money::subtract(balance_of(state), command.amount))) {
    return *std::move(rejection);
  }
  return ChargeRecorded{command.guest_stay_id, command.amount, command.now};
}

Decision<GuestStayAccount::Event> GuestStayAccount::decide(const RecordPayment& command, const State& state) {
  if (auto rejection = refused(state, command.amount, Money::add(balance_of(state), command.amount))) {
    return *std::move(rejection);
  }
  return PaymentRecorded{command.guest_stay_id, command.amount, command.now};
}

Decision<GuestStayAccount::Event> GuestStayAccount::decide(const CheckOutGuest& command, const State& state) {
  const auto failed = [&](CheckoutFailureReason reason) {
    return GuestCheckoutFailed{command.guest_stay_id, command.group_checkout_id, command.round, reason, command.now};
  };
  if (const auto* checked_out = std::get_if<CheckedOut>(&state)) {
    if (checked_out->group_checkout_id == command.group_checkout_id) return {};  // a repeat of what succeeded
    return failed(CheckoutFailureReason::AlreadyCheckedOut);
  }
  if (std::holds_alternative<NotCheckedIn>(state)) return failed(CheckoutFailureReason::NotCheckedIn);
  if (balance_of(state) != Money{0}) return failed(CheckoutFailureReason::BalanceNotSettled);
  return GuestCheckedOut{command.guest_stay_id, command.group_checkout_id, command.now};
}

}  // namespace hotel
