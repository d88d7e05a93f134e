// 128-bit ids (RFC 9562).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lasagne {

// A value type; a default-constructed one is the nil id. Thread-safe like an int.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  // The canonical 36-character form, lower case.
  [[nodiscard]] std::string to_string() const;
  // Accepts the 36-character form in either case; anything else is empty.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text) noexcept;

  // A fresh id, version 7: its first 48 bits are the time in milliseconds, so ids made one after the other are
  // neighbours in an index. Not for domain code, which derives ids instead. Thread-safe.
  [[nodiscard]] static Uuid generate();

  // The same id for the same (cause, tag), always and on every machine. Version 8: the first 48 bits are the cause's,
  // so that the ids of one process stay neighbours in an index; 74 of the rest come from a SHA-1 of cause and tag. Ends
  // the program where no SHA-1 is to be had: no memory, or a libcrypto without it. Thread-safe.
  [[nodiscard]] static Uuid derive(const Uuid& cause, std::string_view tag) noexcept;

  // Whether it is the id that names nothing.
  [[nodiscard]] bool is_nil() const noexcept { return *this == Uuid{}; }
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  friend bool operator==(const Uuid&, const Uuid&) = default;
};

}  // namespace lasagne

template <>
struct std::hash<lasagne::Uuid> {
  std::size_t operator()(const lasagne::Uuid& id) const noexcept;
};
