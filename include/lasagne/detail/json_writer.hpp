// The templates behind to_json and write_json: one writer a kind of type.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "lasagne/detail/json_types.hpp"
#include "lasagne/json.hpp"

namespace lasagne::detail {

// Where a text is written to.
struct JsonWriter {
  std::string& out;
  bool exact = false;     // refuse what would not read back equal
  std::size_t depth = 0;  // of open containers
};

// A value that cannot be written; whoever began the text adds the path.
struct Unwritable {
  std::string problem;
};
[[noreturn]] void throw_unwritable(std::string_view problem);

// Append to `out`.
void write_integer(std::int64_t value, JsonWriter& writer);
void write_unsigned(std::uint64_t value, JsonWriter& writer);
void write_double(double value, JsonWriter& writer);
void write_float(float value, JsonWriter& writer);
void write_string(std::string_view text, JsonWriter& writer);
void write_uuid(const Uuid& id, JsonWriter& writer);
void write_timestamp(Timestamp time, JsonWriter& writer);
void write_enumerator(std::int64_t value, std::span<const std::int64_t> values, std::span<const std::string_view> names,
                      JsonWriter& writer);
// Out of line, since each message would else hold a copy of them for each of its members.
void begin_container(JsonWriter& writer);
void begin_alternative(std::string_view type, JsonWriter& writer);
void write_char(char c, JsonWriter& writer);
void write_bool(bool value, JsonWriter& writer);
void write_null(JsonWriter& writer);
void end_container(char last, JsonWriter& writer);
// That what was written from there on is not `null`, as NaN is, also one that a JsonAs gave.
void refuse_null(std::size_t start, JsonWriter& writer);

using WriteValue = void (*)(const void* value, JsonWriter& writer);
// Appends the whole text to `out`. Throws EncodeError.
void write_document(const void* value, WriteValue write, std::string& out, bool exact);

template <class T>
void write_value(const T& value, JsonWriter& writer);

template <class T>
void write_erased(const void* value, JsonWriter& writer) {
  write_value(*static_cast<const T*>(value), writer);
}

// How the members of a struct are written, for a loop that knows no types.
struct MemberWriter {
  std::string_view key;  // `,"name":`, of the first one with a brace
  WriteValue write;
};
void write_members(std::span<const MemberWriter> writers, const void* const* members, JsonWriter& writer);

template <class T>
inline constexpr auto member_writers = [] {
  return with_members(name_probe<T>.value, []<class... M>(const M&...) {
    check_members<T, std::remove_const_t<M>...>();
    std::array<MemberWriter, sizeof...(M)> writers{MemberWriter{{}, &write_erased<std::remove_const_t<M>>}...};
    for (std::size_t i = 0; i < writers.size(); ++i) writers[i].key = i == 0 ? first_member_key<T> : member_keys<T>[i];
    return writers;
  });
}();

template <class T>
void write_struct(const T& value, JsonWriter& writer) {
  if constexpr (member_count<T> == 0) {
    write_members({}, nullptr, writer);
  } else {
    with_members(value, [&writer](const auto&... member) {
      const void* const members[] = {static_cast<const void*>(&member)...};
      write_members(member_writers<T>, members, writer);
    });
  }
}

template <class Range>
void write_array(const Range& range, JsonWriter& writer) {
  begin_container(writer);
  char before = '[';
  for (const typename Range::value_type& element : range) {
    write_char(before, writer);
    write_value(element, writer);
    before = ',';
  }
  if (before == '[') write_char(before, writer);
  end_container(']', writer);
}

template <class Map>
void write_map(const Map& map, JsonWriter& writer) {
  static_assert(MapKey<typename Map::key_type>, "lasagne JSON: a std::map's key must be a string, a Uuid or an enum");
  begin_container(writer);
  char before = '{';
  for (const auto& [key, value] : map) {
    write_char(before, writer);
    write_value(key, writer);
    write_char(':', writer);
    write_value(value, writer);
    before = ',';
  }
  if (before == '{') write_char(before, writer);
  end_container('}', writer);
}

template <class Variant>
void write_variant(const Variant& value, JsonWriter& writer) {
  if (value.valueless_by_exception()) throw_unwritable("a std::variant without a value");
  begin_alternative(Alternatives<Variant>::types[value.index()].name, writer);
  std::visit([&writer](const auto& alternative) { write_value(alternative, writer); }, value);
  end_container('}', writer);
}

template <class T>
void write_optional(const std::optional<T>& value, JsonWriter& writer) {
  static_assert(!is_nullable<T>(), "lasagne JSON: an empty inner optional would read back as an empty outer one");
  if (!value) return write_null(writer);
  const auto start = writer.out.size();
  write_value(*value, writer);
  if (writer.exact) refuse_null(start, writer);
}

template <class T>
void write_converted(const T& value, JsonWriter& writer) {
  const auto form = JsonAs<T>::to(value);
  if constexpr (std::equality_comparable<T>) {
    if (writer.exact) {
      const std::expected<T, std::string> back = JsonAs<T>::from(form);
      if (!back) throw_unwritable("its JsonAs does not take back what it gave: " + back.error());
      if (!(*back == value)) throw_unwritable("its JsonAs gives back another value");
    }
  }
  write_value(form, writer);
}

template <class T>
void write_value(const T& value, JsonWriter& writer) {
  if constexpr (Converted<T>) {
    write_converted(value, writer);
  } else if constexpr (std::is_same_v<T, bool>) {
    write_bool(value, writer);
  } else if constexpr (Integer<T> && std::is_signed_v<T>) {
    write_integer(value, writer);
  } else if constexpr (Integer<T>) {
    write_unsigned(value, writer);
  } else if constexpr (std::is_same_v<T, double>) {
    write_double(value, writer);
  } else if constexpr (std::is_same_v<T, float>) {
    write_float(value, writer);
  } else if constexpr (std::is_same_v<T, std::string>) {
    write_string(value, writer);
  } else if constexpr (std::is_enum_v<T>) {
    write_enumerator(static_cast<std::int64_t>(value), named_values<T>().values, named_values<T>().names, writer);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    write_uuid(value, writer);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    write_timestamp(value, writer);
  } else if constexpr (std::is_same_v<T, Money>) {
    write_integer(value.minor_units, writer);
  } else if constexpr (std::is_same_v<T, Duration>) {
    write_integer(value.count(), writer);
  } else if constexpr (is_a<T, std::optional>) {
    write_optional(value, writer);
  } else if constexpr (is_a<T, std::vector> || is_a<T, std::set>) {
    write_array(value, writer);
  } else if constexpr (is_a<T, std::map>) {
    write_map(value, writer);
  } else if constexpr (is_a<T, std::variant>) {
    write_variant(value, writer);
  } else if constexpr (Struct<T>) {
    write_struct(value, writer);
  } else {
    static_assert(Supported<T>, "lasagne JSON: this type is not supported; see lasagne/json.hpp for those that are");
  }
}

}  // namespace lasagne::detail

namespace lasagne {

template <class T>
void write_json(const T& value, std::string& out) {
  detail::write_document(&value, &detail::write_erased<T>, out, false);
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  out.reserve(256);
  detail::write_document(&value, &detail::write_erased<T>, out, false);
  return out;
}

template <class T>
std::string to_exact_json(const T& value) {
  std::string out;
  out.reserve(256);
  detail::write_document(&value, &detail::write_erased<T>, out, true);
  return out;
}

}  // namespace lasagne
