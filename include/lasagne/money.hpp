// Money in minor units (cents): an integer, never floating point.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace lasagne {

// In JSON a plain integer. Arithmetic that would overflow gives nothing instead of a wrong amount.
struct Money {
  std::int64_t minor_units = 0;

  // Empty where the sum, difference or product is out of range.
  [[nodiscard]] static std::optional<Money> add(Money a, Money b) noexcept {
    Money sum;
    if (__builtin_add_overflow(a.minor_units, b.minor_units, &sum.minor_units)) return std::nullopt;
    return sum;
  }
  [[nodiscard]] static std::optional<Money> subtract(Money a, Money b) noexcept {
    Money difference;
    if (__builtin_sub_overflow(a.minor_units, b.minor_units, &difference.minor_units)) return std::nullopt;
    return difference;
  }
  [[nodiscard]] static std::optional<Money> multiply(Money price, std::int64_t quantity) noexcept {
    Money product;
    if (__builtin_mul_overflow(price.minor_units, quantity, &product.minor_units)) return std::nullopt;
    return product;
  }

  friend auto operator<=>(Money, Money) = default;
  friend bool operator==(Money, Money) = default;
};

}  // namespace lasagne
