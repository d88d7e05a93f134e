// Style 3: a process manager. The group checkout itself hears the guests' events, remembers, and decides what comes
// next: no Record... commands travel, so each report takes one hop less.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "group_checkout/group_checkout.hpp"
#include "lasagne/send.hpp"

namespace hotel {

// The same streams, events and rules as GroupCheckout has for the other styles. Registered as decider, for what the
// clerk and the clock ask of it, and as process manager, for what it hears.
struct GroupCheckoutProcess {
  static constexpr std::string_view category = GroupCheckout::category;
  using Command = std::variant<InitiateGroupCheckout, TimeOutGroupCheckout, RerunGroupCheckout>;
  using Input = std::variant<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GuestCheckedOut, GuestCheckoutFailed>;
  using Event = GroupCheckout::Event;
  using State = GroupCheckout::State;

  // Empty for the event of a guest alone.
  static auto id(const auto& message) { return message.group_checkout_id; }

  static State evolve(State state, const auto& event) { return GroupCheckout::evolve(std::move(state), event); }
  static Decision<Event> decide(const auto& command, const State& state) {
    return GroupCheckout::decide(command, state);
  }

  static std::vector<Event> on(const GroupCheckoutInitiated& initiated, const State& state, lasagne::Send& send);
  static std::vector<Event> on(const GroupCheckoutRerunInitiated& rerun, const State& state, lasagne::Send& send);
  static std::vector<Event> on(const GuestCheckedOut& checked_out, const State& state, lasagne::Send& send);
  static std::vector<Event> on(const GuestCheckoutFailed& failed, const State& state, lasagne::Send& send);
};

}  // namespace hotel
