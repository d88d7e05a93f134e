#include "runtime/log_processor.hpp"

#include <cassert>
#include <utility>

namespace lasagne::detail {

LogProcessor::LogProcessor(Store& store, const Registry& registry, StateCache& shared_cache, ProcessorSpec spec,
                           const RuntimeLog& log)
    : store_(store),
      registry_(registry),
      cache_(spec.looks_back ? own_cache_ : shared_cache),
      spec_(std::move(spec)),
      log_(log),
      failures_(spec_.name, spec_.retry, *spec_.handler, log),
      first_checkpoint_(spec_.start_from) {}

void LogProcessor::tell(LogEntry::Level level, const std::string& text, const std::string& cause) const {
  log_({level, spec_.name + ": " + text + ": " + cause, spec_.name, 0, 0, cause});
}

Result<void> LogProcessor::record_start() {
  const auto recorded = first_checkpoint_.record(store_, spec_.name);
  if (!recorded) return std::unexpected(recorded.error());
  return {};
}

Result<void> LogProcessor::load() {
  const auto checkpoint = first_checkpoint_.record(store_, spec_.name);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  auto held = HeldMessages::read(store_, spec_.name);
  if (!held) return std::unexpected(std::move(held.error()));
  checkpoint_ = *checkpoint;
  cursor_ = *checkpoint;
  held_ = *std::move(held);
  unstorable_.reset();
  return {};
}

Result<bool> LogProcessor::step(Timestamp now) {
  if (reload_.exchange(false)) {
    if (auto loaded = load(); !loaded) {
      reload_.store(true);
      return std::unexpected(std::move(loaded.error()));
    }
  }
  try {
    if (const auto due = held_.due(now, spec_.retry.longest_backoff)) return retry(*due, now);
    return read_on(now);
  } catch (const StoreFailure& failure) {
    return std::unexpected(failure.error());
  }
}

LogProcessor::Hop LogProcessor::new_hop(Timestamp now) {
  return {HopBuilder(store_, cache_, registry_, spec_.module, spec_.name), now, {}, cursor_, 0, 0, false, {}};
}

Result<bool> LogProcessor::read_on(Timestamp now) {
  if (held_.size() >= ProcessorLimits::held_messages) return false;
  const bool behind = store_.visible_position() > cursor_ + ProcessorLimits::far_messages;
  const auto limit = behind && batch_ > 1 ? ProcessorLimits::batch_behind : batch_;
  auto slice = store_.read_all(cursor_, spec_.handler->reads(), limit);
  if (!slice) return std::unexpected(std::move(slice.error()));
  // The log's end: reading less than asked for says so.
  if (slice->messages.empty()) return nothing_until(slice->scanned_to, now);
  Hop hop = new_hop(now);
  hop.to = slice->scanned_to;
  for (const auto& message : slice->messages) {
    if (!spec_.handler->concerns(*message)) continue;
    if (take(*message, hop)) continue;
    hop.to = message->position;
    break;
  }
  if (hop.handled > 0) return commit(hop);
  if (auto moved = nothing_until(hop.to, now); !moved) return moved;
  return true;
}

// Nothing up to there concerned us. True if the checkpoint moved with it.
Result<bool> LogProcessor::nothing_until(Position to, Timestamp now) {
  cursor_ = to;
  if (cursor_ - checkpoint_ < ProcessorLimits::unmarked_scan) return false;
  Hop hop = new_hop(now);
  return commit(hop);
}

bool LogProcessor::take(const Message& message, Hop& hop) {
  ++hop.handled;
  hop.last = message.position;
  const bool known = unstorable_ && unstorable_->position == message.position;
  std::optional<HandlerFailure> failure;
  if (known) {
    failure = unstorable_->failure;
  } else if (!held_.empty()) {
    auto key = spec_.handler->key(message);
    if (key && held_.queue(spec_.name, message, *key, hop.held)) return true;
    if (!key) failure = std::move(key.error());  // whom it must not overtake is unknown
  }
  if (!failure) failure = spec_.handler->handle(message, hop.builder);
  const bool failed = failure && !settle(message, *failure, nullptr, hop);
  return !failed && !hop.answered_failure && hop.builder.messages() < ProcessorLimits::batch_output;
}

bool LogProcessor::settle(const Message& message, const HandlerFailure& failure, const ParkedMessage* earlier,
                          Hop& hop) {
  auto outcome = failures_.settle(message, failure, earlier, hop.now, hop.builder);
  hop.told.push_back(std::move(outcome.told));
  hop.answered_failure = !outcome.held;
  if (!outcome.held) return true;
  const bool key_is_free = earlier != nullptr && outcome.held->key != earlier->key;
  hop.held.parked_put.push_back(*std::move(outcome.held));
  return key_is_free;
}

Result<bool> LogProcessor::retry(const ParkedMessage& entry, Timestamp now) {
  auto slice = store_.read_all(entry.position - 1, {}, 1);
  if (!slice) return std::unexpected(std::move(slice.error()));
  Hop hop = new_hop(now);
  hop.handled = 1;
  hop.last = entry.position;
  if (slice->messages.empty() || slice->messages.front()->position != entry.position) {
    hop.told.push_back({LogEntry::Level::info,
                        spec_.name + ": the message at position " + std::to_string(entry.position) +
                            " was scavenged, and is no longer tried again",
                        spec_.name, entry.position, entry.attempts, entry.error});
    held_.settle(entry, now, hop.held);
    return commit(hop);
  }
  Message message = *slice->messages.front();
  if (!entry.edited_data.empty()) message.data = entry.edited_data;
  const bool known = unstorable_ && unstorable_->position == message.position;
  const auto failure = known ? unstorable_->failure : spec_.handler->handle(message, hop.builder);
  if (!failure || settle(message, *failure, &entry, hop)) {
    held_.settle(entry, now, hop.held);
  } else {
    hop.held.parked_removed.push_back({entry.processor, entry.position});
  }
  return commit(hop);
}

Result<bool> LogProcessor::commit(Hop& hop) {
  Commit commit = hop.builder.take();
  commit.parked_put = std::move(hop.held.parked_put);
  commit.parked_removed = std::move(hop.held.parked_removed);
  commit.parked_required = std::move(hop.held.parked_required);
  commit.recorded_at = hop.now;
  commit.checkpoint = CheckpointMove{spec_.name, checkpoint_, hop.to};
  auto result = store_.append_taking(commit, Await::visible);
  if (!result) return refused(std::move(result.error()), hop);
  if (result->repeated) {  // by another node, or by us when the answer was lost: the log says where we stand
    reload_.store(true);
    return true;
  }
  assert(result->revisions.size() == commit.appends.size());
  assert(hop.to >= checkpoint_);
  hop.builder.committed(commit, *result);
  checkpoint_ = cursor_ = hop.to;
  overtaken_ = false;
  conflicts_ = 0;
  batch_ = ProcessorLimits::batch_messages;
  if (unstorable_ && unstorable_->position == hop.last) unstorable_.reset();
  held_.committed(commit);
  for (const auto& entry : hop.told) log_(entry);
  return true;
}

Result<bool> LogProcessor::refused(Error error, const Hop& hop) {
  switch (meaning_of(error.code)) {
    case Refused::decide_again:
      batch_ = 1;
      if (++conflicts_ <= ProcessorLimits::conflicts_in_a_row) return true;
      conflicts_ = 0;
      error.code = ErrorCode::unavailable;
      return std::unexpected(std::move(error));
    case Refused::read_again:
      if (error.code == ErrorCode::checkpoint_moved && !std::exchange(overtaken_, true)) {
        tell(LogEntry::Level::warning, "another runtime moved the checkpoint", error.message);
      }
      reload_.store(true);
      return true;
    case Refused::wait:
      return std::unexpected(std::move(error));
    case Refused::for_good:
      return unstorable(std::move(error), hop);
  }
  return std::unexpected(std::move(error));
}

// A batch is tried again one by one, so that the one message that cannot be stored is known. That one then counts as
// failed for good: first what its handler answered, then what on_failure answered in its place.
Result<bool> LogProcessor::unstorable(Error error, const Hop& hop) {
  using Kind = HandlerFailure::Kind;
  if (hop.handled > 1) {
    batch_ = 1;
    return true;
  }
  const bool known = unstorable_ && unstorable_->position == hop.last;
  if (hop.handled == 0 || (known && unstorable_->failure.kind == Kind::answer_unstorable)) {
    // Not even the checkpoint, or that it is parked, is taken: there is nothing smaller to try.
    error.code = ErrorCode::unavailable;
    return std::unexpected(std::move(error));
  }
  if (hop.answered_failure) {
    const auto first = hop.told.empty() ? std::string() : hop.told.back().cause + "; ";
    unstorable_ = Unstorable{
        hop.last, {Kind::answer_unstorable, first + "the answer of on_failure cannot be stored: " + error.message}};
  } else {
    unstorable_ =
        Unstorable{hop.last, {Kind::unstorable, "what the handler answered cannot be stored: " + error.message}};
  }
  return true;
}

}  // namespace lasagne::detail
