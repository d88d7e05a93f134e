// A decider of the user's types behind the interface that the engine knows. Not for users.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <variant>

#include "lasagne/detail/typed_messages.hpp"

namespace lasagne::detail {

template <class D>
class TypedDecider final : public Decider {
 public:
  using Command = typename D::Command;
  using Event = typename D::Event;

  std::string_view category() const override {
    check_category<D>();
    return D::category;
  }
  std::span<const MessageType> command_types() const override { return Alternatives<Command>::types; }
  std::span<const MessageType> event_types() const override { return Alternatives<Event>::types; }
  MakeState state() const override { return &make_state<D>; }
  std::unique_ptr<AnyCommand> decode(std::string_view type, std::string_view data) const override {
    const std::size_t index = listed_type(type, command_types(), D::category);
    auto command = std::make_unique<AnyCommand>(index, actions[index].make(), actions[index].destroy);
    decode_erased(command_types()[index].name, data, actions[index].read, command->value);
    command->stream = stream_name(D::category, actions[index].id(command->value));
    return command;
  }
  std::unique_ptr<AnyCommand> wrap(const std::type_info& type, const void* value) const override {
    const std::size_t index = index_of(type, command_types());
    if (index == no_type) return nullptr;
    // Only decode writes to it.
    auto command = std::make_unique<AnyCommand>(index, const_cast<void*>(value), nullptr);  // NOLINT(*-const-cast)
    command->stream = stream_name(D::category, actions[index].id(value));
    return command;
  }
  Decided decide(const AnyCommand& command, AnyState& state) const override {
    return actions[command.index].decide(command.value, static_cast<TypedState<D>&>(state));
  }
  bool answers_failures() const override { return answers_any(static_cast<const Command*>(nullptr)); }
  std::optional<Decided> decide_failure(const AnyCommand& command, const Failure& failure,
                                        AnyState& state) const override {
    static_assert(
        !names_on_failure<D> || answers_any(static_cast<const Command*>(nullptr)),
        "on_failure takes none of the listed commands as (const Command&, const Failure&), or gives no Event");
    return actions[command.index].decide_failure(command.value, failure, static_cast<TypedState<D>&>(state));
  }

 private:
  // What is done with commands of one type.
  struct Actions {
    void* (*make)();
    AnyCommand::Destroy destroy;
    ReadNode read;
    Uuid (*id)(const void* command);
    Decided (*decide)(const void* command, TypedState<D>& state);
    std::optional<Decided> (*decide_failure)(const void* command, const Failure& failure, TypedState<D>& state);
  };

  template <class C>
  static void* make() {
    return new C{};
  }
  template <class C>
  static void destroy(void* command) {
    delete static_cast<C*>(command);
  }
  template <class C>
  static Uuid id_of_one(const void* command) {
    return id_of_alternative<D>(*static_cast<const C*>(command));
  }
  template <class C>
  static Decided decide_one(const void* command, TypedState<D>& state) {
    const auto decision = decide_alternative<D>(*static_cast<const C*>(command), state.value);
    if (decision.rejected()) return {{}, decision.rejection()};
    return record(decision.events(), state);
  }
  template <class C>
  static constexpr bool answers_failure =
      requires(const C& c, const Failure& failure) { Event(D::on_failure(c, failure)); };
  template <class... Cs>
  static consteval bool answers_any(const std::variant<Cs...>*) {
    return (answers_failure<Cs> || ...);
  }
  template <class C>
  static std::optional<Decided> decide_failure_of_one(const void* command, const Failure& failure,
                                                      TypedState<D>& state) {
    if constexpr (answers_failure<C>) {
      const Event event(D::on_failure(*static_cast<const C*>(command), failure));
      return record({&event, 1}, state);
    } else {
      return std::nullopt;
    }
  }
  template <class... Cs>
  static constexpr std::array<Actions, sizeof...(Cs)> actions_of(std::type_identity<std::variant<Cs...>>) {
    return {
        {{&make<Cs>, &destroy<Cs>, &read_erased<Cs>, &id_of_one<Cs>, &decide_one<Cs>, &decide_failure_of_one<Cs>}...}};
  }
  static constexpr auto actions = actions_of(std::type_identity<Command>{});

  static Decided record(std::span<const Event> events, TypedState<D>& state) {
    Decided decided;
    for (const auto& event : events) {
      add_encoded(decided.events, encode_variant(event));
      state.evolve(event);
    }
    return decided;
  }
};

}  // namespace lasagne::detail
