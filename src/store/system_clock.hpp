// The clock of a store, and whom it tells what a person should know: those of its OpenOptions.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "lasagne/store.hpp"

namespace lasagne::detail {

inline Timestamp system_now() {
  return {std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

// A clock that throws is one that nobody set.
[[nodiscard]] inline std::function<Timestamp()> clock_of(const OpenOptions& options) {
  if (!options.clock) return system_now;
  return [clock = options.clock]() noexcept {
    try {
      return clock();
    } catch (...) {
      return system_now();
    }
  };
}

[[nodiscard]] inline std::function<void(const std::string&)> log_of(const OpenOptions& options) {
  if (!options.log) return [](const std::string&) {};
  return [log = options.log](const std::string& text) noexcept {
    try {
      log(text);
    } catch (...) {  // nobody is left to tell
    }
  };
}

}  // namespace lasagne::detail
