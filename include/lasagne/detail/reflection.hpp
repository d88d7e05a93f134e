// Compile-time names: a type's own name, a struct's member names, an enum's value names.
//
// Boost.PFR gives the members; their names are read off the compiler's pretty function of a pointer to each. With clang
// the reflected types need external linkage (not a function's local type nor of an unnamed namespace); g++ takes all.
#pragma once

#include <array>
#include <boost/pfr/core.hpp>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lasagne {

// Which values of an enum are looked at for names. Specialise it for an enum that has values outside.
template <class E>
struct EnumRange {
  static constexpr int min = -1;
  static constexpr int max = 127;
};

}  // namespace lasagne

namespace lasagne::detail {

struct NameCalibration {
  int calibration_member;
};
enum class EnumCalibration { calibration_value };

// Never made: only the addresses of its members are named, in constant expressions. Defined nevertheless, since clang
// takes no undefined variable of a type without linkage, such as one in an unnamed namespace.
template <class T>
union NameProbe {
  constexpr NameProbe() : nothing{} {}
  constexpr ~NameProbe() {}
  char nothing;
  T value;
};
template <class T>
inline constexpr NameProbe<T> name_probe{};

template <class M>
struct MemberPointer {
  const M* pointer;
};
template <class M>
MemberPointer(const M*) -> MemberPointer<M>;

// A plain char pointer, so that g++ explains no alias behind T. How far g++ qualifies T depends on the scope of the
// first use, hence no calibration with a known name here.
template <class T>
consteval const char* pretty_type() {
  return __PRETTY_FUNCTION__;
}

template <auto V>
consteval std::string_view pretty_value() {
  return __PRETTY_FUNCTION__;
}

template <class T, std::size_t I>
consteval std::string_view pretty_member() {
  return pretty_value<MemberPointer{&boost::pfr::get<I>(name_probe<T>.value)}>();
}

consteval std::size_t length_after(std::string_view pretty, std::string_view known) {
  return pretty.size() - pretty.rfind(known) - known.size();
}

// Bytes above 0x7f are letters of an identifier in UTF-8.
consteval bool is_identifier_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c < 0 || c > 126;
}

// The identifier that ends the text; empty when the text does not end in one.
consteval std::string_view trailing_identifier(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_identifier_byte(text[begin - 1])) --begin;
  const std::string_view name = text.substr(begin);
  return name.empty() || (name.front() >= '0' && name.front() <= '9') ? std::string_view{} : name;
}

// Without namespaces and enclosing classes, but with its own template arguments.
consteval std::string_view strip_scopes(std::string_view name) {
  int depth = 0;
  for (std::size_t i = name.size(); i > 1; --i) {
    const char c = name[i - 1];
    if (c == '>' || c == ')' || c == ']') ++depth;
    if (c == '<' || c == '(' || c == '[') --depth;
    if (depth == 0 && c == ':' && name[i - 2] == ':') return name.substr(i);
  }
  return name;
}

template <class T>
consteval std::string_view type_name_view() {
  std::string_view name = pretty_type<T>();
  constexpr std::string_view before = "T = ";
  name.remove_prefix(name.find(before) + before.size());
  name.remove_suffix(1);  // the closing ']'
  return strip_scopes(name);
}

template <class T, std::size_t I>
consteval std::string_view member_name_view() {
  constexpr std::size_t suffix = length_after(pretty_member<NameCalibration, 0>(), "calibration_member");
  std::string_view name = pretty_member<T, I>();
  name.remove_suffix(suffix);
  return trailing_identifier(name);
}

template <auto V>
consteval std::string_view enumerator_view() {
  constexpr std::size_t suffix = length_after(pretty_value<EnumCalibration::calibration_value>(), "calibration_value");
  std::string_view name = pretty_value<V>();
  name.remove_suffix(suffix);
  return trailing_identifier(name);
}

// Copies of the names, so that the long pretty strings they were cut from do not end up in the binary.
template <std::size_t N>
consteval std::array<char, N> copy_text(std::string_view text) {
  std::array<char, N> copy{};
  for (std::size_t i = 0; i < N; ++i) copy[i] = text[i];
  return copy;
}

template <std::size_t N>
constexpr std::string_view as_view(const std::array<char, N>& text) {
  return {text.data(), N};
}

template <class T>
inline constexpr auto type_name_text = copy_text<type_name_view<T>().size()>(type_name_view<T>());

template <class T>
consteval std::string_view unqualified_type_name() {
  return as_view(type_name_text<std::remove_cvref_t<T>>);
}

// A member as a JSON writer wants it: `,"name":`.
template <std::size_t N>
consteval std::array<char, N + 4> make_member_key(std::string_view name) {
  std::array<char, N + 4> key{',', '"'};
  for (std::size_t i = 0; i < N; ++i) key[i + 2] = name[i];
  key[N + 2] = '"';
  key[N + 3] = ':';
  return key;
}

template <class T, std::size_t I>
inline constexpr auto member_key_text = make_member_key<member_name_view<T, I>().size()>(member_name_view<T, I>());

template <class T, std::size_t I>
inline constexpr std::string_view member_key = as_view(member_key_text<T, I>);

template <class T, std::size_t I>
inline constexpr std::string_view member_name = member_key<T, I>.substr(2, member_key<T, I>.size() - 4);

template <class T>
consteval std::size_t count_members() {
  if constexpr (std::is_empty_v<T>) {
    return 0;
  } else {
    return boost::pfr::tuple_size_v<T>;
  }
}

template <class T>
inline constexpr std::size_t member_count = count_members<T>();

template <class T>
inline constexpr auto member_names = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array<std::string_view, sizeof...(I)>{member_name<T, I>...};
}(std::make_index_sequence<member_count<T>>{});

template <class E, int V>
consteval std::string_view enumerator_name_at() {
  if constexpr (std::in_range<std::underlying_type_t<E>>(V)) {
    return enumerator_view<static_cast<E>(V)>();
  } else {
    return {};
  }
}

template <class E, int V>
inline constexpr auto enumerator_text = copy_text<enumerator_name_at<E, V>().size()>(enumerator_name_at<E, V>());

// One a value of the range; empty where the value has no name.
template <class E>
inline constexpr auto enum_candidates = []<int... I>(std::integer_sequence<int, I...>) {
  return std::array<std::string_view, sizeof...(I)>{as_view(enumerator_text<E, EnumRange<E>::min + I>)...};
}(std::make_integer_sequence<int, EnumRange<E>::max - EnumRange<E>::min + 1>{});

// Any other value of an enum without one is undefined behaviour, so it cannot be scanned.
template <class E>
concept FixedEnum = std::is_enum_v<E> && requires { E{std::underlying_type_t<E>{}}; };

template <class E>
consteval std::size_t count_enumerators() {
  static_assert(FixedEnum<E>, "lasagne: give the enum an underlying type (enum class, or enum E : int)");
  std::size_t count = 0;
  if constexpr (FixedEnum<E>) {
    for (const std::string_view name : enum_candidates<E>) count += name.empty() ? 0 : 1;
  }
  return count;
}

template <class E>
struct EnumTable {
  std::array<E, count_enumerators<E>()> values{};
  std::array<std::string_view, count_enumerators<E>()> names{};
};

// The named values of E, ascending.
template <class E>
inline constexpr EnumTable<E> enum_table = [] {
  EnumTable<E> table;
  std::size_t count = 0;
  for (std::size_t i = 0; i < enum_candidates<E>.size(); ++i) {
    if (enum_candidates<E>[i].empty()) continue;
    table.values[count] = static_cast<E>(EnumRange<E>::min + static_cast<int>(i));
    table.names[count++] = enum_candidates<E>[i];
  }
  return table;
}();

}  // namespace lasagne::detail
