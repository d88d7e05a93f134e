// The account of one guest's stay: charges, payments, and the one check-out that settles it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "lasagne/decider.hpp"
#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace hotel {

using lasagne::Decision;
using lasagne::Money;
using lasagne::Rejection;
using lasagne::Timestamp;
using lasagne::Uuid;

// ---- commands

struct CheckInGuest {
  Uuid guest_stay_id;
  Timestamp now;
};

struct RecordCharge {
  Uuid guest_stay_id;
  Money amount;
  Timestamp now;
};

struct RecordPayment {
  Uuid guest_stay_id;
  Money amount;
  Timestamp now;
};

struct CheckOutGuest {
  Uuid guest_stay_id;
  std::optional<Uuid> group_checkout_id;  // empty for a guest alone
  std::uint32_t round = 0;                // of the group checkout; 0 for a guest alone
  Timestamp now;
};

// ---- events

struct GuestCheckedIn {
  Uuid guest_stay_id;
  Timestamp checked_in_at;
  friend bool operator==(const GuestCheckedIn&, const GuestCheckedIn&) = default;
};

struct ChargeRecorded {
  Uuid guest_stay_id;
  Money amount;
  Timestamp recorded_at;
  friend bool operator==(const ChargeRecorded&, const ChargeRecorded&) = default;
};

struct PaymentRecorded {
  Uuid guest_stay_id;
  Money amount;
  Timestamp recorded_at;
  friend bool operator==(const PaymentRecorded&, const PaymentRecorded&) = default;
};

struct GuestCheckedOut {
  Uuid guest_stay_id;
  std::optional<Uuid> group_checkout_id;
  Timestamp completed_at;
  friend bool operator==(const GuestCheckedOut&, const GuestCheckedOut&) = default;
};

enum class CheckoutFailureReason : std::uint8_t { BalanceNotSettled, NotCheckedIn, AlreadyCheckedOut };

struct GuestCheckoutFailed {
  Uuid guest_stay_id;
  std::optional<Uuid> group_checkout_id;
  std::uint32_t round = 0;
  CheckoutFailureReason reason{};
  Timestamp failed_at;
  friend bool operator==(const GuestCheckoutFailed&, const GuestCheckoutFailed&) = default;
};

// ---- the account

struct NotCheckedIn {};

struct CheckedIn {
  Money balance;  // payments - charges
};

struct CheckedOut {
  std::optional<Uuid> group_checkout_id;
};

// Charges and payments are refused with "NotCheckedIn", "AlreadyCheckedOut", "AmountNotPositive" or
// "BalanceOutOfRange", a check-in with "AlreadyCheckedIn" or "AlreadyCheckedOut". A check-out is never refused: it
// succeeds or fails, and either is one event, so that whoever asked for it hears of it. The only one that records
// nothing repeats one that succeeded: for the same group, or again for a guest alone.
struct GuestStayAccount {
  static constexpr std::string_view category = "GuestStayAccount";
  using Command = std::variant<CheckInGuest, RecordCharge, RecordPayment, CheckOutGuest>;
  using Event = std::variant<GuestCheckedIn, ChargeRecorded, PaymentRecorded, GuestCheckedOut, GuestCheckoutFailed>;
  using State = std::variant<NotCheckedIn, CheckedIn, CheckedOut>;

  static Uuid id(const auto& command) { return command.guest_stay_id; }

  static State evolve(State state, const GuestCheckedIn& event);
  static State evolve(State state, const ChargeRecorded& event);
  static State evolve(State state, const PaymentRecorded& event);
  static State evolve(State state, const GuestCheckedOut& event);
  static State evolve(State state, const GuestCheckoutFailed& event);

  static Decision<Event> decide(const CheckInGuest& command, const State& state);
  static Decision<Event> decide(const RecordCharge& command, const State& state);
  static Decision<Event> decide(const RecordPayment& command, const State& state);
  static Decision<Event> decide(const CheckOutGuest& command, const State& state);
};

}  // namespace hotel
