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
  std::span<const MessageType> types() const override { return Alternatives<Events>::types; }
  std::string key(const Message& message) const override {
    return with_event(message, [&](const auto& event) { return key_of<S>(event, message); });
  }
  bool handle_failure(const Message& message, const Failure& failure, Hop& hop) const override {
    static_assert(!names_on_failure<S> || answers_any(static_cast<const Events*>(nullptr)),
                  "on_failure takes none of the listed events as (const Event&, const Failure&, Send&)");
    if constexpr (!answers_any(static_cast<const Events*>(nullptr))) return false;
    return with_event(message, [&](const auto& event) {
      Send send(message, hop.outbox(), type_name<S>, hop.processor());
      if constexpr (requires { S::on_failure(event, failure, send); }) {
        S::on_failure(event, failure, send);
        return true;
      } else {
        return false;
      }
    });
  }

 protected:
  template <class Use>
  static decltype(auto) with_event(const Message& message, Use use) {
    return with_decoded<Events>(message.type, message.data, type_name<S>, use);
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
    this->with_event(message, [&](const auto& event) {
      Send send(message, hop.outbox(), type_name<S>, hop.processor());
      if constexpr (requires { S::on(event, send); }) {
        S::on(event, send);
      } else {
        static_assert(sizeof(event) == 0, "a listed event has no on(const Event&, Send&)");
      }
    });
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
    this->with_event(message, [&](const auto& event) {
      Send send(message, hop.outbox(), type_name<std::remove_const_t<E>>, hop.processor());
      if constexpr (requires { object.on(event, send, std::stop_token{}); }) {
        static_assert(kind_of_it == Reaction::Kind::effect, "only the on of an effect takes a std::stop_token");
        object.on(event, send, hop.stop_token());
      } else if constexpr (requires { object.on(event, send); }) {
        object.on(event, send);
      } else {
        static_assert(sizeof(event) == 0, "a listed event has no on(const Event&, Send&)");
      }
    });
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
  std::vector<MessageType> published_types() const override {
    std::vector<MessageType> types;
    add_answers(types, static_cast<const typename F::Event*>(nullptr));
    return types;
  }
  std::string key(const Message& message) const override { return message.stream; }
  void handle(const Message& message, Hop& hop) const override {
    using D = typename F::Decider;
    const auto& state = static_cast<const TypedState<D>&>(hop.state_as_of_message(&make_state<D>)).value;
    this->with_event(message, [&](const auto& event) {
      if constexpr (requires { F::on(event, state); }) {
        publish(F::on(event, state), hop.outbox());
      } else {
        static_assert(sizeof(event) == 0, "a listed event has no on(const Event&, const Decider::State&)");
      }
    });
  }

 private:
  template <class... Es>
  static void add_answers(std::vector<MessageType>& types, const std::variant<Es...>*) {
    const auto add = [&types]<class E>(std::type_identity<E>) {
      if constexpr (requires(const E& event, const typename F::Decider::State& state) { F::on(event, state); }) {
        using Answer = decltype(F::on(std::declval<const E&>(), std::declval<const typename F::Decider::State&>()));
        add_types(types, static_cast<const std::remove_cvref_t<Answer>*>(nullptr));
      }
    };
    (add(std::type_identity<Es>{}), ...);
  }
  template <class T>
  static void add_types(std::vector<MessageType>& types, const T*) {
    types.push_back(message_type<T>);
  }
  template <class T>
  static void add_types(std::vector<MessageType>& types, const std::optional<T>*) {
    add_types(types, static_cast<const T*>(nullptr));
  }
  template <class... Ts>
  static void add_types(std::vector<MessageType>& types, const std::variant<Ts...>*) {
    (types.push_back(message_type<Ts>), ...);
  }

  template <class T>
  static void publish(const T& external, Outbox& out) {
    add_encoded(out.published, encode(external));
  }
  template <class T>
  static void publish(const std::optional<T>& external, Outbox& out) {
    if (external) publish(*external, out);
  }
  template <class... Ts>
  static void publish(const std::variant<Ts...>& external, Outbox& out) {
    add_encoded(out.published, encode_variant(external));
  }
};

template <class P>
class TypedProcessManager final : public TypedReaction<P, typename P::Input> {
 public:
  Reaction::Kind kind() const override { return Reaction::Kind::process_manager; }
  std::string_view category() const override {
    check_category<P>();
    return P::category;
  }
  std::span<const MessageType> own_event_types() const override { return Alternatives<typename P::Event>::types; }
  std::string key(const Message& message) const override {
    return this->with_event(message, [&](const auto& input) {
      const auto id = instance(input);
      return id ? stream_of<P>(*id) : message.metadata.correlation_id.to_string();
    });
  }
  void handle(const Message& message, Hop& hop) const override {
    this->with_event(message, [&](const auto& input) {
      const auto id = instance(input);
      if (!id) return;
      auto& state = static_cast<TypedState<P>&>(hop.own_state(stream_of<P>(*id), &make_state<P>));
      Send send(message, hop.outbox(), type_name<P>, hop.processor());
      if constexpr (requires { P::on(input, state.value, send); }) {
        record(P::on(input, state.value, send), state, hop.outbox());
      } else {
        static_assert(sizeof(input) == 0, "a listed input has no on(const Input&, const State&, Send&)");
      }
    });
  }

 private:
  template <class Input>
  static std::optional<Uuid> instance(const Input& input) {
    if constexpr (requires { std::optional<Uuid>(P::id(input)); }) {
      return P::id(input);
    } else {
      static_assert(sizeof(input) == 0, "a listed input has no id(const Input&)");
    }
  }
  static void record(const std::vector<typename P::Event>& events, TypedState<P>& state, Outbox& out) {
    for (const auto& event : events) {
      add_encoded(out.own_events, encode_variant(event));
      state.evolve(event);
    }
  }
};

}  // namespace lasagne::detail
