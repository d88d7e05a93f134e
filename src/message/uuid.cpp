#include "lasagne/uuid.hpp"

#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include <array>
#include <boost/uuid/detail/sha1.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
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

constexpr bool is_dash_place(std::size_t i) noexcept { return i == 8 || i == 13 || i == 18 || i == 23; }

void set_version(Uuid& id, unsigned version) noexcept {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | (version << 4U));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
}

}  // namespace

std::array<char, detail::uuid_text_size> detail::uuid_text(const Uuid& id) noexcept {
  std::array<char, uuid_text_size> text;
  std::size_t at = 0;
  for (const std::uint8_t byte : id.bytes) {
    if (is_dash_place(at)) text[at++] = '-';
    text[at++] = hex_digits[byte >> 4U];
    text[at++] = hex_digits[byte & 0x0fU];
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
  std::size_t at = 0;
  for (std::uint8_t& byte : id.bytes) {
    if (is_dash_place(at) && text[at++] != '-') return std::nullopt;
    const auto high = hex_values[static_cast<unsigned char>(text[at])];
    const auto low = hex_values[static_cast<unsigned char>(text[at + 1])];
    if ((high | low) == not_hex) return std::nullopt;
    byte = static_cast<std::uint8_t>(high << 4U | low);
    at += 2;
  }
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
  boost::uuids::detail::sha1 sha1;
  sha1.process_bytes(cause.bytes.data(), cause.bytes.size());
  sha1.process_bytes(tag.data(), tag.size());
  unsigned int digest[5];
  sha1.get_digest(digest);

  Uuid id = cause;
  // Big-endian by hand: the same id on every machine.
  for (std::size_t i = 0; i < 10; ++i) id.bytes[i + 6] = static_cast<std::uint8_t>(digest[i / 4] >> (24 - 8 * (i % 4)));
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
