// The templates behind json.hpp: one writer and one reader a kind of type.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lasagne/detail/json_node.hpp"
#include "lasagne/detail/reflection.hpp"
#include "lasagne/json.hpp"
#include "lasagne/money.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/type_name.hpp"
#include "lasagne/uuid.hpp"

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

bool read_bool(const JsonNode& node, bool& value, DecodeError& error);
bool read_signed(const JsonNode& node, std::int64_t min, std::int64_t max, std::int64_t& value, DecodeError& error);
bool read_unsigned(const JsonNode& node, std::uint64_t max, std::uint64_t& value, DecodeError& error);
bool read_double(const JsonNode& node, double max, double& value, DecodeError& error);
bool read_string(const JsonNode& node, std::string_view& value, DecodeError& error);
bool read_uuid(std::string_view text, Uuid& value, DecodeError& error);
bool read_timestamp(const JsonNode& node, Timestamp& value, DecodeError& error);
bool require(const JsonNode& node, JsonNode::Kind kind, DecodeError& error);

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

// ---- writing

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

// ---- reading

template <class T>
bool read_value(const JsonNode& node, T& value, DecodeError& error);

template <Integer T>
bool read_integer(const JsonNode& node, T& value, DecodeError& error) {
  using Limits = std::numeric_limits<T>;
  std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> wide = 0;
  if constexpr (std::is_signed_v<T>) {
    if (!read_signed(node, Limits::min(), Limits::max(), wide, error)) return false;
  } else {
    if (!read_unsigned(node, Limits::max(), wide, error)) return false;
  }
  value = static_cast<T>(wide);
  return true;
}

template <class E>
bool read_enumerator(std::string_view text, E& value, DecodeError& error) {
  const EnumTable<E>& table = named_values<E>();
  std::size_t index = 0;
  if (!find_name(text, table.names, index, error)) return false;
  value = table.values[index];
  return true;
}

template <class T>
bool read_member(const JsonNode* node, T& member, std::string_view name, DecodeError& error) {
  if (node != nullptr) return read_value(*node, member, error) || within_member(error, name);
  if constexpr (is_a<T, std::optional>) {
    member.reset();
    return true;
  } else {
    refuse(error, "required member is missing");
    return within_member(error, name);
  }
}

template <class T>
bool read_struct(const JsonNode& node, T& value, DecodeError& error) {
  if (!require(node, JsonNode::Kind::object, error)) return false;
  if constexpr (member_count<T> == 0) {
    return true;
  } else {
    std::array<const JsonNode*, member_count<T>> found{};
    match_members(node, member_names<T>, found.data());
    bool ok = true;
    boost::pfr::for_each_field(value, [&](auto& member, auto index) {
      ok = ok && read_member(found[index.value], member, member_names<T>[index.value], error);
    });
    return ok;
  }
}

template <class Container>
bool read_array(const JsonNode& node, Container& container, DecodeError& error) {
  if (!require(node, JsonNode::Kind::array, error)) return false;
  container.clear();
  if constexpr (is_a<Container, std::vector>) container.reserve(node.size());
  std::size_t index = 0;
  for (const JsonNode& child : node.children()) {
    typename Container::value_type element{};
    if (!read_value(child, element, error)) return within_element(error, index);
    container.insert(container.end(), std::move(element));
    ++index;
  }
  return true;
}

template <MapKey Key>
bool read_key(std::string_view text, Key& key, DecodeError& error) {
  if constexpr (std::is_same_v<Key, std::string>) {
    key = text;
    return true;
  } else if constexpr (std::is_same_v<Key, Uuid>) {
    return read_uuid(text, key, error);
  } else {
    return read_enumerator(text, key, error);
  }
}

template <class Map>
bool read_map(const JsonNode& node, Map& map, DecodeError& error) {
  static_assert(MapKey<typename Map::key_type>, "lasagne JSON: a std::map's key must be a string, a Uuid or an enum");
  if (!require(node, JsonNode::Kind::object, error)) return false;
  map.clear();
  for (const JsonNode& child : node.children()) {
    typename Map::key_type key{};
    typename Map::mapped_type value{};
    if (!read_key(child.key(), key, error) || !read_value(child, value, error)) return within_entry(error, child.key());
    map.insert_or_assign(std::move(key), std::move(value));
  }
  return true;
}

template <class Variant, std::size_t I>
bool read_alternative(const JsonNode& data, Variant& value, DecodeError& error) {
  return read_value(data, value.template emplace<I>(), error) || within_member(error, "data");
}

template <class Variant>
bool read_variant(const JsonNode& node, Variant& value, DecodeError& error) {
  std::size_t index = 0;
  const JsonNode* data = nullptr;
  if (!read_tagged(node, Alternatives<Variant>::names, index, data, error)) return false;
  using Read = bool (*)(const JsonNode&, Variant&, DecodeError&);
  static constexpr auto readers = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Read, sizeof...(I)>{&read_alternative<Variant, I>...};
  }(std::make_index_sequence<std::variant_size_v<Variant>>{});
  return readers[index](*data, value, error);
}

template <class T>
bool read_value(const JsonNode& node, T& value, DecodeError& error) {
  if constexpr (std::is_same_v<T, bool>) {
    return read_bool(node, value, error);
  } else if constexpr (Integer<T>) {
    return read_integer(node, value, error);
  } else if constexpr (Floating<T>) {
    double wide = 0;
    if (!read_double(node, std::numeric_limits<T>::max(), wide, error)) return false;
    value = static_cast<T>(wide);
    return true;
  } else if constexpr (std::is_same_v<T, std::string> || std::is_enum_v<T> || std::is_same_v<T, Uuid>) {
    std::string_view text;
    return read_string(node, text, error) && read_key(text, value, error);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return read_timestamp(node, value, error);
  } else if constexpr (std::is_same_v<T, Money>) {
    return read_integer(node, value.minor_units, error);
  } else if constexpr (std::is_same_v<T, Duration>) {
    std::int64_t microseconds = 0;
    if (!read_integer(node, microseconds, error)) return false;
    value = Duration{microseconds};
    return true;
  } else if constexpr (is_a<T, std::optional>) {
    value.reset();
    return node.is_null() || read_value(node, value.emplace(), error);
  } else if constexpr (is_a<T, std::vector> || is_a<T, std::set>) {
    return read_array(node, value, error);
  } else if constexpr (is_a<T, std::map>) {
    return read_map(node, value, error);
  } else if constexpr (is_a<T, std::variant>) {
    return read_variant(node, value, error);
  } else if constexpr (Struct<T>) {
    return read_struct(node, value, error);
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

template <class T>
std::expected<T, DecodeError> from_json(std::string_view text) {
  std::expected<T, DecodeError> value;
  DecodeError error;
  const auto read = [](const detail::JsonNode& root, void* target, DecodeError& problem) {
    return detail::read_value(root, *static_cast<T*>(target), problem);
  };
  if (!detail::read_document(text, read, &*value, error)) value = std::unexpected(std::move(error));
  return value;
}

}  // namespace lasagne
