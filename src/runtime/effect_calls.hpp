// Which calls an effect makes, and when: no I/O, no thread, no clock.
//
// A call is marked durably before it is made, by an entry with the status `calling` that counts the attempt, in the
// commit that moves the checkpoint past the message. What the call came to removes the entry, in one commit with the
// answer. So an entry that says `calling` when a process starts tells of a call that nobody knows the end of: of an
// interrupted one. There are never more of them than calls are made at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lasagne/retry.hpp"
#include "runtime/held_messages.hpp"

namespace lasagne::detail {

struct EffectLimits {
  static constexpr std::size_t most_calls_at_once = 1024;  // that HandlerOptions may ask for
  static constexpr std::size_t queued_ahead =
      256;  // behind the keys of calls under way; past this nothing more is read
  static constexpr std::chrono::milliseconds flush_wait{20};  // for the hops to flush what was committed
  static constexpr std::chrono::milliseconds unavailable_wait{100};
  static constexpr std::chrono::milliseconds retry_wait{1};  // at least, until a retry that is due is looked at
};

// A call that was begun.
struct EffectCall {
  ParkedMessage entry;  // as it is held meanwhile: `calling`, with this attempt counted
  MessagePtr message;   // with the edited data, if there is any
};

// Calls that are about to begin, and the one commit that must be durable before.
struct CallsToBegin {
  Commit marks;
  std::deque<EffectCall> calls;
  std::unordered_set<std::string> keys = {};  // of the calls

  [[nodiscard]] bool nothing() const noexcept { return marks.parked_put.empty() && marks.parked_removed.empty(); }
};

// Of one effect. Not thread-safe.
class EffectCalls {
 public:
  EffectCalls(std::string processor, const RetryPolicy& retry, std::size_t at_once);

  // What the store has. A call that was begun here stays under way; any other that was begun is interrupted.
  void load(HeldMessages held);
  [[nodiscard]] bool busy() const noexcept { return !under_way_.empty(); }
  [[nodiscard]] const HeldMessages& held() const noexcept { return held_; }

  // The held messages to call now, as many as may begin: retries, and one interrupted call at a time. If that one ends
  // the process again it takes no other down that was interrupted with it.
  [[nodiscard]] std::vector<ParkedMessage> due(Timestamp now) const;
  // When that is not empty without anything else happening; empty: never.
  [[nodiscard]] std::optional<Timestamp> next_due() const;
  // Whether an interrupted call was the last attempt that the policy grants.
  [[nodiscard]] bool used_up(const ParkedMessage& entry) const noexcept;
  // Whether reading further along the log may give a call to begin.
  [[nodiscard]] bool may_read(const CallsToBegin& begin) const;

  // Stages a call of a message that `due` named.
  void call_again(const ParkedMessage& entry, MessagePtr message, Timestamp now, CallsToBegin& begin) const;
  // Stages the call of the next message of the log, or that it is queued behind an earlier one of its key. False:
  // neither, as no further call may begin.
  [[nodiscard]] bool take(MessagePtr message, std::string key, Timestamp now, CallsToBegin& begin) const;
  // The marks are durable: these calls are under way.
  void begun(const CallsToBegin& begin);
  // So is that of an interrupted call whose attempts are used up, until it is settled.
  void claim(const ParkedMessage& entry);

  // The commit settled a message that was due, without a call.
  void dropped(const ParkedMessage& entry, const Commit& commit);

  // Whether the store still holds the message for this very attempt.
  [[nodiscard]] bool holds(const EffectCall& call) const;
  // The commit settled the call, which is under way no longer.
  void settled(const EffectCall& call, const Commit& commit);
  // The call came to nothing that counts: somebody else has settled its message.
  void forget(const EffectCall& call);

 private:
  [[nodiscard]] std::size_t free(const CallsToBegin* begin) const noexcept;
  void mark(ParkedMessage entry, MessagePtr message, Timestamp now, CallsToBegin& begin) const;
  void under_way(const ParkedMessage& entry);

  const std::string processor_;
  const RetryPolicy retry_;
  const std::size_t at_once_;
  HeldMessages held_;
  std::map<Position, std::string> under_way_;             // and their keys
  std::set<std::pair<Timestamp, Position>> interrupted_;  // when they are due again
  std::optional<Position> interrupted_under_way_;
};

}  // namespace lasagne::detail
