// given / when / then for domain code, in any test framework.
//
//   given<GuestStayAccount>(GuestCheckedIn{...}).when(CheckOutGuest{...}).then(GuestCheckedOut{...});
//   given<GuestStayAccount>().when(CheckOutGuest{...}).then_rejected("NotCheckedIn");
//   given_saga<OrderSaga>().when(PaymentFinalized{...}).then_commands(RecordOrderPayment{...});
//   given_process<GroupCheckoutProcess>(own events...).when(input).then_events(...).then_commands(...);
//   given_forwarder<CartForwarder>(aggregate events...).when(event).then_published(...);
//
// What was expected and what came are compared as JSON, type names included, and shown line by line when they differ.
// A failure is an ADD_FAILURE where GoogleTest was included before this header, and else a thrown SpecificationFailed.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lasagne/detail/handlers.hpp"

namespace lasagne::testing {

class SpecificationFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

using Lines = std::vector<std::string>;

inline void report(const std::string& text) {
#ifdef ADD_FAILURE
  ADD_FAILURE() << text;
#else
  throw SpecificationFailed(text);
#endif
}

inline std::string line_of(const lasagne::detail::Encoded& message) { return message.type + " " + message.data; }

inline Lines lines_of(const std::vector<lasagne::detail::Encoded>& messages) {
  Lines lines;
  for (const auto& message : messages) lines.push_back(line_of(message));
  return lines;
}

template <class... Ts>
Lines lines_of_values(const Ts&... values) {
  return {line_of(lasagne::detail::encode(values))...};
}

// "  same", "- expected but missing", "+ came unexpectedly", by position.
inline std::string difference(const Lines& expected, const Lines& came) {
  std::string text;
  for (std::size_t i = 0; i < std::max(expected.size(), came.size()); ++i) {
    if (i < expected.size() && i < came.size() && expected[i] == came[i]) {
      text += "    " + expected[i] + "\n";
      continue;
    }
    if (i < expected.size()) text += "  - " + expected[i] + "\n";
    if (i < came.size()) text += "  + " + came[i] + "\n";
  }
  return text.empty() ? "    (nothing)\n" : text;
}

inline void compare(const std::string& what, const Lines& expected, const Lines& came) {
  if (expected != came) report(what + " differ (- expected, + came):\n" + difference(expected, came));
}

// A cause for handlers that are called without a log.
inline Message cause_of(std::string type) {
  Message cause;
  cause.position = 1;
  cause.id = Uuid::derive(Uuid{}, "specification cause");
  cause.recorded_at = Timestamp{0};
  cause.metadata.correlation_id = Uuid::derive(Uuid{}, "specification process");
  cause.stream = "Specification-" + cause.metadata.correlation_id.to_string();
  cause.type = std::move(type);
  return cause;
}

// Offers a handler its states, as the runtime would.
class OneHop final : public lasagne::detail::Hop {
 public:
  OneHop(const Message& message, lasagne::detail::AnyState& state) : message_(message), state_(state) {}
  const Message& message() const override { return message_; }
  lasagne::detail::Outbox& outbox() override { return outbox_; }
  lasagne::detail::AnyState& own_state(const std::string&, lasagne::detail::MakeState) override { return state_; }
  const lasagne::detail::AnyState& state_as_of_message(lasagne::detail::MakeState) override { return state_; }

 private:
  const Message& message_;
  lasagne::detail::AnyState& state_;
  lasagne::detail::Outbox outbox_;
};

}  // namespace detail

// The id that `Send::new_id(purpose)` gives in a specification whose cause is not set with caused_by.
[[nodiscard]] inline Uuid derived_id(std::string_view purpose) {
  return Uuid::derive(detail::cause_of({}).id, purpose);
}

// What a decider answered.
template <class D>
class Outcome {
 public:
  Outcome(Decision<typename D::Event> decision, typename D::State before)
      : decision_(std::move(decision)), state_(std::move(before)) {
    if (decision_.rejected()) return;
    for (const auto& event : decision_.events()) {
      came_.push_back(detail::line_of(lasagne::detail::encode_variant(event)));
      state_ = lasagne::detail::evolve_any<D>(std::move(state_), event);
    }
  }

  // Exactly these events, in this order.
  template <class... Events>
  const Outcome& then(const Events&... events) const {
    if (decision_.rejected()) {
      detail::report("expected events, but the command was rejected: " + decision_.rejection().reason + " (" +
                     decision_.rejection().detail + ")");
    } else {
      detail::compare("events", detail::lines_of_values(events...), came_);
    }
    return *this;
  }
  const Outcome& then_nothing() const { return then(); }
  const Outcome& then_rejected(const std::string& reason) const {
    const auto came = decision_.rejected() ? detail::Lines{"rejected: " + decision_.rejection().reason} : came_;
    detail::compare("outcomes", {"rejected: " + reason}, came);
    return *this;
  }
  // The state after the events.
  template <class Check>
  const Outcome& then_state(const Check& check) const {
    if (!check(state_)) detail::report("the state after the command is not as expected");
    return *this;
  }

 private:
  Decision<typename D::Event> decision_;
  typename D::State state_;
  detail::Lines came_;
};

template <class D>
class Given {
 public:
  explicit Given(typename D::State state) : state_(std::move(state)) {}
  [[nodiscard]] Outcome<D> when(const typename D::Command& command) const {
    return {lasagne::detail::decide_any<D>(command, state_), state_};
  }

 private:
  typename D::State state_;
};

template <class D>
[[nodiscard]] Given<D> given(const std::vector<typename D::Event>& events) {
  typename D::State state{};
  for (const auto& event : events) state = lasagne::detail::evolve_any<D>(std::move(state), event);
  return Given<D>(std::move(state));
}
template <class D, class... Events>
[[nodiscard]] Given<D> given(const Events&... events) {
  return given<D>(std::vector<typename D::Event>{typename D::Event(events)...});
}

// What a saga, process manager, forwarder or effect answered.
class Reacted {
 public:
  explicit Reacted(lasagne::detail::Outbox outbox) : outbox_(std::move(outbox)) {}

  template <class... Commands>
  const Reacted& then_commands(const Commands&... commands) const {
    detail::compare("commands", detail::lines_of_values(commands...), detail::lines_of(outbox_.commands));
    return *this;
  }
  // Of a process manager.
  template <class... Events>
  const Reacted& then_events(const Events&... events) const {
    detail::compare("own events", detail::lines_of_values(events...), detail::lines_of(outbox_.own_events));
    return *this;
  }
  // Of a forwarder.
  template <class... Events>
  const Reacted& then_published(const Events&... events) const {
    detail::compare("external events", detail::lines_of_values(events...), detail::lines_of(outbox_.published));
    return *this;
  }
  // This timer, and no other.
  template <class Command>
  const Reacted& then_timer(const std::string& key, Timestamp due, const Command& command) const {
    detail::Lines came;
    for (const auto& timer : outbox_.timers) came.push_back(shown(timer.key, timer.due, timer.command));
    detail::compare("timers", {shown(key, due, lasagne::detail::encode(command))}, came);
    return *this;
  }
  const Reacted& then_cancelled(const std::string& key) const {
    detail::compare("cancelled timers", {key}, outbox_.cancelled);
    return *this;
  }
  const Reacted& then_nothing() const {
    detail::Lines came = detail::lines_of(outbox_.commands);
    for (const auto& line : detail::lines_of(outbox_.own_events)) came.push_back(line);
    for (const auto& line : detail::lines_of(outbox_.published)) came.push_back(line);
    for (const auto& timer : outbox_.timers) came.push_back(shown(timer.key, timer.due, timer.command));
    for (const auto& key : outbox_.cancelled) came.push_back("cancelled " + key);
    detail::compare("answers", {}, came);
    return *this;
  }

 private:
  static std::string shown(const std::string& key, Timestamp due, const lasagne::detail::Encoded& command) {
    return key + " at " + due.to_string() + ": " + detail::line_of(command);
  }
  lasagne::detail::Outbox outbox_;
};

// A handler about to see its event. `Typed` is its form for the engine, `State` what it is given.
template <class Typed, class State>
class GivenHandler {
 public:
  explicit GivenHandler(Typed handler, State state = {}) : handler_(std::move(handler)), state_(std::move(state)) {}

  // The message that carries the event: its id, stream, time and metadata are the handler's cause.
  GivenHandler& caused_by(Message cause) {
    cause_ = std::move(cause);
    return *this;
  }
  template <class Event>
  [[nodiscard]] Reacted when(const Event& event) {
    cause_.type = type_name<Event>;
    cause_.data = to_json(event);
    detail::OneHop hop(cause_, state_);
    handler_.handle(cause_, hop);
    return Reacted(std::move(hop.outbox()));
  }

 private:
  Typed handler_;
  State state_;
  Message cause_ = detail::cause_of({});
};

namespace detail {

struct NoState final : lasagne::detail::AnyState {
  void apply(std::string_view, std::string_view) override {}
};

template <class D, class... Events>
lasagne::detail::TypedState<D> folded(const Events&... events) {
  lasagne::detail::TypedState<D> state;
  (state.evolve(typename D::Event(events)), ...);
  return state;
}

}  // namespace detail

// Also for subscriptions.
template <class S>
[[nodiscard]] auto given_saga() {
  return GivenHandler<lasagne::detail::TypedSaga<S>, detail::NoState>(lasagne::detail::TypedSaga<S>{});
}
template <class E>
[[nodiscard]] auto given_effect(E object) {
  return GivenHandler<lasagne::detail::TypedEffect<E>, detail::NoState>(
      lasagne::detail::TypedEffect<E>(std::move(object)));
}
template <class P, class... Events>
[[nodiscard]] auto given_process(const Events&... own_events) {
  return GivenHandler<lasagne::detail::TypedProcessManager<P>, lasagne::detail::TypedState<P>>(
      lasagne::detail::TypedProcessManager<P>{}, detail::folded<P>(own_events...));
}
// The aggregate's events up to and including the one that is forwarded.
template <class F, class... Events>
[[nodiscard]] auto given_forwarder(const Events&... aggregate_events) {
  using D = typename F::Decider;
  return GivenHandler<lasagne::detail::TypedForwarder<F>, lasagne::detail::TypedState<D>>(
      lasagne::detail::TypedForwarder<F>{}, detail::folded<D>(aggregate_events...));
}

}  // namespace lasagne::testing
