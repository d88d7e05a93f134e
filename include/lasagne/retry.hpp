// When a handler that failed is tried again.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

#include "lasagne/timestamp.hpp"

namespace lasagne {

// Thrown by a handler to say that trying again is pointless.
class PermanentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Thrown by a handler that needs another message to be handled first.
class NotYet : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// While a message waits for its next attempt its key's successors queue behind it; all others flow on. Attempts and
// waits are durable: a restart goes on counting.
struct RetryPolicy {
  std::uint32_t attempts = 5;  // in all; 1 means never again
  Duration first_backoff = std::chrono::milliseconds(100);
  double factor = 2.0;
  Duration longest_backoff = std::chrono::seconds(30);
  // Share of the wait that varies, in 0..1; derived from the message id, so that a rerun waits the same.
  double jitter = 0.2;

  // Whether an error may pass by itself. Unset: every exception but PermanentError and a message that does not decode.
  std::function<bool(const std::exception&)> transient;

  // The wait after `failed_attempts` failures: 0 to longest_backoff, whatever the other members are.
  [[nodiscard]] Duration backoff(std::uint32_t failed_attempts, std::uint64_t seed) const;
};

// A handler gave up on a message.
struct Failure {
  std::string error;
  std::uint32_t attempts = 0;
};

}  // namespace lasagne
