#include "runtime/failure_policy.hpp"

#include <utility>

namespace lasagne::detail {

namespace {

using Kind = HandlerFailure::Kind;
constexpr std::size_t error_kept = Limits::error_bytes / 2 - 64;  // so that two and some words are within the bound

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

LogEntry FailurePolicy::entry(LogEntry::Level level, const Message& message, std::uint32_t attempts,
                              const std::string& cause) const {
  return {level,      processor_ + ": " + message.type + " at position " + std::to_string(message.position),
          processor_, message.position,
          attempts,   cause};
}

FailurePolicy::Outcome FailurePolicy::settle(const Message& message, const HandlerFailure& failure,
                                             const ParkedMessage* earlier, Timestamp now, HopBuilder& builder) const {
  const std::uint32_t attempts = earlier != nullptr ? earlier->attempts + 1 : 1;
  ParkedMessage held{processor_,
                     message.position,
                     earlier != nullptr ? earlier->key : handler_.key(message),
                     ParkedMessage::Status::parked,
                     attempts,
                     now,
                     failure.error.substr(0, error_kept),
                     earlier != nullptr ? earlier->edited_data : std::string()};
  const std::string attempt = "attempt " + std::to_string(attempts) + " of " + std::to_string(retry_.attempts);
  if (attempts < retry_.attempts && may_pass(failure)) {
    held.status = ParkedMessage::Status::retrying;
    held.next_attempt = now + retry_.backoff(attempts, std::hash<Uuid>{}(message.id) + attempts);
    auto told = entry(LogEntry::Level::warning, message, attempts, held.error);
    told.text += " failed, " + attempt + ", and is tried again at " + held.next_attempt.to_string() + ": " + held.error;
    return {std::move(held), std::move(told)};
  }
  if (failure.kind != Kind::answer_unstorable) {
    const auto answered = handler_.answer_failure(message, {failure.error, attempts}, builder);
    if (answered && *answered) {
      auto told = entry(LogEntry::Level::warning, message, attempts, held.error);
      told.text += " failed, " + attempt + ", and the answer of on_failure is recorded: " + held.error;
      return {std::nullopt, std::move(told)};
    }
    if (!answered) held.error += "; on_failure failed too: " + answered.error().error.substr(0, error_kept);
  }
  auto told = entry(LogEntry::Level::error, message, attempts, held.error);
  told.text += " is parked (" + held.key + ") after " + std::to_string(attempts) + " attempts: " + held.error;
  return {std::move(held), std::move(told)};
}

}  // namespace lasagne::detail
