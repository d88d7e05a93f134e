// A point in time: UTC, microseconds, ISO 8601 as text.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lasagne {

using Duration = std::chrono::microseconds;

// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as POSIX time). Years 0000 to 9999.
struct Timestamp {
  std::int64_t microseconds = 0;

  // "2026-01-31T09:05:07.000123Z": always six digits and Z, so that text sorts as time does.
  [[nodiscard]] std::string to_string() const;
  // ISO 8601 date and time with 'T', optional fraction of 1 to 9 digits (beyond six are cut), and Z or ±hh:mm. A leap
  // second (:60) reads as the first second of the next minute. Empty when the text is not such a time or lies outside
  // the years 0000..9999.
  [[nodiscard]] static std::optional<Timestamp> parse(std::string_view text) noexcept;

  // Saturates at the ends of the range instead of overflowing; a difference, at those of Duration.
  friend Timestamp operator+(Timestamp time, Duration by) noexcept;
  friend Timestamp operator-(Timestamp time, Duration by) noexcept;
  friend Duration operator-(Timestamp a, Timestamp b) noexcept;
  friend auto operator<=>(Timestamp, Timestamp) = default;
  friend bool operator==(Timestamp, Timestamp) = default;
};

}  // namespace lasagne
