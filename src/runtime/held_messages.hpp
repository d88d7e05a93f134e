// The messages that processors hold: those that wait for another attempt or are parked, and those queued behind them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lasagne/store.hpp"

namespace lasagne::detail {

// The error of a queued message.
inline constexpr std::string_view queued_behind_its_key = "waits for an earlier message of its key";

// Stages that the entry, which is held already, gets an attempt at `now`.
void send_back(ParkedMessage entry, Timestamp now, Commit& commit);
// Stages that the entry is held no longer. The one that was queued behind it, if there is one, gets its attempt.
void settle_held(const ParkedMessage& entry, std::optional<ParkedMessage> successor, Timestamp now, Commit& commit);
// The first message that is queued behind `entry`, as the store has it.
[[nodiscard]] Result<std::optional<ParkedMessage>> successor_of(Store& store, const ParkedMessage& entry);

// What one processor holds, in memory. The store has the same after each commit. Not thread-safe.
class HeldMessages {
 public:
  [[nodiscard]] static Result<HeldMessages> read(Store& store, const std::string& processor);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

  // Stages that the message is queued, if an earlier one of its key is held; false if none is.
  [[nodiscard]] bool queue(const std::string& processor, const Message& message, const std::string& key,
                           Commit& commit) const;
  // The message is not due, whatever its entry says: a call of it is under way.
  void not_due(Position position);
  // How many of this key are held.
  [[nodiscard]] std::size_t of_key(const std::string& key) const;
  // Null when the message is not held.
  [[nodiscard]] const ParkedMessage* find(Position position) const;
  // Those that an effect has begun to call.
  [[nodiscard]] std::vector<ParkedMessage> calling() const;
  // The retry to make first at `now`. One that is due later than `longest_wait` from now is due too: it was put off
  // before the clock went back, and would wait until the clock is there again.
  [[nodiscard]] std::optional<ParkedMessage> due(Timestamp now, Duration longest_wait) const;
  // The same, the first `most` of them.
  [[nodiscard]] std::vector<ParkedMessage> due(Timestamp now, Duration longest_wait, std::size_t most) const;
  // When the earliest retry is due.
  [[nodiscard]] std::optional<Timestamp> next_due() const;
  // Stages that the entry is settled, as settle_held.
  void settle(const ParkedMessage& entry, Timestamp now, Commit& commit) const;
  // The commit is in the log.
  void committed(const Commit& commit);

 private:
  // Whoever skips a message may not see the one that was queued behind it at the same moment: that is due, then, as
  // nobody is before it.
  void send_on_who_waits_for_nobody();
  void hold(const ParkedMessage& entry);
  void release(Position position);

  std::map<Position, ParkedMessage> entries_;
  std::unordered_map<std::string, std::set<Position>> by_key_;
  std::set<std::pair<Timestamp, Position>> retries_;
};

}  // namespace lasagne::detail
