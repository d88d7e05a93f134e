// given / when / then for domain code, in any test framework.
//
//   given<GuestStayAccount>(GuestCheckedIn{...}).when(CheckOutGuest{...}).then(GuestCheckedOut{...});
//   given<GuestStayAccount>().when(CheckOutGuest{...}).then_rejected("NotCheckedIn");
//   given_saga<OrderSaga>().when(PaymentFinalized{...}).then_commands(RecordOrderPayment{...});
//   given_process<GroupCheckoutProcess>(own events...).when(input).then_events(...).then_commands(...);
//   given_forwarder<CartForwarder>(aggregate events...).when(event).then_published(...);
//   given_effect(PaymentGateway{...}).when(event).then_commands(...);
//
// What was expected and what came are compared as JSON, type names included, and shown line by line when they differ:
//
//   events differ (- expected, + came):
//     - WorkDone {"job_id":"0190...","amount":3,"total":4}
//     + WorkDone {"job_id":"0190...","amount":3,"total":3}
//
// A failure is an ADD_FAILURE where GoogleTest was included before this header, and else a thrown SpecificationFailed.
// What a handler throws comes through. An aggregate written the object way is given<ObjectDecider<A>>.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lasagne/testing/detail/failures.hpp"
#include "lasagne/testing/detail/specified.hpp"

namespace lasagne::testing {

// The id that `Send::new_id(purpose)` gives in this handler: of the message `cause`, or of that of a specification
// whose cause is not set with caused_by.
template <class Handler>
[[nodiscard]] Uuid derived_id(std::string_view purpose, const Uuid& cause = detail::cause_of_specification().id) {
  return lasagne::detail::new_id(cause, type_name<Handler>, purpose);
}

// A timer that is expected to be set; for then_timers.
template <class Command>
[[nodiscard]] std::string timer(std::string key, Timestamp due, const Command& command) {
  return detail::line_of(lasagne::detail::TimerRequest{std::move(key), due, lasagne::detail::encode(command)});
}

inline namespace LASAGNE_SPECIFICATION_FAILURES {

// What a decider answered.
template <class D>
class Outcome {
 public:
  using State = typename D::State;

  Outcome(Decision<typename D::Event> decision, State before)
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
      fail_specification("expected events, but the command was rejected: " + decision_.rejection().reason + " (" +
                         decision_.rejection().detail + ")");
    } else {
      expect_same("events", detail::lines_of_messages(events...), came_);
    }
    return *this;
  }
  const Outcome& then_nothing() const { return then(); }
  const Outcome& then_rejected(const std::string& reason) const {
    const auto came = decision_.rejected() ? detail::Lines{"rejected: " + decision_.rejection().reason} : came_;
    expect_same("outcomes", {"rejected: " + reason}, came);
    return *this;
  }
  // The state after the events: a predicate of it, or the state itself, compared with == or else as JSON.
  template <class Expected>
  const Outcome& then_state(const Expected& expected) const {
    bool holds = true;
    if constexpr (std::predicate<const Expected&, const State&>) {
      holds = expected(state_);
    } else if constexpr (std::equality_comparable<State>) {
      holds = state_ == State(expected);
    } else {
      expect_same("states", {to_json(State(expected))}, {to_json(state_)});
    }
    if (!holds) fail_specification("the state after the command is not as expected");
    return *this;
  }

 private:
  Decision<typename D::Event> decision_;
  State state_;
  detail::Lines came_;
};

template <class D>
class Given {
 public:
  explicit Given(typename D::State state) : state_(std::move(state)) {}
  // What the decider answers the command.
  [[nodiscard]] Outcome<D> when(const typename D::Command& command) const {
    return {lasagne::detail::decide_any<D>(command, state_), state_};
  }

 private:
  typename D::State state_;
};

// The events of the stream so far.
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

// What a saga, process manager, forwarder or effect answered. Each `then` is about one kind of answer and wants exactly
// what it names, in this order.
class Reacted {
 public:
  explicit Reacted(lasagne::detail::Outbox outbox) : outbox_(std::move(outbox)) {}

  template <class... Commands>
  const Reacted& then_commands(const Commands&... commands) const {
    expect_same("commands", detail::lines_of_messages(commands...), detail::lines_of(outbox_.commands));
    return *this;
  }
  // Of a process manager.
  template <class... Events>
  const Reacted& then_events(const Events&... events) const {
    expect_same("own events", detail::lines_of_messages(events...), detail::lines_of(outbox_.own_events));
    return *this;
  }
  // Of a forwarder.
  template <class... Events>
  const Reacted& then_published(const Events&... events) const {
    expect_same("external events", detail::lines_of_messages(events...), detail::lines_of(outbox_.published));
    return *this;
  }
  // This timer, and no other.
  template <class Command>
  const Reacted& then_timer(const std::string& key, Timestamp due, const Command& command) const {
    return then_timers(timer(key, due, command));
  }
  // These timers, made with `timer`.
  template <std::convertible_to<std::string>... Timers>
  const Reacted& then_timers(const Timers&... timers) const {
    expect_same("timers", {std::string(timers)...}, detail::lines_of(outbox_.timers));
    return *this;
  }
  template <std::convertible_to<std::string>... Keys>
  const Reacted& then_cancelled(const Keys&... keys) const {
    expect_same("cancelled timers", {std::string(keys)...}, outbox_.cancelled);
    return *this;
  }
  // No answer of any kind.
  const Reacted& then_nothing() const {
    expect_same("answers", {}, detail::lines_of(outbox_));
    return *this;
  }

 private:
  lasagne::detail::Outbox outbox_;
};

// A handler about to see its event. `Typed` is its form for the engine, `State` what it is given.
template <class Typed, class State>
class GivenHandler {
 public:
  explicit GivenHandler(State state, Typed typed = Typed{}) : handler_(std::move(typed)), state_(std::move(state)) {}

  // The message that carries the event: its id, stream, time and metadata are the handler's cause. Unset: a message of
  // a fixed id, recorded at Timestamp{0}.
  GivenHandler& caused_by(Message cause) {
    cause_ = std::move(cause);
    return *this;
  }
  template <class Event>
  [[nodiscard]] Reacted when(const Event& event) {
    cause_.type = type_name<Event>;
    cause_.data = to_json(event);
    detail::SpecifiedHop hop(cause_, state_);
    handler_.handle(cause_, hop);
    return Reacted(std::move(hop.outbox()));
  }

 private:
  Typed handler_;
  State state_;
  Message cause_ = detail::cause_of_specification();
};

// Also for subscriptions. They keep no state: events that came before are handled, and their answers dropped.
template <class S, class... Events>
[[nodiscard]] auto given_saga(const Events&... earlier) {
  GivenHandler<lasagne::detail::TypedSaga<S>, detail::NoState> saga(detail::NoState{});
  (static_cast<void>(saga.when(earlier)), ...);
  return saga;
}
template <class E>
[[nodiscard]] auto given_effect(E object) {
  using Typed = lasagne::detail::TypedEffect<E>;
  return GivenHandler<Typed, detail::NoState>(detail::NoState{}, Typed(std::move(object)));
}
template <class P, class... Events>
[[nodiscard]] auto given_process(const Events&... own_events) {
  using Typed = lasagne::detail::TypedProcessManager<P>;
  return GivenHandler<Typed, lasagne::detail::TypedState<P>>(detail::folded<P>(own_events...));
}
// The aggregate's events up to and including the one that is forwarded.
template <class F, class... Events>
[[nodiscard]] auto given_forwarder(const Events&... aggregate_events) {
  using D = typename F::Decider;
  using Typed = lasagne::detail::TypedForwarder<F>;
  return GivenHandler<Typed, lasagne::detail::TypedState<D>>(detail::folded<D>(aggregate_events...));
}

}  // namespace LASAGNE_SPECIFICATION_FAILURES
}  // namespace lasagne::testing

#undef LASAGNE_SPECIFICATION_FAILURES
