// SHA-1 of short texts, block by block. Ids are derived with it for every message; Boost's, which takes the text byte
// by byte, was a sixth of what the engine did for a message.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lasagne::detail {

class Sha1 {
 public:
  using Digest = std::array<std::uint32_t, 5>;

  void add(std::string_view bytes) noexcept {
    length_ += bytes.size();
    while (!bytes.empty()) {
      const std::size_t taken = std::min(bytes.size(), block_.size() - used_);
      std::memcpy(block_.data() + used_, bytes.data(), taken);
      used_ += taken;
      bytes.remove_prefix(taken);
      if (used_ == block_.size()) take_block();
    }
  }

  // Only once, after all was added.
  [[nodiscard]] Digest digest() noexcept {
    const std::uint64_t bits = length_ * 8;
    block_[used_++] = 0x80;
    if (used_ == block_.size()) take_block();
    if (used_ > block_.size() - sizeof bits) pad_to(block_.size());
    pad_to(block_.size() - sizeof bits);
    for (std::size_t i = 0; i < sizeof bits; ++i) block_[used_++] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
    take_block();
    return state_;
  }

 private:
  void pad_to(std::size_t end) noexcept {
    std::memset(block_.data() + used_, 0, end - used_);
    used_ = end;
    if (used_ == block_.size()) take_block();
  }

  void take_block() noexcept {
    std::array<std::uint32_t, 80> w;
    for (std::size_t i = 0; i < 16; ++i) {
      std::uint32_t word = 0;
      std::memcpy(&word, block_.data() + 4 * i, sizeof word);
      if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap32(word);
      w[i] = word;
    }
    for (std::size_t i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);

    std::uint32_t a = state_[0];
    std::uint32_t b = state_[1];
    std::uint32_t c = state_[2];
    std::uint32_t d = state_[3];
    std::uint32_t e = state_[4];
    const auto round = [&](std::uint32_t mixed, std::uint32_t added) {
      const std::uint32_t next = std::rotl(a, 5) + mixed + e + added;
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    };
    // Five rounds bring each variable back to its place, so that nothing needs to be moved.
#pragma GCC unroll 20
    for (std::size_t i = 0; i < 20; ++i) round(d ^ (b & (c ^ d)), 0x5a827999 + w[i]);
#pragma GCC unroll 20
    for (std::size_t i = 20; i < 40; ++i) round(b ^ c ^ d, 0x6ed9eba1 + w[i]);
#pragma GCC unroll 20
    for (std::size_t i = 40; i < 60; ++i) round((b & c) | (d & (b | c)), 0x8f1bbcdc + w[i]);
#pragma GCC unroll 20
    for (std::size_t i = 60; i < 80; ++i) round(b ^ c ^ d, 0xca62c1d6 + w[i]);
    state_ = {state_[0] + a, state_[1] + b, state_[2] + c, state_[3] + d, state_[4] + e};
    used_ = 0;
  }

  Digest state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  std::array<std::uint8_t, 64> block_;
  std::size_t used_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace lasagne::detail
