// Which C++ types JSON knows, and how they are told apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "lasagne/detail/reflection.hpp"
#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/type_name.hpp"
#include "lasagne/uuid.hpp"

namespace lasagne::detail {

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_a<Template<Args...>, Template> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

template <class T>
concept Character = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
                    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool> && !Character<T> && sizeof(T) <= 8;

template <class T>
concept Floating = std::is_same_v<T, float> || std::is_same_v<T, double>;

// The types with a spelling of their own, which must not be taken apart although they are aggregates.
template <class T>
concept Scalar =
    std::is_same_v<T, Uuid> || std::is_same_v<T, Timestamp> || std::is_same_v<T, Money> || std::is_same_v<T, Duration>;

template <class T>
concept Struct = std::is_class_v<T> && (std::is_aggregate_v<T> || std::is_same_v<T, std::monostate>) && !Scalar<T> &&
                 !is_std_array<T>;

template <class T>
concept MapKey = std::is_same_v<T, std::string> || std::is_same_v<T, Uuid> || std::is_enum_v<T>;

template <class T>
inline constexpr bool unsupported = false;

template <class Variant>
struct Alternatives;
template <class... Ts>
struct Alternatives<std::variant<Ts...>> {
  static_assert((Struct<Ts> && ...), "lasagne: the alternatives of a std::variant must be structs");
  static constexpr std::array<std::string_view, sizeof...(Ts)> names{type_name<Ts>...};
  static consteval bool distinct() {
    for (std::size_t i = 0; i < names.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (names[i] == names[j]) return false;
    return true;
  }
  static_assert(distinct(), "lasagne: two alternatives of a std::variant have the same type_name");
};

template <class E>
constexpr const EnumTable<E>& named_values() {
  static_assert(count_enumerators<E>() > 0,
                "lasagne JSON: the enum has no named value in range; specialise lasagne::EnumRange");
  return enum_table<E>;
}

}  // namespace lasagne::detail
