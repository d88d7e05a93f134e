// Style 1: a saga coordinates. It keeps nothing: the GroupCheckout aggregate knows how far the group is.
#pragma once

#include <variant>

#include "group_checkout/group_checkout.hpp"
#include "lasagne/send.hpp"

namespace hotel {

struct GroupCheckoutSaga {
  using Event = std::variant<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GuestCheckedOut, GuestCheckoutFailed,
                             GroupCheckoutCompleted, GroupCheckoutFailed>;

  static void on(const GroupCheckoutInitiated& initiated, lasagne::Send& send);
  static void on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send);
  static void on(const GuestCheckedOut& checked_out, lasagne::Send& send);
  static void on(const GuestCheckoutFailed& failed, lasagne::Send& send);
  static void on(const GroupCheckoutCompleted& completed, lasagne::Send& send);
  static void on(const GroupCheckoutFailed& failed, lasagne::Send& send);
};

}  // namespace hotel
