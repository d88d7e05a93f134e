#include "runtime/effect_processor.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace lasagne::detail {

EffectProcessor::EffectProcessor(Store& store, const Registry& registry, StateCache& cache, ProcessorSpec spec,
                                 std::size_t calls_at_once, const RuntimeLog& log)
    : store_(store),
      registry_(registry),
      cache_(cache),
      spec_(std::move(spec)),
      calls_at_once_(calls_at_once),
      log_(log),
      failures_(spec_.name, spec_.retry, *spec_.handler, log),
      first_checkpoint_(spec_.start_from),
      calls_(spec_.name, spec_.retry, calls_at_once) {}

Result<void> EffectProcessor::record_start() {
  const auto recorded = first_checkpoint_.record(store_, spec_.name);
  if (!recorded) return std::unexpected(recorded.error());
  return {};
}

Result<void> EffectProcessor::load() {
  if (!reload_.exchange(false)) return {};
  const auto failed = [&](const Error& error) {
    reload_.store(true);
    return std::unexpected(error);
  };
  const auto checkpoint = first_checkpoint_.record(store_, spec_.name);
  if (!checkpoint) return failed(checkpoint.error());
  auto held = HeldMessages::read(store_, spec_.name);
  if (!held) return failed(held.error());
  checkpoint_ = *checkpoint;
  cursor_ = *checkpoint;
  ahead_.clear();
  calls_.load(*std::move(held));
  return {};
}

Result<bool> EffectProcessor::step(Timestamp now) {
  auto moved = commit_ended(now);
  if (!moved) return moved;
  auto begun = begin(now);
  if (!begun) return std::unexpected(std::move(begun.error()));
  *moved = *moved || begun->moved;
  to_make_ = std::move(begun->calls);
  while (!to_make_.empty()) {
    const EffectCall next = std::move(to_make_.front());
    to_make_.pop_front();
    ended(call(next, {}));
    if (auto committed = commit_ended(now); !committed) return committed;
  }
  return moved;
}

Result<EffectProcessor::Begun> EffectProcessor::begin(Timestamp now) {
  if (auto loaded = load(); !loaded) return std::unexpected(std::move(loaded.error()));
  // A step that the store broke off has left these.
  if (!to_make_.empty()) return Begun{std::exchange(to_make_, {}), true};
  CallsToBegin begin;
  const auto settled = begin_due(now, begin);
  if (!settled) return std::unexpected(settled.error());
  if (*settled) return Begun{{}, true};
  const auto to = begin_new(now, begin);
  if (!to) return std::unexpected(to.error());
  const bool nothing = begin.nothing();
  if (nothing && *to - checkpoint_ < ProcessorLimits::unmarked_scan)
    return Begun{{}, std::exchange(cursor_, *to) != *to};
  const auto marked = mark(begin, *to, now);
  if (!marked) return std::unexpected(marked.error());
  if (!*marked) return Begun{{}, true};
  return Begun{std::move(begin.calls), true};
}

// A message that needs no call is settled by itself, and nothing else is begun then: its commit may say that what is
// held has changed.
Result<bool> EffectProcessor::begin_due(Timestamp now, CallsToBegin& begin) {
  for (const auto& entry : calls_.due(now)) {
    auto message = held_message(entry);
    if (!message) return std::unexpected(std::move(message.error()));
    if (*message == nullptr) {
      Commit gone;
      calls_.held().settle(entry, now, gone);
      gone.recorded_at = now;
      gone.checkpoint = CheckpointMove{spec_.name, checkpoint_, checkpoint_};
      const auto outcome = append(gone, Await::visible);
      if (!outcome) return std::unexpected(outcome.error());
      if (*outcome != Outcome::committed) return true;
      calls_.dropped(entry, gone);
      tell(LogEntry::Level::info, entry, "was scavenged, and is not called again");
      return true;
    }
    if (calls_.used_up(entry)) {
      calls_.claim(entry);
      const std::runtime_error why("the process ended during the call, attempt " + std::to_string(entry.attempts));
      ended({{entry, *message},
             {},
             HandlerFailure{HandlerFailure::Kind::thrown, why.what(), std::make_exception_ptr(why)}});
      return commit_ended(now);
    }
    calls_.call_again(entry, *std::move(message), now, begin);
  }
  return false;
}

// Null when it was scavenged.
Result<MessagePtr> EffectProcessor::held_message(const ParkedMessage& entry) {
  auto slice = store_.read_all(entry.position - 1, {}, 1);
  if (!slice) return std::unexpected(std::move(slice.error()));
  if (slice->messages.empty() || slice->messages.front()->position != entry.position) return nullptr;
  if (entry.edited_data.empty()) return slice->messages.front();
  auto edited = std::make_shared<Message>(*slice->messages.front());
  edited->data = entry.edited_data;
  return edited;
}

Result<void> EffectProcessor::read_ahead() {
  if (!ahead_.empty()) return {};
  const bool behind = store_.visible_position() > cursor_ + ProcessorLimits::far_messages;
  const auto limit = behind ? ProcessorLimits::batch_behind : ProcessorLimits::batch_messages;
  auto slice = store_.read_all(cursor_, spec_.handler->reads(), limit);
  if (!slice) return std::unexpected(std::move(slice.error()));
  for (auto& message : slice->messages) {
    if (spec_.handler->concerns(*message)) ahead_.push_back(std::move(message));
  }
  read_to_ = slice->scanned_to;
  return {};
}

// Such a message is called all the same: effects of two keys are in no order, and it may be the only one of its own.
void EffectProcessor::tell_of_key(const Message& message, const std::string& cause) const {
  log_({LogEntry::Level::error,
        spec_.name + ": the key of " + message.type + " at position " + std::to_string(message.position) +
            " cannot be determined, so it is called beside those whose key it may have: " + cause,
        spec_.name, message.position, 0, cause});
}

Result<Position> EffectProcessor::begin_new(Timestamp now, CallsToBegin& begin) {
  Position to = cursor_;
  if (!calls_.may_read(begin)) return to;
  if (auto read = read_ahead(); !read) return std::unexpected(std::move(read.error()));
  while (!ahead_.empty()) {
    const auto& message = ahead_.front();
    const auto key = spec_.handler->key(*message);
    if (!calls_.take(message, key.value_or(MessageHandler::key_of_its_own(*message)), now, begin)) return to;
    if (!key && key.error().kind != HandlerFailure::Kind::undecodable) tell_of_key(*message, key.error().error);
    to = message->position;
    ahead_.pop_front();
  }
  return read_to_;
}

Result<bool> EffectProcessor::mark(const CallsToBegin& begin, Position to, Timestamp now) {
  Commit marks = begin.marks;
  marks.recorded_at = now;
  marks.checkpoint = CheckpointMove{spec_.name, checkpoint_, to};
  auto outcome = append(marks, begin.calls.empty() ? Await::visible : Await::durable);
  if (!outcome || *outcome != Outcome::committed) ahead_.clear();  // it is read again from the cursor on
  if (!outcome) {
    if (meaning_of(outcome.error().code) == Refused::for_good) outcome.error().code = ErrorCode::unavailable;
    return std::unexpected(std::move(outcome.error()));
  }
  if (*outcome == Outcome::unknown) {  // the store may have counted attempts, which must be taken back: none was made
    calls_.begun(begin);
    for (const auto& call : begin.calls) ended(put_back(call));
  }
  if (*outcome != Outcome::committed) return false;
  checkpoint_ = cursor_ = to;
  calls_.begun(begin);
  return true;
}

EndedCall EffectProcessor::call(const EffectCall& call, std::stop_token stop) const {
  HopBuilder builder(store_, cache_, registry_, spec_.module, spec_.name);
  builder.stop_token(stop);
  EndedCall ended{call, {}};
  try {
    ended.failure = spec_.handler->handle(*call.message, builder);
  } catch (const StoreFailure& failure) {  // of a store of the effect's own
    ended.failure = HandlerFailure{HandlerFailure::Kind::thrown, failure.what(), std::current_exception()};
  }
  if (!ended.failure) {
    ended.answer = builder.take();
  } else {
    ended.put_back = stop.stop_requested() && ended.failure->kind == HandlerFailure::Kind::thrown;
  }
  return ended;
}

EndedCall EffectProcessor::put_back(const EffectCall& call) {
  EndedCall ended{call, {}};
  ended.put_back = true;
  return ended;
}

}  // namespace lasagne::detail
