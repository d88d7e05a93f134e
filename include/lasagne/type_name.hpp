// The persisted name of a type: how a store knows messages and handlers.
//
// It is the qualified C++ name with dots, the same from every compiler: shop::payments::PaymentFinalized is kept as
// "shop.payments.PaymentFinalized". Pin it before the C++ name changes, of one type or of a whole namespace:
//
//   template <> inline constexpr std::string_view lasagne::type_name<hotel::GuestLeft> = "hotel.GuestCheckedOut";
//   template <> inline constexpr std::string_view lasagne::namespace_name<"acme::shop_v2"> = "shop";
//
// A pin must be seen before the name is first used: it belongs in the type's own header. A pinned namespace also names
// what is nested in it, unless an inner one is pinned too; pinned as "", it leaves the names of its types unqualified.
//
// A type of an unnamed namespace, a local type and an instance of a template have no name that every compiler spells
// alike: they do not compile as messages and handlers until type_name is specialised for them. A type of an inline
// namespace needs a pin as well, since g++ spells the inline namespace and clang leaves it out: Runtime refuses such a
// type where it was built by clang.
//
// Stores written before names were qualified hold the last part alone: "PaymentFinalized". They still read: such a name
// means the listed type whose last part it is, unless a type is registered under exactly that name.
//
// All functions are pure and thread-safe.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lasagne/detail/type_names.hpp"

namespace lasagne {

template <class T>
inline constexpr std::string_view type_name = detail::persisted_name<std::remove_cv_t<T>>();

// "shop.payments.PaymentFinalized" is "PaymentFinalized": what people are shown where it is unambiguous.
[[nodiscard]] constexpr std::string_view last_part(std::string_view name) noexcept {
  return name.substr(name.rfind('.') + 1);
}

// Whether a stored message of this type name is a T: its name, or the last part of it alone.
template <class T>
[[nodiscard]] constexpr bool names_type(std::string_view stored) noexcept {
  return stored == type_name<T> || stored == last_part(type_name<T>);
}

// Every name that messages of these types may have in a store, for Filter::types.
template <class... Ts>
[[nodiscard]] std::vector<std::string> stored_names() {
  std::vector<std::string> names;
  for (const std::string_view name : std::array<std::string_view, sizeof...(Ts)>{type_name<Ts>...}) {
    names.emplace_back(name);
    if (last_part(name) != name) names.emplace_back(last_part(name));
  }
  return names;
}

}  // namespace lasagne
