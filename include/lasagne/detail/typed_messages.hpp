// Messages and states of the user's types, out of names and JSON and back. Not for users.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "lasagne/detail/handlers.hpp"

namespace lasagne::detail {

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

template <class Variant>
Encoded encode_variant(const Variant& value) {
  return std::visit([](const auto& alternative) { return encode(alternative); }, value);
}

template <class D>
class TypedState final : public AnyState {
 public:
  typename D::State value{};
  void apply(std::string_view type, std::string_view data) override {
    evolve(decode_variant<typename D::Event>(type, data, D::category));
  }
  void evolve(const typename D::Event& event) { value = evolve_any<D>(std::move(value), event); }
};

template <class D>
std::unique_ptr<AnyState> make_state() {
  return std::make_unique<TypedState<D>>();
}

// Whether a class has a member of this name, whatever it takes: it is ambiguous beside another one.
struct OtherOnFailure {
  void on_failure();
};
template <class H>
struct WithOtherOnFailure : H, OtherOnFailure {};
template <class H>
inline constexpr bool names_on_failure = !std::is_final_v<H> && !requires { &WithOtherOnFailure<H>::on_failure; };

}  // namespace lasagne::detail
