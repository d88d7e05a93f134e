// Which C++ types JSON knows, and how they are told apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "lasagne/detail/message_type.hpp"
#include "lasagne/detail/reflection.hpp"
#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace lasagne {
template <class T>
struct JsonAs;
}

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

// A type of the user's with a JsonAs of its own.
template <class T>
concept Converted = requires(const T& value) { JsonAs<T>::to(value); };
template <Converted T>
using JsonForm = std::remove_cvref_t<decltype(JsonAs<T>::to(std::declval<const T&>()))>;

// The types with a spelling of their own, which must not be taken apart although they are aggregates.
template <class T>
concept Scalar =
    std::is_same_v<T, Uuid> || std::is_same_v<T, Timestamp> || std::is_same_v<T, Money> || std::is_same_v<T, Duration>;

template <class T>
concept Struct = std::is_class_v<T> && (std::is_aggregate_v<T> || std::is_same_v<T, std::monostate>) && !Scalar<T> &&
                 !is_std_array<T>;

template <class T>
concept MapKey = std::is_same_v<T, std::string> || std::is_same_v<T, Uuid> || std::is_enum_v<T>;

// Whether the type itself is understood; what it consists of is looked at where it is read and written.
template <class T>
concept Supported = std::is_same_v<T, bool> || Integer<T> || Floating<T> || std::is_same_v<T, std::string> ||
                    std::is_enum_v<T> || Scalar<T> || is_a<T, std::optional> || is_a<T, std::vector> ||
                    is_a<T, std::set> || is_a<T, std::map> || is_a<T, std::variant> || Converted<T> || Struct<T>;

// Named in the compiler's note where a member's type is not supported: "Member<orders::Opened, Text<9>{"visitors"},
// ...>".
template <class T, Text Name, class M>
struct Member {
  static_assert(Supported<M>,
                "lasagne JSON: the type of this member is not supported; see lasagne/json.hpp for those that are");
};

template <class T, std::size_t I, class M>
constexpr void check_member() {
  if constexpr (!Supported<M>) {
    (void)sizeof(Member<T, first_bytes<member_names<T>[I].size()>(member_names<T>[I]), M>);
  }
}

// Of all members of T.
template <class T, class... M>
constexpr void check_members() {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (check_member<T, I, M>(), ...); }(std::index_sequence_for<M...>{});
}

// Whether null is one of its values.
template <class T>
consteval bool is_nullable() {
  if constexpr (Converted<T>) {
    return is_nullable<JsonForm<T>>();
  } else {
    return is_a<T, std::optional>;
  }
}

template <class Variant>
struct Alternatives;
template <class... Ts>
struct Alternatives<std::variant<Ts...>> {
  static_assert((Struct<Ts> && ...), "lasagne: the alternatives of a std::variant must be structs");
  static constexpr std::array<MessageType, sizeof...(Ts)> types{message_type<Ts>...};
  static consteval bool distinct() {
    for (std::size_t i = 0; i < types.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (types[i].name == types[j].name) return false;
    return true;
  }
  static_assert(distinct(), "lasagne: two alternatives of a std::variant have the same type_name");
};

template <class E>
constexpr const auto& named_values() {
  static_assert(FixedEnum<E>, "lasagne: give the enum an underlying type (enum class, or enum E : int)");
  if constexpr (FixedEnum<E>) {
    static_assert(enum_table<E>.names.size() > 0,
                  "lasagne JSON: the enum has no named value in range; specialise lasagne::EnumRange or JsonAs");
    return enum_table<E>;
  } else {
    static constexpr EnumTable<0> none{};
    return none;
  }
}

}  // namespace lasagne::detail
