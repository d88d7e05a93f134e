#include "runtime/failure_policy.hpp"

#include <utility>

namespace lasagne::detail {

namespace {

using Kind = HandlerFailure::Kind;
constexpr std::size_t key_error_kept = 1024;
// So that two of them, that of the key and some words are within the bound.
constexpr std::size_t error_kept = (Limits::error_bytes - key_error_kept) / 2 - 128;

// A message that waits for another one has a key of its own, so that it holds back nobody, least of all the one that it
// waits for. It keeps a key of its own when it fails after that: its successors have overtaken it.
constexpr std::string_view waiting = " (not yet, message ";
constexpr std::string_view failed_after_waiting = " (failed after waiting, message ";

std::string own_key_end(std::string_view what, Position position) {
  return std::string(what) + std::to_string(position) + ")";
}

bool is_own_key(const ParkedMessage& entry, std::string_view what) {
  return entry.key.ends_with(own_key_end(what, entry.position));
}

std::string own_key(std::string key, std::string_view what, Position position) {
  const auto end = own_key_end(what, position);
  if (key.size() + end.size() > Limits::key_bytes) key = MessageHandler::short_key(key);
  return key + end;
}

}  // namespace

bool FailurePolicy::may_pass(const HandlerFailure& failure) const {
  if (failure.kind == Kind::not_yet) return true;
  if (failure.kind != Kind::thrown) return false;
  if (!retry_.transient) return true;
  const auto asked = guarded([&] {
    try {
      std::rethrow_exception(failure.thrown);
    } catch (const std::exception& error) {
      return std::optional<bool>(retry_.transient(error));
    } catch (...) {
      return std::optional<bool>();
    }
  });
  if (!asked) {
    log_({LogEntry::Level::error,
          processor_ +
              ": RetryPolicy::transient threw, so the error is taken as one that may pass: " + asked.error().error,
          processor_, 0, 0, asked.error().error});
    return true;
  }
  return asked->value_or(true);
}

LogEntry FailurePolicy::entry(LogEntry::Level level, const Message& message, const ParkedMessage& held) const {
  return {level,         processor_ + ": " + message.type + " at position " + std::to_string(message.position),
          processor_,    message.position,
          held.attempts, held.error};
}

ParkedMessage FailurePolicy::held_as(const Message& message, const HandlerFailure& failure,
                                     const ParkedMessage* earlier) const {
  ParkedMessage held;
  held.processor = processor_;
  held.position = message.position;
  const auto told_key = handler_.key(message);
  const auto key = told_key.value_or(MessageHandler::key_of_its_own(message));
  held.key = earlier != nullptr ? earlier->key : key;
  held.attempts = earlier != nullptr ? earlier->attempts + 1 : 1;
  held.error = failure.error.substr(0, error_kept);
  if (!told_key && told_key.error().error != failure.error) {
    held.error += "; and its key cannot be determined: " + told_key.error().error.substr(0, key_error_kept);
  }
  if (earlier != nullptr) held.edited_data = earlier->edited_data;
  const bool waited = earlier != nullptr && is_own_key(*earlier, waiting);
  if (failure.kind == Kind::not_yet && (waited || held.attempts == 1)) {
    held.key = waited ? earlier->key : own_key(key, waiting, message.position);
  } else if (waited) {
    held.key = own_key(key, failed_after_waiting, message.position);
    held.attempts = 1;
  }
  return held;
}

FailurePolicy::Outcome FailurePolicy::settle(const Message& message, const HandlerFailure& failure,
                                             const ParkedMessage* earlier, Timestamp now, HopBuilder& builder) const {
  ParkedMessage held = held_as(message, failure, earlier);
  const bool waits = is_own_key(held, waiting);
  const std::uint32_t most = waits ? retry_.not_yet_attempts : retry_.attempts;
  const std::string attempt = "attempt " + std::to_string(held.attempts) + " of " + std::to_string(most);
  if (held.attempts < most && may_pass(failure)) {
    held.status = ParkedMessage::Status::retrying;
    held.next_attempt = now + retry_.backoff(held.attempts, std::hash<Uuid>{}(message.id) + held.attempts);
    auto told = entry(waits ? LogEntry::Level::debug : LogEntry::Level::warning, message, held);
    told.text += (waits ? " has to wait, " : " failed, ") + attempt + ", and is tried again at " +
                 held.next_attempt.to_string() + ": " + held.error;
    return {std::move(held), std::move(told)};
  }
  held.status = ParkedMessage::Status::parked;
  held.next_attempt = now;
  if (failure.kind != Kind::answer_unstorable && failure.kind != Kind::undecodable) {
    const auto answered = handler_.answer_failure(message, {failure.error, held.attempts}, builder);
    if (answered && *answered) {
      auto told = entry(LogEntry::Level::warning, message, held);
      told.text += " failed, " + attempt + ", and the answer of on_failure is recorded: " + held.error;
      return {std::nullopt, std::move(told)};
    }
    if (!answered) held.error += "; on_failure failed too: " + answered.error().error.substr(0, error_kept);
  }
  auto told = entry(LogEntry::Level::error, message, held);
  told.text += " is parked (" + held.key + ") after " + std::to_string(held.attempts) + " attempts: " + held.error;
  return {std::move(held), std::move(told)};
}

}  // namespace lasagne::detail
