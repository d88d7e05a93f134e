// Messages to and from JSON: plain structs, no macro, no registration.
//
// Understood: bool, integers (range-checked), float and double, std::string, enums (by name), Uuid, Timestamp (ISO
// 8601), Money (an integer), Duration (integer microseconds), std::optional (absent or null is empty; written as null),
// std::vector, std::set, std::map with string, Uuid or enum keys, std::variant of structs
// ({"type": NAME, "data": {...}}), types with a JsonAs of their own, and aggregates of these, nested: of up to 100
// members, without base classes, C arrays, bit-fields and references. Any other type does not compile, and the error
// names the member. An unknown member is ignored; a missing required one is an error that names its path. An enum must
// have an underlying type (as any enum class has); its values are looked for from -1 to 127: specialise
// lasagne::EnumRange for others, or JsonAs for flags. A struct's members must be default-constructible and assignable
// to be read.
//
// All functions are thread-safe.
#pragma once

#include <concepts>
#include <cstddef>
#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace lasagne {

// What is wrong with the text and where: "items[2].quantity: expected integer".
struct DecodeError {
  std::string path{};  // empty for the document itself
  std::string problem{};
  [[nodiscard]] std::string to_string() const { return path.empty() ? problem : path + ": " + problem; }
};

// A value that JSON cannot hold, and where it is: "items[2].name: the text is not UTF-8".
class EncodeError : public std::invalid_argument {
 public:
  explicit EncodeError(DecodeError where) : std::invalid_argument(where.to_string()), where_(std::move(where)) {}
  [[nodiscard]] const std::string& path() const noexcept { return where_.path; }
  [[nodiscard]] const std::string& problem() const noexcept { return where_.problem; }

 private:
  DecodeError where_;
};

// Input that is longer or nested deeper is refused.
struct JsonLimits {
  static constexpr std::size_t nesting = 32;  // arrays and objects in one another
  static constexpr std::size_t bytes = 32 << 20;
};

// How a type of your own is kept, as a type that is understood. Specialise it for what is no aggregate, or is to have a
// spelling of its own:
//
//   template <>
//   struct lasagne::JsonAs<library::Isbn> {
//     static std::string to(const library::Isbn& isbn) { return isbn.digits(); }
//     static std::expected<library::Isbn, std::string> from(const std::string& digits);  // or what is wrong with it
//   };
//
// The type must be default-constructible. `from` gives back what `to` was given; where the type has ==, a message whose
// value does not come back equal is refused.
template <class T>
struct JsonAs;

// Gives valid JSON without white space, for people and other programs. What JSON cannot hold is replaced: bytes of
// a string that are not UTF-8 by U+FFFD, infinite and NaN numbers by null, times outside the years 0000 to 9999 by the
// nearest within. Throws EncodeError for what no correct program holds: an enum value that has no name, a variant left
// valueless by an exception.
template <class T>
[[nodiscard]] std::string to_json(const T& value);

// The same, appended to `out`. When it throws, `out` keeps a part of the text.
template <class T>
void write_json(const T& value, std::string& out);

// Gives text that reads back as an equal value; everything that is stored has this form. Throws EncodeError for
// whatever would not read back equal: besides the above, a string that is not UTF-8, an infinite number, NaN in an
// optional, a time outside the years 0000 to 9999, values nested deeper than JsonLimits::nesting.
template <class T>
[[nodiscard]] std::string to_exact_json(const T& value);

// Checks that the text is UTF-8. Of duplicate members the last one counts. Integers are read exactly, whatever their
// size, and never from text with a fraction or an exponent; a null read as a double is NaN.
template <class T>
[[nodiscard]] std::expected<T, DecodeError> from_json(std::string_view text);

// Says, for a person, what is wrong with the text; empty when it is one well-formed JSON value within the limits.
[[nodiscard]] std::optional<std::string> json_problem(std::string_view text);

}  // namespace lasagne

#include "lasagne/detail/json_reader.hpp"  // IWYU pragma: export
#include "lasagne/detail/json_writer.hpp"  // IWYU pragma: export
