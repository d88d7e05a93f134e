#include "store/sqlite/checksum.hpp"

#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>

#include <openssl/evp.h>

namespace lasagne::detail::sqlite {

namespace {

// What a digest needs costs more to make than to use, so each thread keeps its own.
struct Sha256 {
  struct Free {
    void operator()(EVP_MD* made) const noexcept { EVP_MD_free(made); }
    void operator()(EVP_MD_CTX* made) const noexcept { EVP_MD_CTX_free(made); }
  };
  std::unique_ptr<EVP_MD, Free> digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 8> bytes{};
  for (auto& byte : bytes) {
    byte = static_cast<char>(value & 0xffU);
    value >>= 8U;
  }
  out.append(bytes.data(), bytes.size());
}

constexpr std::size_t lane_bytes = 8;

std::uint64_t lane(const Digest& digest, std::size_t at) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = lane_bytes; i-- > 0;) value = value << 8U | digest[at + i];
  return value;
}

void set_lane(Digest& digest, std::size_t at, std::uint64_t value) noexcept {
  for (std::size_t i = 0; i < lane_bytes; ++i, value >>= 8U) digest[at + i] = static_cast<std::uint8_t>(value);
}

}  // namespace

std::string_view bytes_of(const Digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::optional<Digest> digest_of(std::string_view bytes) noexcept {
  Digest digest{};
  if (bytes.size() != digest.size()) return std::nullopt;
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

void RowHash::integer(std::int64_t value) {
  row_ += 'i';
  append_number(row_, static_cast<std::uint64_t>(value));
}

void RowHash::sized(char type, std::string_view value) {
  row_ += type;
  append_number(row_, value.size());
  row_ += value;
}

Digest RowHash::digest() const noexcept {
  thread_local const Sha256 sha256;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> result{};
  const bool done = sha256.digest && sha256.context &&
                    EVP_DigestInit_ex2(sha256.context.get(), sha256.digest.get(), nullptr) == 1 &&
                    EVP_DigestUpdate(sha256.context.get(), row_.data(), row_.size()) == 1 &&
                    EVP_DigestFinal_ex(sha256.context.get(), result.data(), nullptr) == 1;
  if (!done) std::terminate();  // no memory, or a libcrypto without SHA-256: a wrong checksum would condemn the file
  Digest digest{};
  std::memcpy(digest.data(), result.data(), digest.size());
  return digest;
}

void Sum::add(const Digest& row) noexcept {
  for (std::size_t at = 0; at < value_.size(); at += lane_bytes) set_lane(value_, at, lane(value_, at) + lane(row, at));
}

void Sum::subtract(const Digest& row) noexcept {
  for (std::size_t at = 0; at < value_.size(); at += lane_bytes) set_lane(value_, at, lane(value_, at) - lane(row, at));
}

Sum Sum::of(const Digest& value) noexcept {
  Sum sum;
  sum.value_ = value;
  return sum;
}

}  // namespace lasagne::detail::sqlite
