#include "lasagne/uuid.hpp"

#include <openssl/evp.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <memory>
#include <system_error>

#include "text.hpp"

namespace lasagne {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

// The value of a hexadecimal digit; `not_hex` for anything else.
constexpr std::uint8_t not_hex = 0xff;
constexpr auto hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(not_hex);
  for (std::uint8_t i = 0; i < 16; ++i) {
    const auto digit = static_cast<unsigned char>(hex_digits[i]);
    values[digit] = i;
    if (i >= 10) values[digit - 'a' + 'A'] = i;
  }
  return values;
}();

// The groups of bytes between the dashes.
constexpr std::array<std::size_t, 5> group_ends{4, 6, 8, 10, 16};

constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {hex_digits[i >> 4U], hex_digits[i & 0x0fU]};
  return pairs;
}();

void set_version(Uuid& id, unsigned version) noexcept {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | (version << 4U));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
}

// What a digest needs costs several times more to make than to use, so each thread keeps its own.
struct Sha1 {
  struct Free {
    void operator()(EVP_MD* made) const noexcept { EVP_MD_free(made); }
    void operator()(EVP_MD_CTX* made) const noexcept { EVP_MD_CTX_free(made); }
  };
  std::unique_ptr<EVP_MD, Free> digest{EVP_MD_fetch(nullptr, "SHA1", nullptr)};
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

std::array<std::uint8_t, EVP_MAX_MD_SIZE> sha1(const Uuid& cause, std::string_view tag) noexcept {
  thread_local const Sha1 sha1;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> result{};
  const bool done = sha1.digest && sha1.context &&
                    EVP_DigestInit_ex2(sha1.context.get(), sha1.digest.get(), nullptr) == 1 &&
                    EVP_DigestUpdate(sha1.context.get(), cause.bytes.data(), cause.bytes.size()) == 1 &&
                    EVP_DigestUpdate(sha1.context.get(), tag.data(), tag.size()) == 1 &&
                    EVP_DigestFinal_ex(sha1.context.get(), result.data(), nullptr) == 1;
  if (!done) std::terminate();  // no memory, or a libcrypto without SHA-1: no id can be made, and none may be wrong
  return result;
}

}  // namespace

std::array<char, detail::uuid_text_size> detail::uuid_text(const Uuid& id) noexcept {
  std::array<char, uuid_text_size> text;
  char* at = text.data();
  std::size_t i = 0;
  for (const std::size_t end : group_ends) {
    if (i > 0) *at++ = '-';
    for (; i < end; ++i, at += 2) std::memcpy(at, hex_pairs[id.bytes[i]].data(), 2);
  }
  return text;
}

std::string Uuid::to_string() const {
  const auto text = detail::uuid_text(*this);
  return {text.data(), text.size()};
}

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
  if (text.size() != detail::uuid_text_size) return std::nullopt;
  Uuid id;
  const char* at = text.data();
  unsigned seen = 0;  // not_hex as soon as one is
  std::size_t i = 0;
  for (const std::size_t end : group_ends) {
    if (i > 0 && *at++ != '-') return std::nullopt;
    for (; i < end; ++i, at += 2) {
      const unsigned high = hex_values[static_cast<unsigned char>(at[0])];
      const unsigned low = hex_values[static_cast<unsigned char>(at[1])];
      seen |= high | low;
      id.bytes[i] = static_cast<std::uint8_t>(high << 4U | low);
    }
  }
  if (seen == not_hex) return std::nullopt;
  return id;
}

// Straight from the kernel: a generator of our own would give a forked child its parent's ids.
Uuid Uuid::generate() {
  Uuid id;
  if (getentropy(id.bytes.data() + 6, 10) != 0)
    throw std::system_error(errno, std::generic_category(), "lasagne: no randomness for a new id");
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  set_version(id, 7);
  return id;
}

Uuid Uuid::derive(const Uuid& cause, std::string_view tag) noexcept {
  const auto digest = sha1(cause, tag);
  Uuid id = cause;
  std::memcpy(id.bytes.data() + 6, digest.data(), 10);
  set_version(id, 8);
  return id;
}

}  // namespace lasagne

// Ids of one process share their first 48 bits, so both halves are multiplied into all bits of the result.
std::size_t std::hash<lasagne::Uuid>::operator()(const lasagne::Uuid& id) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, id.bytes.data(), sizeof high);
  std::memcpy(&low, id.bytes.data() + sizeof high, sizeof low);
  std::uint64_t mixed = high * 0x9e3779b97f4a7c15U + low;
  mixed ^= mixed >> 32U;
  mixed *= 0xd6e8feb86659fd93U;
  mixed ^= mixed >> 32U;
  return static_cast<std::size_t>(mixed);
}
