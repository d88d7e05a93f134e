// What becomes of a call that has ended.
#include <utility>

#include "runtime/effect_processor.hpp"

namespace lasagne::detail {

void EffectProcessor::tell(LogEntry::Level level, const ParkedMessage& entry, const std::string& what) const {
  log_({level,
        spec_.name + ": the message at position " + std::to_string(entry.position) + " " + what,
        spec_.name,
        entry.position,
        entry.attempts,
        {}});
}

Result<bool> EffectProcessor::commit_ended(Timestamp now) {
  bool any = false;
  for (std::uint32_t tries = 0; !ended_.empty();) {
    auto outcome = commit(ended_.front(), now);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    if (*outcome == Outcome::committed) {
      ended_.pop_front();
      any = true;
      tries = 0;
    } else if (++tries > ProcessorLimits::conflicts_in_a_row) {
      return fail(ErrorCode::unavailable, spec_.name + ": the store takes no answer, and does not say why");
    }
  }
  return any;
}

Result<EffectProcessor::Outcome> EffectProcessor::commit(EndedCall& ended, Timestamp now) {
  if (auto loaded = load(); !loaded) return std::unexpected(std::move(loaded.error()));
  const auto& entry = ended.call.entry;
  const bool answered = !ended.failure && !ended.put_back;
  const auto* held = calls_.held().find(entry.position);
  // What another node knows better: an answer is taken as long as the message has none, a failure only of this attempt.
  if (held == nullptr || (!answered && !calls_.holds(ended.call))) {
    if (!ended.put_back) {
      tell(LogEntry::Level::info, entry, "was settled by somebody else: what this call came to is dropped");
    }
    calls_.forget(ended.call);
    reload_.store(true);
    return Outcome::committed;
  }
  HopBuilder builder(store_, cache_, registry_, spec_.module, spec_.name);
  Commit commit = ended.answer;
  std::optional<LogEntry> told;
  bool answered_failure = false;
  if (answered) {
    calls_.held().settle(*held, now, commit);
  } else {
    ParkedMessage before = entry;
    --before.attempts;
    if (ended.put_back) {
      send_back(std::move(before), now, commit);
    } else {
      auto outcome = failures_.settle(*ended.call.message, *ended.failure, &before, now, builder);
      told = std::move(outcome.told);
      commit = builder.take();
      answered_failure = !outcome.held;
      if (answered_failure || outcome.held->key != entry.key) {  // it holds back its key no longer
        calls_.held().settle(entry, now, commit);
      } else {
        commit.parked_removed.push_back({entry.processor, entry.position});
      }
      if (outcome.held) commit.parked_put.push_back(*std::move(outcome.held));
    }
  }
  commit.recorded_at = now;
  commit.checkpoint = CheckpointMove{spec_.name, checkpoint_, checkpoint_};
  auto outcome = append(commit, Await::visible);
  if (!outcome) {
    if (meaning_of(outcome.error().code) != Refused::for_good) return outcome;
    return unstorable(ended, std::move(outcome.error()), answered_failure);
  }
  if (*outcome != Outcome::committed) return outcome;
  calls_.settled(ended.call, commit);
  if (told) log_(*told);
  return outcome;
}

// The call is not made again: what it answered counts as a failure for good, and then what on_failure answered.
Result<EffectProcessor::Outcome> EffectProcessor::unstorable(EndedCall& ended, Error error,
                                                             bool answered_failure) const {
  using Kind = HandlerFailure::Kind;
  if (answered_failure) {
    ended.failure =
        HandlerFailure{Kind::answer_unstorable,
                       ended.failure->error + "; the answer of on_failure cannot be stored: " + error.message};
    return Outcome::again;
  }
  if (!ended.failure && !ended.put_back) {
    ended.failure = HandlerFailure{Kind::unstorable, "what the handler answered cannot be stored: " + error.message};
    ended.answer = {};
    return Outcome::again;
  }
  error.code = ErrorCode::unavailable;  // not even that it is parked is taken: there is nothing smaller to try
  return std::unexpected(std::move(error));
}

// Errors: unavailable, failed, or one that says that this commit can never be stored.
Result<EffectProcessor::Outcome> EffectProcessor::append(const Commit& commit, Await await) {
  const auto result = store_.append(commit, await);
  if (result && result->repeated) {  // by another node, or by us when the answer was lost: the log says what is held
    reload_.store(true);
    return Outcome::again;
  }
  if (result) {
    overtaken_ = false;
    conflicts_ = 0;
    return Outcome::committed;
  }
  Error error = result.error();
  switch (meaning_of(error.code)) {
    case Refused::decide_again:
      if (++conflicts_ <= ProcessorLimits::conflicts_in_a_row) return Outcome::again;
      conflicts_ = 0;
      error.code = ErrorCode::unavailable;
      break;
    case Refused::read_again:
      if (error.code == ErrorCode::checkpoint_moved && !std::exchange(overtaken_, true)) {
        log_({LogEntry::Level::warning, spec_.name + ": another runtime moved the checkpoint: " + error.message,
              spec_.name, 0, 0, error.message});
      }
      reload_.store(true);
      return error.code == ErrorCode::commit_unknown ? Outcome::unknown : Outcome::again;
    case Refused::wait:
    case Refused::for_good:
      break;
  }
  return std::unexpected(std::move(error));
}

}  // namespace lasagne::detail
