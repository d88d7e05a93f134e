// The checksums of a file: SHA-256 of rows, and sums of them that do not depend on an order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lasagne::detail::sqlite {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] std::string_view bytes_of(const Digest& digest) noexcept;
// Empty when these are not 32 bytes.
[[nodiscard]] std::optional<Digest> digest_of(std::string_view bytes) noexcept;

// Hashes the values of a row. Each goes in with its type and its length, so that no two rows hash alike only since one
// value ends where the next begins.
class RowHash {
 public:
  explicit RowHash(std::string_view table) { text(table); }

  void null() { row_ += 'n'; }
  void integer(std::int64_t value);
  void text(std::string_view value) { sized('t', value); }
  void blob(std::string_view value) { sized('b', value); }
  [[nodiscard]] Digest digest() const noexcept;

 private:
  void sized(char type, std::string_view value);
  std::string row_;
};

// The sum of the hashes of a set of rows: it changes with each row that comes, goes or differs, and can be kept up to
// date without reading the others.
class Sum {
 public:
  void add(const Digest& row) noexcept;
  void subtract(const Digest& row) noexcept;
  [[nodiscard]] const Digest& value() const noexcept { return value_; }
  [[nodiscard]] static Sum of(const Digest& value) noexcept;
  friend bool operator==(const Sum&, const Sum&) = default;

 private:
  Digest value_{};  // four numbers of 64 bits, each modulo 2^64, the least significant byte first
};

}  // namespace lasagne::detail::sqlite
