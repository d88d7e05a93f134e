// The templates behind from_json: one reader a kind of type.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lasagne/detail/json_node.hpp"
#include "lasagne/detail/json_types.hpp"
#include "lasagne/json.hpp"

namespace lasagne::detail {

bool read_bool(const JsonNode& node, bool& value, DecodeError& error);
bool read_signed(const JsonNode& node, std::int64_t min, std::int64_t max, std::int64_t& value, DecodeError& error);
bool read_unsigned(const JsonNode& node, std::uint64_t max, std::uint64_t& value, DecodeError& error);
bool read_double(const JsonNode& node, double& value, DecodeError& error);
bool read_float(const JsonNode& node, float& value, DecodeError& error);
bool read_string(const JsonNode& node, std::string_view& value, DecodeError& error);
bool read_uuid(std::string_view text, Uuid& value, DecodeError& error);
bool read_timestamp(const JsonNode& node, Timestamp& value, DecodeError& error);
bool require(const JsonNode& node, JsonNode::Kind kind, DecodeError& error);

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
  std::size_t index = 0;
  if (!find_name(text, named_values<E>().names, index, error)) return false;
  value = static_cast<E>(named_values<E>().values[index]);
  return true;
}

// How the members of a struct are read, for a loop that knows no types.
struct MemberReader {
  std::string_view name;
  ReadNode read;
  void (*absent)(void* member);  // of an optional, what makes it empty; null: the member is required
};
bool read_members(const JsonNode& node, std::span<const MemberReader> readers, void* const* members,
                  DecodeError& error);

template <class T>
bool read_erased(const JsonNode& root, void* value, DecodeError& error) {
  return read_value(root, *static_cast<T*>(value), error);
}

template <class M>
constexpr MemberReader make_member_reader() {
  if constexpr (is_a<M, std::optional>) {
    return {{}, &read_erased<M>, [](void* member) { static_cast<M*>(member)->reset(); }};
  } else {
    return {{}, &read_erased<M>, nullptr};
  }
}

template <class T>
inline constexpr auto member_readers = [] {
  return with_members(name_probe<T>.value, []<class... M>(const M&...) {
    check_members<T, std::remove_const_t<M>...>();
    std::array<MemberReader, sizeof...(M)> readers{make_member_reader<M>()...};
    for (std::size_t i = 0; i < readers.size(); ++i) readers[i].name = member_names<T>[i];
    return readers;
  });
}();

template <class T>
bool read_struct(const JsonNode& node, T& value, DecodeError& error) {
  if constexpr (member_count<T> == 0) {
    return require(node, JsonNode::Kind::object, error);
  } else {
    return with_members(value, [&](auto&... member) {
      void* const members[] = {static_cast<void*>(&member)...};
      return read_members(node, member_readers<T>, members, error);
    });
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
  if (!read_tagged(node, Alternatives<Variant>::types, index, data, error)) return false;
  using Read = bool (*)(const JsonNode&, Variant&, DecodeError&);
  static constexpr auto readers = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Read, sizeof...(I)>{&read_alternative<Variant, I>...};
  }(std::make_index_sequence<std::variant_size_v<Variant>>{});
  return readers[index](*data, value, error);
}

template <class T>
bool read_converted(const JsonNode& node, T& value, DecodeError& error) {
  JsonForm<T> form{};
  if (!read_value(node, form, error)) return false;
  std::expected<T, std::string> converted = JsonAs<T>::from(form);
  if (!converted) return refuse(error, converted.error());
  value = *std::move(converted);
  return true;
}

template <class T>
bool read_value(const JsonNode& node, T& value, DecodeError& error) {
  if constexpr (Converted<T>) {
    return read_converted(node, value, error);
  } else if constexpr (std::is_same_v<T, bool>) {
    return read_bool(node, value, error);
  } else if constexpr (Integer<T>) {
    return read_integer(node, value, error);
  } else if constexpr (std::is_same_v<T, double>) {
    return read_double(node, value, error);
  } else if constexpr (std::is_same_v<T, float>) {
    return read_float(node, value, error);
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
    static_assert(Supported<T>, "lasagne JSON: this type is not supported; see lasagne/json.hpp for those that are");
  }
}

}  // namespace lasagne::detail

namespace lasagne {

template <class T>
std::expected<T, DecodeError> from_json(std::string_view text) {
  std::expected<T, DecodeError> value;
  DecodeError error;
  if (!detail::read_document(text, &detail::read_erased<T>, &*value, error)) value = std::unexpected(std::move(error));
  return value;
}

}  // namespace lasagne
