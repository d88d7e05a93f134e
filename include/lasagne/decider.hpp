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
#include <optional>
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
  std::string reason{};  // a stable name for programs: "AlreadyCheckedOut"
  std::string detail{};  // a sentence for people
  friend bool operator==(const Rejection&, const Rejection&) = default;
};

// The events of a command (perhaps none: nothing changes), or a rejection.
template <class Event>
class Decision {
 public:
  Decision() = default;
  Decision(Rejection rejection) : rejection_(std::move(rejection)) {}  // NOLINT(google-explicit-constructor)
  Decision(std::vector<Event> events) : events_(std::move(events)) {}  // NOLINT(google-explicit-constructor)
  Decision(std::initializer_list<Event> events) : events_(events) {}
  template <class E>
    requires(std::constructible_from<Event, E> && !std::same_as<std::remove_cvref_t<E>, Decision> &&
             !std::same_as<std::remove_cvref_t<E>, Rejection>)
  Decision(E&& event) : events_(1) {           // NOLINT(google-explicit-constructor)
    events_.front() = std::forward<E>(event);  // to emplace it would take four times as long to compile
  }

  // A rejected decision has a `rejection` and no events.
  [[nodiscard]] bool rejected() const noexcept { return rejection_.has_value(); }
  [[nodiscard]] const Rejection& rejection() const { return rejection_.value(); }
  [[nodiscard]] const std::vector<Event>& events() const noexcept { return events_; }

 private:
  std::vector<Event> events_;
  std::optional<Rejection> rejection_;
};

namespace detail {
[[nodiscard]] std::string stream_name(std::string_view category, const Uuid& id);
}

// The stream of one decider or process manager: "Order-0190...".
template <class D>
[[nodiscard]] std::string stream_of(const Uuid& id) {
  return detail::stream_name(D::category, id);
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

// Calls `use` with the alternative that the variant holds: std::visit in a fraction of the time it takes to compile.
template <class Variant, class Use>
decltype(auto) with_alternative(const Variant& value, Use use) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) -> decltype(auto) {
    using Result = decltype(use(*std::get_if<0>(&value)));
    using Call = Result (*)(const Variant&, Use&);
    static constexpr Call calls[] = {
        [](const Variant& held, Use& user) -> Result { return user(*std::get_if<I>(&held)); }...};
    return calls[value.index()](value, use);
  }(std::make_index_sequence<std::variant_size_v<Variant>>{});
}

template <class D>
typename D::State evolve_any(typename D::State state, const typename D::Event& event) {
  return with_alternative(event, [&](const auto& each) { return evolve_one<D>(std::move(state), each); });
}

template <class D, class C>
Decision<typename D::Event> decide_alternative(const C& command, const typename D::State& state) {
  if constexpr (requires { Decision<typename D::Event>(D::decide(command, state)); }) {
    return D::decide(command, state);
  } else {
    static_assert(sizeof(C) == 0, "a listed command has no decide(const Command&, const State&)");
  }
}

template <class D>
Decision<typename D::Event> decide_any(const typename D::Command& command, const typename D::State& state) {
  return with_alternative(command, [&](const auto& each) { return decide_alternative<D>(each, state); });
}

template <class D, class C>
Uuid id_of_alternative(const C& command) {
  if constexpr (requires {
                  { D::id(command) } -> std::convertible_to<Uuid>;
                }) {
    return D::id(command);
  } else {
    static_assert(sizeof(C) == 0, "a listed command has no id(const Command&)");
  }
}

}  // namespace detail
}  // namespace lasagne
