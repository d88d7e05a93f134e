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

// Thrown by a handler to say that it cannot handle this message yet, since another one must come first: a process
// manager that is told of a payment before it has heard of the order, say. The message is tried again after the waits
// of the RetryPolicy, up to not_yet_attempts times, which do not count as failed attempts; then it is treated as one
// that failed for good. Unlike a failure it does not hold back its key, or it would hold back what it waits for: the
// key's successors overtake it, and the handler must be content with that. After a failed attempt of the same message,
// NotYet counts as another failed one. In Runtime::execute it is an error like any other exception.
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
  // One that throws is told of in the log, and means yes.
  std::function<bool(const std::exception&)> transient = nullptr;

  // How often, in all, a handler may say NotYet of one message: with the waits above, for some 25 minutes.
  std::uint32_t not_yet_attempts = 60;

  // The wait after `failed_attempts` failures: 0 to longest_backoff, whatever the other members are.
  [[nodiscard]] Duration backoff(std::uint32_t failed_attempts, std::uint64_t seed) const;
};

// A handler gave up on a message.
struct Failure {
  std::string error;
  std::uint32_t attempts = 0;
};

}  // namespace lasagne
