// Messages to and from JSON: plain structs, no macro, no registration.
//
// Understood: bool, integers (range-checked), float and double, std::string, enums (by name), Uuid, Timestamp (ISO
// 8601), Money (an integer), Duration (integer microseconds), std::optional (absent or null is empty; written as null),
// std::vector, std::set, std::map with string, Uuid or enum keys, std::variant of structs
// ({"type": NAME, "data": {...}}), and aggregates of these, nested. Any other type does not compile. An unknown member
// is ignored; a missing required one is an error that names its path. An enum must have an underlying type (as
// any enum class has); its values are looked for from -1 to 127: specialise lasagne::EnumRange for others. A struct's
// members must be default-constructible and assignable to be read.
//
// All functions are thread-safe.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lasagne {

// What is wrong with the text and where: "items[2].quantity: expected integer".
struct DecodeError {
  std::string path;  // empty for the document itself
  std::string problem;
  [[nodiscard]] std::string to_string() const { return path.empty() ? problem : path + ": " + problem; }
};

// Longer or deeper input is refused.
struct JsonLimits {
  static constexpr std::size_t nesting = 32;  // arrays and objects in one another
  static constexpr std::size_t bytes = 32 << 20;
};

// Always valid JSON, without white space: bytes of a string that are not UTF-8 become U+FFFD, infinite and NaN doubles
// null. Throws std::invalid_argument for what no correct program holds: an enum value that has no name, a variant left
// valueless by an exception.
template <class T>
[[nodiscard]] std::string to_json(const T& value);

// Appends to `out`. The same; when it throws, `out` is left with a part of the text.
template <class T>
void write_json(const T& value, std::string& out);

// UTF-8 is checked. Duplicate members: the last one counts. Integers are read exactly, whatever their size, and never
// from text with a fraction or an exponent; a null read as a double is NaN.
template <class T>
[[nodiscard]] std::expected<T, DecodeError> from_json(std::string_view text);

// Empty when the text is one well-formed JSON value within the limits, else what is wrong with it, for a person.
[[nodiscard]] std::optional<std::string> json_problem(std::string_view text);

}  // namespace lasagne

#include "lasagne/detail/json_reader.hpp"  // IWYU pragma: export
#include "lasagne/detail/json_writer.hpp"  // IWYU pragma: export
