// Compile-time names of a struct's members and an enum's values.
//
// They are read off the compiler's pretty function of the values, or of pointers to the members. With clang the
// reflected types need external linkage (not a function's local type nor of an unnamed namespace); g++ takes all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "lasagne/detail/fields.hpp"

namespace lasagne {

// Which values of an enum are looked at for names. Specialise it for an enum that has values outside.
template <class E>
struct EnumRange {
  static constexpr int min = -1;
  static constexpr int max = 127;
};

}  // namespace lasagne

namespace lasagne::detail {

// Bytes above 0x7f are letters of an identifier in UTF-8.
constexpr bool is_identifier_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c < 0 || c > 126;
}

// The identifier that ends the text, whatever brackets come after it; empty when it does not end in one.
constexpr std::string_view trailing_identifier(std::string_view text) {
  while (!text.empty() && (text.back() == ')' || text.back() == '}')) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (begin > 0 && is_identifier_byte(text[begin - 1])) --begin;
  const std::string_view name = text.substr(begin);
  return name.empty() || (name.front() >= '0' && name.front() <= '9') ? std::string_view{} : name;
}

// The identifiers that end the values of pretty_values, in order.
template <std::size_t N>
constexpr std::array<std::string_view, N> names_in(std::string_view pretty) {
  std::array<std::string_view, N> names{};
  if (N == 0) return names;
  std::size_t begin = pretty.find("V = ") + 5;
  std::size_t count = 0;
  int depth = 0;
  for (std::size_t i = begin; i + 1 < pretty.size(); ++i) {  // up to the closing ']'
    const char c = pretty[i];
    const bool last = i + 2 == pretty.size();
    if (depth == 0 && (c == ',' || last)) {
      names[count++] = trailing_identifier(pretty.substr(begin, i - begin));
      begin = i + 2;
    }
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    if (c == '>' || c == ')' || c == '}' || c == ']') --depth;
  }
  return names;
}

// Names in one buffer of their own, so that the long pretty strings they were cut from do not end up in the binary.
template <std::size_t Count, std::size_t Bytes>
struct NameTable {
  std::array<char, Bytes> text{};
  std::array<std::size_t, Count> end{};

  constexpr std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : end[i - 1];
    return {text.data() + begin, end[i] - begin};
  }
};

template <std::size_t Count, std::size_t Bytes>
constexpr NameTable<Count, Bytes> make_name_table(const auto& names, std::string_view before, std::string_view after) {
  NameTable<Count, Bytes> table;
  std::size_t at = 0;
  std::size_t i = 0;
  const auto add = [&](std::string_view part) {
    for (const char c : part) table.text[at++] = c;
  };
  for (const std::string_view name : names) {
    if (name.empty()) continue;
    add(before);
    add(name);
    add(after);
    table.end[i++] = at;
  }
  return table;
}

constexpr std::size_t bytes_of(const auto& names, std::size_t around) {
  std::size_t bytes = 0;
  for (const std::string_view name : names) bytes += name.empty() ? 0 : name.size() + around;
  return bytes;
}

template <class T>
consteval auto read_member_names() {
  return names_in<member_count<T>>(pretty_members<T>());
}

// Each member as a JSON writer wants it: `,"name":`.
template <class T>
inline constexpr auto member_key_table = [] {
  constexpr auto names = read_member_names<T>();
  return make_name_table<names.size(), bytes_of(names, 4)>(names, ",\"", "\":");
}();

template <class T>
inline constexpr auto member_keys = [] {
  std::array<std::string_view, member_count<T>> keys;
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = member_key_table<T>[i];
  return keys;
}();

// The first one opens the object: `{"name":`.
template <class T>
inline constexpr auto first_member_key_text = [] {
  std::array<char, member_keys<T>[0].size()> text{};
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = i == 0 ? '{' : member_keys<T>[0][i];
  return text;
}();

template <class T>
inline constexpr std::string_view first_member_key{first_member_key_text<T>.data(), first_member_key_text<T>.size()};

template <class T>
inline constexpr auto member_names = [] {
  auto names = member_keys<T>;
  for (auto& name : names) name = name.substr(2, name.size() - 4);
  return names;
}();

// Any other value of an enum without one is undefined behaviour, so it cannot be scanned.
template <class E>
concept FixedEnum = std::is_enum_v<E> && requires { E{std::underlying_type_t<E>{}}; };

template <class E>
struct EnumScan {
  using Limits = std::numeric_limits<std::underlying_type_t<E>>;
  static constexpr int first = std::cmp_less(EnumRange<E>::min, Limits::min()) ? int{Limits::min()} : EnumRange<E>::min;
  static constexpr int last = std::cmp_less(Limits::max(), EnumRange<E>::max) ? int{Limits::max()} : EnumRange<E>::max;
  static constexpr std::size_t size = static_cast<std::size_t>(last - first + 1);
};

// One a value of the range; empty where the value has no name.
template <class E>
consteval auto scan_enum() {
  return []<int... I>(std::integer_sequence<int, I...>) {
    return names_in<sizeof...(I)>(pretty_values<static_cast<E>(EnumScan<E>::first + I)...>());
  }(std::make_integer_sequence<int, static_cast<int>(EnumScan<E>::size)>{});
}

template <std::size_t Count>
struct EnumTable {
  std::array<std::int64_t, Count> values{};
  std::array<std::string_view, Count> names{};
};

template <class E>
inline constexpr auto enum_name_table = [] {
  constexpr auto names = scan_enum<E>();
  constexpr auto count = [](const auto& all) {
    std::size_t named = 0;
    for (const std::string_view name : all) named += name.empty() ? 0 : 1;
    return named;
  };
  return make_name_table<count(names), bytes_of(names, 0)>(names, "", "");
}();

// The named values of E, ascending.
template <class E>
inline constexpr auto enum_table = [] {
  constexpr auto names = scan_enum<E>();
  EnumTable<enum_name_table<E>.end.size()> table;
  std::size_t count = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    table.values[count] = EnumScan<E>::first + static_cast<std::int64_t>(i);
    table.names[count] = enum_name_table<E>[count];
    ++count;
  }
  return table;
}();

}  // namespace lasagne::detail
