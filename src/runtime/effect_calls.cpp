#include "runtime/effect_calls.hpp"

#include <algorithm>
#include <cassert>

#include "runtime/processor.hpp"

namespace lasagne::detail {

EffectCalls::EffectCalls(std::string processor, const RetryPolicy& retry, std::size_t at_once)
    : processor_(std::move(processor)), retry_(retry), at_once_(at_once) {
  assert(at_once_ >= 1 && at_once_ <= EffectLimits::most_calls_at_once);
}

void EffectCalls::load(HeldMessages held) {
  held_ = std::move(held);
  interrupted_.clear();
  for (const auto& [position, unused] : under_way_) held_.not_due(position);
  for (const auto& entry : held_.calling()) {
    if (!under_way_.contains(entry.position)) interrupted_.emplace(entry.next_attempt, entry.position);
  }
}

std::size_t EffectCalls::free(const CallsToBegin* begin) const noexcept {
  const auto taken = under_way_.size() + (begin != nullptr ? begin->calls.size() : 0);
  return at_once_ - std::min(at_once_, taken);
}

std::vector<ParkedMessage> EffectCalls::due(Timestamp now) const {
  std::vector<ParkedMessage> due;
  if (free(nullptr) == 0) return due;
  if (!interrupted_under_way_ && !interrupted_.empty()) {
    const auto& [earliest, first] = *interrupted_.begin();
    const auto& [latest, last] = *interrupted_.rbegin();
    // As with retries: no wait is longer than the policy's longest, whatever the clock says.
    if (earliest <= now) {
      due.push_back(*held_.find(first));
    } else if (latest - now > retry_.longest_backoff) {
      due.push_back(*held_.find(last));
    }
  }
  auto retries = held_.due(now, retry_.longest_backoff, free(nullptr) - due.size());
  std::ranges::move(retries, std::back_inserter(due));
  return due;
}

std::optional<Timestamp> EffectCalls::next_due() const {
  if (free(nullptr) == 0) return std::nullopt;
  auto next = held_.next_due();
  if (!interrupted_under_way_ && !interrupted_.empty()) {
    const auto interrupted = interrupted_.begin()->first;
    if (!next || interrupted < *next) next = interrupted;
  }
  return next;
}

bool EffectCalls::used_up(const ParkedMessage& entry) const noexcept {
  return entry.status == ParkedMessage::Status::calling && entry.attempts >= retry_.attempts;
}

bool EffectCalls::may_read(const CallsToBegin& begin) const {
  if (free(&begin) == 0) return false;
  if (held_.size() + begin.marks.parked_put.size() >= ProcessorLimits::held_messages) return false;
  std::size_t queued = 0;
  for (const auto& [unused, key] : under_way_) queued += held_.of_key(key);
  return queued < under_way_.size() + EffectLimits::queued_ahead;
}

void EffectCalls::mark(ParkedMessage entry, MessagePtr message, Timestamp now, CallsToBegin& begin) const {
  ++entry.attempts;
  entry.status = ParkedMessage::Status::calling;
  // When it is called again should this process end before the call does.
  entry.next_attempt = now + retry_.backoff(entry.attempts, std::hash<Uuid>{}(message->id) + entry.attempts);
  begin.marks.parked_put.push_back(entry);
  begin.keys.insert(entry.key);
  begin.calls.push_back({std::move(entry), std::move(message)});
}

void EffectCalls::call_again(const ParkedMessage& entry, MessagePtr message, Timestamp now, CallsToBegin& begin) const {
  assert(free(&begin) > 0);
  begin.marks.parked_removed.push_back({entry.processor, entry.position});
  mark(entry, std::move(message), now, begin);
}

bool EffectCalls::take(MessagePtr message, std::string key, Timestamp now, CallsToBegin& begin) const {
  if (held_.queue(processor_, *message, key, begin.marks)) return true;
  ParkedMessage entry{processor_, message->position, std::move(key), ParkedMessage::Status::queued, 0, {}, {}, {}};
  if (begin.keys.contains(entry.key)) {  // the earlier one is put by the same commit
    entry.error = queued_behind_its_key;
    begin.marks.parked_put.push_back(std::move(entry));
    return true;
  }
  if (free(&begin) == 0) return false;
  entry.error = "a call has begun";
  mark(std::move(entry), std::move(message), now, begin);
  return true;
}

void EffectCalls::under_way(const ParkedMessage& entry) {
  const bool first = under_way_.emplace(entry.position, entry.key).second;
  assert(first);
  (void)first;
  assert(under_way_.size() <= at_once_);
}

void EffectCalls::begun(const CallsToBegin& begin) {
  for (const auto& call : begin.calls) {
    const auto* before = held_.find(call.entry.position);
    if (before != nullptr && before->status == ParkedMessage::Status::calling) {
      interrupted_.erase({before->next_attempt, before->position});
      interrupted_under_way_ = before->position;
    }
    under_way(call.entry);
  }
  held_.committed(begin.marks);
}

void EffectCalls::claim(const ParkedMessage& entry) {
  interrupted_.erase({entry.next_attempt, entry.position});
  interrupted_under_way_ = entry.position;
  under_way(entry);
}

void EffectCalls::dropped(const ParkedMessage& entry, const Commit& commit) {
  interrupted_.erase({entry.next_attempt, entry.position});
  held_.committed(commit);
}

bool EffectCalls::holds(const EffectCall& call) const {
  const auto* held = held_.find(call.entry.position);
  return held != nullptr && held->status == ParkedMessage::Status::calling && held->attempts == call.entry.attempts &&
         held->next_attempt == call.entry.next_attempt;  // else another node counted it, for a call of its own
}

void EffectCalls::settled(const EffectCall& call, const Commit& commit) {
  held_.committed(commit);
  forget(call);
}

void EffectCalls::forget(const EffectCall& call) {
  under_way_.erase(call.entry.position);
  if (interrupted_under_way_ == call.entry.position) interrupted_under_way_.reset();
}

}  // namespace lasagne::detail
