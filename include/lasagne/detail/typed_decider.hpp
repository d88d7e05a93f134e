// A decider of the user's types behind the interface that the engine knows. Not for users.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lasagne/detail/typed_messages.hpp"

namespace lasagne::detail {

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

}  // namespace lasagne::detail
