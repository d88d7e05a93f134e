// Sagas, effects, forwarders and process managers of the user's types behind the interface that the engine knows. Not
// for users.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lasagne/detail/typed_messages.hpp"

namespace lasagne::detail {

template <class S, class E>
std::string key_of(const E& event, const Message& message) {
  if constexpr (requires { std::string(S::key(event)); }) {
    return S::key(event);
  } else {
    return message.metadata.correlation_id.to_string();
  }
}

// The parts that all reactions share. `Events` is the variant of what is handled.
template <class S, class Events>
class TypedReaction : public Reaction {
 public:
  std::span<const std::string_view> types() const override { return type_names<Events>(); }
  std::string key(const Message& message) const override {
    return std::visit([&](const auto& event) { return key_of<S>(event, message); }, decode(message));
  }
  bool handle_failure(const Message& message, const Failure& failure, Hop& hop) const override {
    static_assert(!names_on_failure<S> || answers_any(static_cast<const Events*>(nullptr)),
                  "on_failure takes none of the listed events as (const Event&, const Failure&, Send&)");
    return std::visit(
        [&](const auto& event) {
          Send send(message, hop.outbox(), type_name<S>, hop.processor());
          if constexpr (requires { S::on_failure(event, failure, send); }) {  // as above
            S::on_failure(event, failure, send);
            return true;
          } else {
            return false;
          }
        },
        decode(message));
  }

 protected:
  static Events decode(const Message& message) {
    return decode_variant<Events>(message.type, message.data, type_name<S>);
  }

 private:
  template <class E>
  static constexpr bool answers_failure =
      requires(const E& event, const Failure& failure, Send& send) { S::on_failure(event, failure, send); };
  template <class... Es>
  static consteval bool answers_any(const std::variant<Es...>*) {
    return (answers_failure<Es> || ...);
  }
};

template <class S>
class TypedSaga final : public TypedReaction<S, typename S::Event> {
 public:
  Reaction::Kind kind() const override { return Reaction::Kind::saga; }
  void handle(const Message& message, Hop& hop) const override {
    std::visit(
        [&](const auto& event) {
          Send send(message, hop.outbox(), type_name<S>, hop.processor());
          if constexpr (requires { S::on(event, send); }) {
            S::on(event, send);
          } else {
            static_assert(sizeof(event) == 0, "a listed event has no on(const Event&, Send&)");
          }
        },
        this->decode(message));
  }
};

// A handler that is an object: an effect, or (const) a saga with settings.
template <class E, Reaction::Kind kind_of_it>
class TypedObject final : public TypedReaction<std::remove_const_t<E>, typename E::Event> {
 public:
  explicit TypedObject(E object) : object_(std::move(object)) {}
  Reaction::Kind kind() const override { return kind_of_it; }
  void handle(const Message& message, Hop& hop) const override {
    E& object = object_;
    std::visit(
        [&](const auto& event) {
          Send send(message, hop.outbox(), type_name<std::remove_const_t<E>>, hop.processor());
          if constexpr (requires { object.on(event, send, std::stop_token{}); }) {
            static_assert(kind_of_it == Reaction::Kind::effect, "only the on of an effect takes a std::stop_token");
            object.on(event, send, hop.stop_token());
          } else if constexpr (requires { object.on(event, send); }) {
            object.on(event, send);
          } else {
            static_assert(sizeof(event) == 0, "a listed event has no on(const Event&, Send&)");
          }
        },
        this->decode(message));
  }

 private:
  mutable std::remove_const_t<E> object_;  // several threads at once: see Module::effect
};

template <class E>
using TypedEffect = TypedObject<E, Reaction::Kind::effect>;
template <class S>
using TypedConfiguredSaga = TypedObject<const S, Reaction::Kind::saga>;

template <class F>
class TypedForwarder final : public TypedReaction<F, typename F::Event> {
 public:
  Reaction::Kind kind() const override { return Reaction::Kind::forwarder; }
  std::string key(const Message& message) const override { return message.stream; }
  void handle(const Message& message, Hop& hop) const override {
    using D = typename F::Decider;
    const auto& state = static_cast<const TypedState<D>&>(hop.state_as_of_message(&make_state<D>)).value;
    std::visit(
        [&](const auto& event) {
          if constexpr (requires { F::on(event, state); }) {
            publish(F::on(event, state), hop.outbox());
          } else {
            static_assert(sizeof(event) == 0, "a listed event has no on(const Event&, const Decider::State&)");
          }
        },
        this->decode(message));
  }

 private:
  template <class T>
  static void publish(const T& external, Outbox& out) {
    out.published.push_back(encode(external));
  }
  template <class T>
  static void publish(const std::optional<T>& external, Outbox& out) {
    if (external) publish(*external, out);
  }
  template <class... Ts>
  static void publish(const std::variant<Ts...>& external, Outbox& out) {
    out.published.push_back(encode_variant(external));
  }
};

template <class P>
class TypedProcessManager final : public TypedReaction<P, typename P::Input> {
 public:
  Reaction::Kind kind() const override { return Reaction::Kind::process_manager; }
  std::string_view category() const override { return P::category; }
  std::string key(const Message& message) const override {
    const auto stream = instance(this->decode(message));
    return stream ? *stream : message.metadata.correlation_id.to_string();
  }
  void handle(const Message& message, Hop& hop) const override {
    const auto input = this->decode(message);
    const auto stream = instance(input);
    if (!stream) return;
    auto& state = static_cast<TypedState<P>&>(hop.own_state(*stream, &make_state<P>));
    const std::vector<typename P::Event> events = std::visit(
        [&](const auto& event) -> std::vector<typename P::Event> {
          Send send(message, hop.outbox(), type_name<P>, hop.processor());
          if constexpr (requires { P::on(event, state.value, send); }) {
            return P::on(event, state.value, send);
          } else {
            static_assert(sizeof(event) == 0, "a listed input has no on(const Input&, const State&, Send&)");
          }
        },
        input);
    for (const auto& event : events) {
      hop.outbox().own_events.push_back(encode_variant(event));
      state.evolve(event);
    }
  }

 private:
  static std::optional<std::string> instance(const typename P::Input& input) {
    const std::optional<Uuid> id = std::visit(
        [](const auto& event) -> std::optional<Uuid> {
          if constexpr (requires { std::optional<Uuid>(P::id(event)); }) {
            return P::id(event);
          } else {
            static_assert(sizeof(event) == 0, "a listed input has no id(const Input&)");
          }
        },
        input);
    if (!id) return std::nullopt;
    return stream_of<P>(*id);
  }
};

}  // namespace lasagne::detail
