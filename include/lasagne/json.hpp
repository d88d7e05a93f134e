// Messages to and from JSON: plain structs, no macro, no registration.
//
// Understood: bool, integers (range-checked), double, std::string, enums (by name), Uuid, Timestamp (ISO 8601), Money
// (an integer), Duration (integer microseconds), std::optional (absent or null is empty), std::vector, std::set,
// std::map with string, Uuid or enum keys, std::variant of structs ({"type": NAME, "data": {...}}), and aggregates of
// these, nested. An unknown member is ignored; a missing required one is an error that names its path.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "lasagne/detail/json_reflection.hpp"

namespace lasagne {

// What is wrong with the text and where: "items[2].quantity: expected integer".
struct DecodeError {
  std::string path;
  std::string problem;
  [[nodiscard]] std::string to_string() const { return path.empty() ? problem : path + ": " + problem; }
};

struct JsonLimits {
  static constexpr std::size_t nesting = 32;  // deeper input is refused
};

// Never fails for a struct of the types above. Infinite and NaN doubles are written as null.
template <class T>
[[nodiscard]] std::string to_json(const T& value);

// Appends to `out`.
template <class T>
void write_json(const T& value, std::string& out);

// UTF-8 is checked. Duplicate members: the last one counts.
template <class T>
[[nodiscard]] std::expected<T, DecodeError> from_json(std::string_view text);

}  // namespace lasagne
