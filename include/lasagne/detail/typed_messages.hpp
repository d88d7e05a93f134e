// Messages and states of the user's types, out of names and JSON and back. Not for users.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "lasagne/detail/handlers.hpp"

namespace lasagne::detail {

inline constexpr std::size_t uuid_text_bytes = 36;

// Which of the types the stored name means. Throws DecodeFailure.
[[nodiscard]] std::size_t listed_type(std::string_view type, std::span<const MessageType> types,
                                      std::string_view wanted_by);
// Throws DecodeFailure.
void decode_erased(std::string_view type, std::string_view data, ReadNode read, void* value);

// Decodes the message as the alternative of the variant that its type names, and calls `use` with that. There is no
// variant in between: to make and move one is what costs a user's unit most to compile.
template <class Variant, class Use>
decltype(auto) with_decoded(std::string_view type, std::string_view data, std::string_view wanted_by, Use use) {
  using Result = std::invoke_result_t<Use&, const std::variant_alternative_t<0, Variant>&>;
  using Call = Result (*)(std::string_view, Use&);
  static constexpr auto calls = []<class... Ts>(std::type_identity<std::variant<Ts...>>) {
    return std::array<Call, sizeof...(Ts)>{[](std::string_view text, Use& user) -> Result {
      Ts message{};
      decode_erased(type_name<Ts>, text, &read_erased<Ts>, &message);
      return user(std::as_const(message));
    }...};
  }(std::type_identity<Variant>{});
  return calls[listed_type(type, Alternatives<Variant>::types, wanted_by)](data, use);
}

template <class Variant>
Encoded encode_variant(const Variant& value) {
  static constexpr auto writers = []<class... Ts>(std::type_identity<std::variant<Ts...>>) {
    return std::array<WriteValue, sizeof...(Ts)>{&write_erased<Ts>...};
  }(std::type_identity<Variant>{});
  const void* const alternative =
      with_alternative(value, [](const auto& each) { return static_cast<const void*>(&each); });
  return encode_erased(Alternatives<Variant>::types[value.index()], alternative, writers[value.index()]);
}

template <class D>
class TypedState final : public AnyState {
 public:
  typename D::State value{};
  void apply(std::string_view type, std::string_view data) override {
    with_decoded<typename D::Event>(type, data, D::category,
                                    [this](const auto& event) { value = evolve_one<D>(std::move(value), event); });
  }
  void evolve(const typename D::Event& event) { value = evolve_any<D>(std::move(value), event); }
};

template <class D>
std::unique_ptr<AnyState> make_state() {
  return std::make_unique<TypedState<D>>();
}

// What of a category can be seen to be wrong when it is compiled.
template <class D>
constexpr void check_category() {
  if constexpr (requires { typename std::integral_constant<std::size_t, D::category.size()>; }) {
    static_assert(!D::category.empty() && D::category.find('-') == std::string_view::npos,
                  "lasagne: a category is a name without '-', which parts it from the id in a stream's name");
    static_assert(D::category.size() + 1 + uuid_text_bytes <= Limits::stream_name_bytes,
                  "lasagne: the category is too long: with '-' and an id it is no longer a stream's name");
  }
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
