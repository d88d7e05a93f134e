// What a seed makes of a scenario: the same on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "lasagne/uuid.hpp"

namespace simulate {

class RandomChoices {
 public:
  explicit RandomChoices(std::uint64_t seed) : random_(seed) {}
  // Not std::uniform_int_distribution, whose results differ between libraries.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool percent(std::int64_t share) { return between(0, 99) < share; }

 private:
  std::mt19937_64 random_;
};

// By name and number: "cart 3".
inline lasagne::Uuid numbered(const std::string& what, std::size_t number) {
  return lasagne::Uuid::derive(lasagne::Uuid{}, what + " " + std::to_string(number));
}

}  // namespace simulate
