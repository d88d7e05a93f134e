// Style 2: choreography. Nobody coordinates: each part of the hotel reacts to what the others report, and no piece of
// code sees the whole. The three subscriptions have a checkpoint each, so nothing is promised about which of them
// handles an event first.
#pragma once

#include <variant>

#include "group_checkout/group_checkout.hpp"
#include "lasagne/send.hpp"

namespace hotel {

// Asks each guest stay of the group to check out.
struct CheckOutGuestsOfGroup {
  using Event = std::variant<GroupCheckoutInitiated, GroupCheckoutRerunInitiated>;
  static void on(const GroupCheckoutInitiated& initiated, lasagne::Send& send);
  static void on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send);
};

// Reports to the group checkout how each guest's check-out came out.
struct RecordGuestCheckouts {
  using Event = std::variant<GuestCheckedOut, GuestCheckoutFailed>;
  static void on(const GuestCheckedOut& checked_out, lasagne::Send& send);
  static void on(const GuestCheckoutFailed& failed, lasagne::Send& send);
};

// Sets the deadline timer of each round, and cancels it when the round ends.
struct KeepGroupCheckoutDeadline {
  using Event =
      std::variant<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GroupCheckoutCompleted, GroupCheckoutFailed>;
  static void on(const GroupCheckoutInitiated& initiated, lasagne::Send& send);
  static void on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send);
  static void on(const GroupCheckoutCompleted& completed, lasagne::Send& send);
  static void on(const GroupCheckoutFailed& failed, lasagne::Send& send);
};

}  // namespace hotel
