// Typed handlers behind the interfaces that the engine knows. Not for users.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lasagne/decider.hpp"
#include "lasagne/message.hpp"
#include "lasagne/retry.hpp"
#include "lasagne/send.hpp"

namespace lasagne::detail {

// A message that does not decode as the type it claims: permanent.
class DecodeFailure : public PermanentError {
 public:
  using PermanentError::PermanentError;
};

[[noreturn]] void throw_unknown_type(std::string_view type, std::string_view wanted_by);
[[noreturn]] void throw_undecodable(std::string_view type, const std::string& problem);

template <class T>
T decode_as(std::string_view data) {
  auto value = from_json<T>(data);
  if (!value) throw_undecodable(type_name<T>, value.error().to_string());
  return *std::move(value);
}

// The alternative of the variant that bears this type name. Does not compile when two have one name.
template <class Variant, std::size_t I = 0>
Variant decode_variant(std::string_view type, std::string_view data, std::string_view wanted_by) {
  if constexpr (I == std::variant_size_v<Variant>) {
    throw_unknown_type(type, wanted_by);
  } else {
    using T = std::variant_alternative_t<I, Variant>;
    if (type == Alternatives<Variant>::names[I]) return Variant(std::in_place_index<I>, decode_as<T>(data));
    return decode_variant<Variant, I + 1>(type, data, wanted_by);
  }
}

template <class Variant>
std::span<const std::string_view> type_names() {
  return Alternatives<Variant>::names;
}

// Whether a class has a member of this name, whatever it takes: it is ambiguous beside another one.
struct OtherOnFailure {
  void on_failure();
};
template <class H>
struct WithOtherOnFailure : H, OtherOnFailure {};
template <class H>
inline constexpr bool names_on_failure = !std::is_final_v<H> && !requires { &WithOtherOnFailure<H>::on_failure; };

template <class Variant>
Encoded encode_variant(const Variant& value) {
  return std::visit([](const auto& alternative) { return encode(alternative); }, value);
}

// The state of one stream, folded from its messages.
class AnyState {
 public:
  virtual ~AnyState() = default;
  virtual void apply(std::string_view type, std::string_view data) = 0;  // throws DecodeFailure, or what evolve throws
};

template <class D>
class TypedState final : public AnyState {
 public:
  typename D::State value{};
  void apply(std::string_view type, std::string_view data) override {
    evolve(decode_variant<typename D::Event>(type, data, D::category));
  }
  void evolve(const typename D::Event& event) { value = evolve_any<D>(std::move(value), event); }
};

// Folds a stream's messages; its address tells state types apart.
using MakeState = std::unique_ptr<AnyState> (*)();
template <class D>
std::unique_ptr<AnyState> make_state() {
  return std::make_unique<TypedState<D>>();
}

// What decide answered, encoded; `state` was evolved by the events.
struct Decided {
  std::vector<Encoded> events;
  std::optional<Rejection> rejection;
};

class AnyCommand {
 public:
  virtual ~AnyCommand() = default;
  std::string stream;  // the target
};

class Decider {
 public:
  virtual ~Decider() = default;
  [[nodiscard]] virtual std::string_view category() const = 0;
  [[nodiscard]] virtual std::span<const std::string_view> command_types() const = 0;
  [[nodiscard]] virtual MakeState state() const = 0;
  [[nodiscard]] virtual std::unique_ptr<AnyCommand> decode(std::string_view type, std::string_view data) const = 0;
  // `command` points to an alternative of D::Command; null when `type` is none of its names.
  [[nodiscard]] virtual std::unique_ptr<AnyCommand> wrap(std::string_view type, const void* command) const = 0;
  [[nodiscard]] virtual Decided decide(const AnyCommand& command, AnyState& state) const = 0;
  // Empty: park.
  [[nodiscard]] virtual std::optional<Decided> decide_failure(const AnyCommand& command, const Failure& failure,
                                                              AnyState& state) const = 0;
};

template <class D>
class TypedDecider final : public Decider {
 public:
  using Command = typename D::Command;
  using Event = typename D::Event;
  struct Wrapped final : AnyCommand {
    explicit Wrapped(Command c) : command(std::move(c)) { stream = stream_of<D>(id_of<D>(command)); }
    Command command;
  };

  std::string_view category() const override { return D::category; }
  std::span<const std::string_view> command_types() const override { return type_names<Command>(); }
  MakeState state() const override { return &make_state<D>; }
  std::unique_ptr<AnyCommand> decode(std::string_view type, std::string_view data) const override {
    return std::make_unique<Wrapped>(decode_variant<Command>(type, data, D::category));
  }
  std::unique_ptr<AnyCommand> wrap(std::string_view type, const void* command) const override {
    return wrap_at(type, command, std::make_index_sequence<std::variant_size_v<Command>>{});
  }
  Decided decide(const AnyCommand& command, AnyState& state) const override {
    auto& typed = static_cast<TypedState<D>&>(state);
    auto decision = decide_any<D>(static_cast<const Wrapped&>(command).command, typed.value);
    if (decision.rejected()) return {{}, decision.rejection()};
    return record(decision.events(), typed);
  }
  std::optional<Decided> decide_failure(const AnyCommand& command, const Failure& failure,
                                        AnyState& state) const override {
    static_assert(
        !names_on_failure<D> || answers_any(static_cast<const Command*>(nullptr)),
        "on_failure takes none of the listed commands as (const Command&, const Failure&), or gives no Event");
    return std::visit(
        [&](const auto& c) -> std::optional<Decided> {
          if constexpr (requires { Event(D::on_failure(c, failure)); }) {  // in place: clang looks inside otherwise
            return record({Event(D::on_failure(c, failure))}, static_cast<TypedState<D>&>(state));
          } else {
            return std::nullopt;
          }
        },
        static_cast<const Wrapped&>(command).command);
  }

 private:
  template <class C>
  static constexpr bool answers_failure =
      requires(const C& c, const Failure& failure) { Event(D::on_failure(c, failure)); };
  template <class... Cs>
  static consteval bool answers_any(const std::variant<Cs...>*) {
    return (answers_failure<Cs> || ...);
  }

  static Decided record(const std::vector<Event>& events, TypedState<D>& state) {
    Decided decided;
    decided.events.reserve(events.size());
    for (const auto& event : events) {
      decided.events.push_back(encode_variant(event));
      state.evolve(event);
    }
    return decided;
  }
  template <std::size_t... I>
  static std::unique_ptr<AnyCommand> wrap_at(std::string_view type, const void* command, std::index_sequence<I...>) {
    std::unique_ptr<AnyCommand> wrapped;
    const auto try_one = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
      using T = std::variant_alternative_t<J, Command>;
      if (type != type_name<T>) return false;
      wrapped = std::make_unique<Wrapped>(Command(std::in_place_index<J>, *static_cast<const T*>(command)));
      return true;
    };
    (void)(try_one(std::integral_constant<std::size_t, I>{}) || ...);
    return wrapped;
  }
};

// What the engine offers a reaction while it handles one message.
class Hop {
 public:
  virtual ~Hop() = default;
  [[nodiscard]] virtual const Message& message() const = 0;
  [[nodiscard]] virtual Outbox& outbox() = 0;
  // The process manager's instance as of now, this commit's earlier hops included.
  [[nodiscard]] virtual AnyState& own_state(const std::string& stream, MakeState make) = 0;
  // The aggregate that the handled message belongs to, as of that message.
  [[nodiscard]] virtual const AnyState& state_as_of_message(MakeState make) = 0;
};

class Reaction {
 public:
  enum class Kind : std::uint8_t { saga, process_manager, forwarder, effect };
  virtual ~Reaction() = default;
  [[nodiscard]] virtual Kind kind() const = 0;
  [[nodiscard]] virtual std::span<const std::string_view> types() const = 0;
  [[nodiscard]] virtual std::string_view category() const { return {}; }  // of a process manager's own streams
  // Throws DecodeFailure.
  [[nodiscard]] virtual std::string key(const Message& message) const = 0;
  virtual void handle(const Message& message, Hop& hop) const = 0;
  // False: park.
  [[nodiscard]] virtual bool handle_failure(const Message& message, const Failure& failure, Hop& hop) const = 0;
};

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
          Send send(message, hop.outbox(), type_name<S>);
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
          Send send(message, hop.outbox(), type_name<S>);
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
          Send send(message, hop.outbox(), type_name<std::remove_const_t<E>>);
          if constexpr (requires { object.on(event, send); }) {
            object.on(event, send);
          } else {
            static_assert(sizeof(event) == 0, "a listed event has no on(const Event&, Send&)");
          }
        },
        this->decode(message));
  }

 private:
  mutable std::remove_const_t<E> object_;  // one thread at a time: see Module::effect
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
          Send send(message, hop.outbox(), type_name<P>);
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
