// A decider: the business logic of one stream, as pure functions of values.
//
//   struct GuestStayAccount {
//     static constexpr std::string_view category = "GuestStayAccount";   // streams are category-<id>
//     using Command = std::variant<CheckInGuest, ...>;
//     using Event   = std::variant<GuestCheckedIn, ...>;
//     using State   = ...;                                               // default-constructed: the initial state
//     static Uuid id(const auto& command) { return command.guest_stay_id; }
//     static State evolve(State state, const GuestCheckedIn& event);     // one overload an event, or one for Event
//     static Decision<Event> decide(const CheckInGuest& command, const State& state);   // likewise for commands
//   };
//
// A listed event without `evolve`, or a listed command without `decide` or `id`, does not compile. `evolve` and
// `decide` read no clock and draw no random number: time and ids arrive in the command. Both may throw: see module.hpp.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lasagne/uuid.hpp"

namespace lasagne {

// Why a command was refused by the business rules.
struct Rejection {
  std::string reason;  // a stable name for programs: "AlreadyCheckedOut"
  std::string detail;  // a sentence for people
  friend bool operator==(const Rejection&, const Rejection&) = default;
};

// The events of a command (perhaps none: nothing changes), or a rejection.
template <class Event>
class Decision {
 public:
  Decision() = default;
  Decision(Rejection rejection) : outcome_(std::move(rejection)) {}     // NOLINT(google-explicit-constructor)
  Decision(std::vector<Event> events) : outcome_(std::move(events)) {}  // NOLINT(google-explicit-constructor)
  Decision(std::initializer_list<Event> events) : outcome_(std::vector<Event>(events)) {}
  template <class E>
    requires(std::constructible_from<Event, E> && !std::same_as<std::remove_cvref_t<E>, Decision> &&
             !std::same_as<std::remove_cvref_t<E>, Rejection>)
  Decision(E&& event) : outcome_(std::vector<Event>{}) {  // NOLINT(google-explicit-constructor)
    std::get<0>(outcome_).emplace_back(std::forward<E>(event));
  }

  // Rejected: `rejection` may be asked for, and else `events`.
  [[nodiscard]] bool rejected() const noexcept { return outcome_.index() == 1; }
  [[nodiscard]] const Rejection& rejection() const { return std::get<1>(outcome_); }
  [[nodiscard]] const std::vector<Event>& events() const { return std::get<0>(outcome_); }

 private:
  std::variant<std::vector<Event>, Rejection> outcome_;
};

// The stream of one decider or process manager: "Order-0190...".
template <class D>
[[nodiscard]] std::string stream_of(const Uuid& id) {
  return std::string(D::category) + "-" + id.to_string();
}

namespace detail {

template <class V, class T>
struct is_alternative : std::false_type {};
template <class... Ts, class T>
struct is_alternative<std::variant<Ts...>, T> : std::bool_constant<(std::same_as<Ts, T> || ...)> {};

template <class D, class E>
typename D::State evolve_one(typename D::State state, const E& event) {
  if constexpr (requires {
                  { D::evolve(std::move(state), event) } -> std::same_as<typename D::State>;
                }) {
    return D::evolve(std::move(state), event);
  } else {
    static_assert(sizeof(E) == 0, "a listed event has no evolve(State, const Event&)");
  }
}

template <class D>
typename D::State evolve_any(typename D::State state, const typename D::Event& event) {
  return std::visit([&](const auto& alternative) { return evolve_one<D>(std::move(state), alternative); }, event);
}

template <class D>
Decision<typename D::Event> decide_any(const typename D::Command& command, const typename D::State& state) {
  return std::visit(
      [&](const auto& alternative) -> Decision<typename D::Event> {
        if constexpr (requires { Decision<typename D::Event>(D::decide(alternative, state)); }) {
          return D::decide(alternative, state);
        } else {
          static_assert(sizeof(alternative) == 0, "a listed command has no decide(const Command&, const State&)");
        }
      },
      command);
}

template <class D>
Uuid id_of(const typename D::Command& command) {
  return std::visit(
      [](const auto& alternative) -> Uuid {
        if constexpr (requires {
                        { D::id(alternative) } -> std::convertible_to<Uuid>;
                      }) {
          return D::id(alternative);
        } else {
          static_assert(sizeof(alternative) == 0, "a listed command has no id(const Command&)");
        }
      },
      command);
}

}  // namespace detail
}  // namespace lasagne
