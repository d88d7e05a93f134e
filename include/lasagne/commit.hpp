// What is written to a store in one atomic step: messages, and the checkpoint, timers and parked messages that move
// with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lasagne/message.hpp"

namespace lasagne {

// The optimistic-concurrency check of an append. It has no default: every append says what it expects.
class ExpectedRevision {
 public:
  enum class Kind : std::uint8_t { any, no_stream, stream_exists, exactly };

  // The stream may be in any state / must not exist / must exist / must have exactly this last revision.
  static constexpr ExpectedRevision any() noexcept { return {Kind::any, 0}; }
  static constexpr ExpectedRevision no_stream() noexcept { return {Kind::no_stream, 0}; }
  static constexpr ExpectedRevision stream_exists() noexcept { return {Kind::stream_exists, 0}; }
  static constexpr ExpectedRevision exactly(Revision revision) noexcept { return {Kind::exactly, revision}; }

  // `revision` is 0 but for `exactly`.
  [[nodiscard]] constexpr Kind kind() const noexcept { return kind_; }
  [[nodiscard]] constexpr Revision revision() const noexcept { return revision_; }
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const ExpectedRevision&, const ExpectedRevision&) = default;

 private:
  constexpr ExpectedRevision(Kind kind, Revision revision) noexcept : kind_(kind), revision_(revision) {}
  Kind kind_;
  Revision revision_;
};

struct Append {
  std::string stream{};
  ExpectedRevision expected;
  std::vector<NewMessage> messages{};  // at least one
};

// Moves a processor's checkpoint from exactly `from` to `to`. A processor that never moved stands at 0.
struct CheckpointMove {
  std::string processor{};
  Position from = 0;
  Position to = 0;
};

// A durable message due later, known by its key; setting a key again replaces the timer.
struct Timer {
  std::string key{};
  Timestamp due{};
  std::string stream{};  // where `message` is appended when the timer fires
  NewMessage message{};
};

// A message that a processor has passed and not handled. The first of its key was given up on, waits for its next
// attempt, or is being called by an effect; later messages of the same key are `queued` behind it.
struct ParkedMessage {
  // calling: the attempt that is counted has begun. Found at a start, nobody knows how it ended.
  enum class Status : std::uint8_t { retrying, parked, queued, calling };

  std::string processor{};
  Position position = 0;  // of the message; with `processor` its identity
  std::string key{};      // what is held back: the target stream of a command, the process of an event
  Status status = Status::parked;
  std::uint32_t attempts = 0;
  Timestamp next_attempt{};  // for retrying; for calling, should the process end before the call
  std::string error{};
  std::string edited_data{};  // replaces the message's data at the next attempt when not empty
};

// One atomic step: either all of it is in the store, or nothing.
struct Commit {
  std::vector<Append> appends{};  // each stream at most once
  // The time by the clock of whoever commits; the messages are recorded at this time, or at that of the log's last
  // message if that is later by up to Limits::clock_tolerance. Unset: the store's own clock.
  std::optional<Timestamp> recorded_at = std::nullopt;
  std::optional<CheckpointMove> checkpoint{};
  std::vector<Timer> timers_set{};
  std::vector<std::string> timers_cancelled{};  // by key; a key that is not set is ignored
  // Fires this timer: it must still be set with this message id, else the commit is refused with `timer_gone`.
  struct Fire {
    std::string key{};
    Uuid message_id{};
  };
  std::optional<Fire> timer_fired{};
  std::vector<ParkedMessage> parked_put{};  // inserts, or replaces the one with the same processor and position
  struct ParkedId {
    std::string processor{};
    Position position = 0;
  };
  std::vector<ParkedId> parked_removed{};  // each must exist, else the commit is refused with `parked_gone`
  // Each must exist as well, and stays as it is: without it, what the commit queues behind it would wait for good.
  std::vector<ParkedId> parked_required{};
};

struct Committed {
  std::vector<Revision> revisions{};  // of the last message of each append, in the commit's order
  Position position = 0;              // of the commit's last message; the log's end if it appended none
  bool repeated = false;              // it was in the log already: nothing was written, this is the first result
};

// Visible: the commit is ordered and every reader of this store object sees it; a crash may still lose it, together
// with everything after it. Durable: it also survives a crash and a power cut.
enum class Await : std::uint8_t { visible, durable };

}  // namespace lasagne
