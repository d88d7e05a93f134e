// What follows when a message could not be handled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lasagne/log_entry.hpp"
#include "runtime/message_handler.hpp"
#include "runtime/runtime_log.hpp"

namespace lasagne::detail {

// Of one processor. Immutable.
class FailurePolicy {
 public:
  struct Outcome {
    std::optional<ParkedMessage> held;  // to put: a later attempt, or parked. Empty: on_failure answered
    LogEntry told;                      // for the log, once the commit is in the store
  };

  // `handler` and `log` must outlive it.
  FailurePolicy(std::string processor, RetryPolicy retry, const MessageHandler& handler, const RuntimeLog& log)
      : processor_(std::move(processor)), retry_(std::move(retry)), handler_(handler), log_(log) {}

  [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

  // Decides by the retry policy; where that gives up it asks on_failure, whose answer it stages in `builder`.
  // `earlier` is the entry that the message is held under already, with the attempts before this one; null at the first
  // attempt. The entry in the outcome may have another key than `earlier`: then that key's successors go on.
  [[nodiscard]] Outcome settle(const Message& message, const HandlerFailure& failure, const ParkedMessage* earlier,
                               Timestamp now, HopBuilder& builder) const;

 private:
  [[nodiscard]] bool may_pass(const HandlerFailure& failure) const;
  // The entry for the failure, with the attempts so far, before it is known what follows.
  [[nodiscard]] ParkedMessage held_as(const Message& message, const HandlerFailure& failure,
                                      const ParkedMessage* earlier) const;
  [[nodiscard]] LogEntry entry(LogEntry::Level level, const Message& message, const ParkedMessage& held) const;

  const std::string processor_;
  const RetryPolicy retry_;
  const MessageHandler& handler_;
  const RuntimeLog& log_;
};

}  // namespace lasagne::detail
