// Style 2: choreography. Nobody coordinates: each part of the hotel reacts to what the others report, and no piece of
// code sees the whole. Three subscriptions with a checkpoint each, so nothing is promised about who hears of an event
// first.
#pragma once

#include <variant>

#include "group_checkout/group_checkout.hpp"
#include "lasagne/send.hpp"

namespace hotel {

// The guest stays hear that a group is to be checked out.
struct CheckOutGuestsOfGroup {
  using Event = std::variant<GroupCheckoutInitiated, GroupCheckoutRerunInitiated>;
  static void on(const GroupCheckoutInitiated& initiated, lasagne::Send& send);
  static void on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send);
};

// The group checkout hears how its guests fared.
struct RecordGuestCheckouts {
  using Event = std::variant<GuestCheckedOut, GuestCheckoutFailed>;
  static void on(const GuestCheckedOut& checked_out, lasagne::Send& send);
  static void on(const GuestCheckoutFailed& failed, lasagne::Send& send);
};

// The clock hears when to ring, and when no longer.
struct KeepGroupCheckoutDeadline {
  using Event =
      std::variant<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GroupCheckoutCompleted, GroupCheckoutFailed>;
  static void on(const GroupCheckoutInitiated& initiated, lasagne::Send& send);
  static void on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send);
  static void on(const GroupCheckoutCompleted& completed, lasagne::Send& send);
  static void on(const GroupCheckoutFailed& failed, lasagne::Send& send);
};

}  // namespace hotel
