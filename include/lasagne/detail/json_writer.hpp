// The templates behind to_json and write_json: one writer a kind of type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "lasagne/detail/json_types.hpp"
#include "lasagne/json.hpp"

namespace lasagne::detail {

// Append to `out`.
void write_integer(std::int64_t value, std::string& out);
void write_unsigned(std::uint64_t value, std::string& out);
void write_double(double value, std::string& out);
void write_float(float value, std::string& out);
void write_string(std::string_view text, std::string& out);
void write_uuid(const Uuid& id, std::string& out);
void write_timestamp(Timestamp time, std::string& out);
[[noreturn]] void throw_unnamed_enum(std::string_view enum_name, std::int64_t value);
[[noreturn]] void throw_valueless_variant();

template <class T>
void write_value(const T& value, std::string& out);

template <class E>
std::string_view enumerator_name(E value) {
  const EnumTable<E>& table = named_values<E>();
  for (std::size_t i = 0; i < table.values.size(); ++i)
    if (table.values[i] == value) return table.names[i];
  throw_unnamed_enum(unqualified_type_name<E>(), static_cast<std::int64_t>(value));
}

// Every member is written with a comma before it; the first comma then becomes the brace.
template <class T>
void write_struct(const T& value, std::string& out) {
  if constexpr (member_count<T> == 0) {
    out += "{}";
  } else {
    const std::size_t begin = out.size();
    boost::pfr::for_each_field(value, [&out](const auto& member, auto index) {
      out += member_key<T, index.value>;
      write_value(member, out);
    });
    out[begin] = '{';
    out += '}';
  }
}

template <class Range>
void write_array(const Range& range, std::string& out) {
  if (range.empty()) {
    out += "[]";
    return;
  }
  const std::size_t begin = out.size();
  for (const typename Range::value_type& element : range) {
    out += ',';
    write_value(element, out);
  }
  out[begin] = '[';
  out += ']';
}

template <class Map>
void write_map(const Map& map, std::string& out) {
  static_assert(MapKey<typename Map::key_type>, "lasagne JSON: a std::map's key must be a string, a Uuid or an enum");
  if (map.empty()) {
    out += "{}";
    return;
  }
  const std::size_t begin = out.size();
  for (const auto& [key, value] : map) {
    out += ',';
    write_value(key, out);
    out += ':';
    write_value(value, out);
  }
  out[begin] = '{';
  out += '}';
}

template <class Variant>
void write_variant(const Variant& value, std::string& out) {
  if (value.valueless_by_exception()) throw_valueless_variant();
  out += R"({"type":)";
  write_string(Alternatives<Variant>::names[value.index()], out);
  out += R"(,"data":)";
  std::visit([&out](const auto& alternative) { write_value(alternative, out); }, value);
  out += '}';
}

template <class T>
void write_value(const T& value, std::string& out) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (Integer<T> && std::is_signed_v<T>) {
    write_integer(value, out);
  } else if constexpr (Integer<T>) {
    write_unsigned(value, out);
  } else if constexpr (std::is_same_v<T, double>) {
    write_double(value, out);
  } else if constexpr (std::is_same_v<T, float>) {
    write_float(value, out);
  } else if constexpr (std::is_same_v<T, std::string>) {
    write_string(value, out);
  } else if constexpr (std::is_enum_v<T>) {
    write_string(enumerator_name(value), out);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    write_uuid(value, out);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    write_timestamp(value, out);
  } else if constexpr (std::is_same_v<T, Money>) {
    write_integer(value.minor_units, out);
  } else if constexpr (std::is_same_v<T, Duration>) {
    write_integer(value.count(), out);
  } else if constexpr (is_a<T, std::optional>) {
    if (value) {
      write_value(*value, out);
    } else {
      out += "null";
    }
  } else if constexpr (is_a<T, std::vector> || is_a<T, std::set>) {
    write_array(value, out);
  } else if constexpr (is_a<T, std::map>) {
    write_map(value, out);
  } else if constexpr (is_a<T, std::variant>) {
    write_variant(value, out);
  } else if constexpr (Struct<T>) {
    write_struct(value, out);
  } else {
    static_assert(unsupported<T>, "lasagne JSON: this type is not supported; see lasagne/json.hpp for those that are");
  }
}

}  // namespace lasagne::detail

namespace lasagne {

template <class T>
void write_json(const T& value, std::string& out) {
  detail::write_value(value, out);
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  out.reserve(256);
  detail::write_value(value, out);
  return out;
}

}  // namespace lasagne
