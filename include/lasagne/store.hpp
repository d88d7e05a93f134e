// The one seam to a database: an append-only log of streams, with the checkpoints, timers and parked messages that must
// move together with it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/error.hpp"
#include "lasagne/message.hpp"

namespace lasagne {

// The optimistic-concurrency check of an append. Has no default: every append says what it expects.
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
  std::string stream;
  ExpectedRevision expected;
  std::vector<NewMessage> messages;  // at least one
};

// Moves a processor's checkpoint from exactly `from` to `to`. A processor that never moved stands at 0.
struct CheckpointMove {
  std::string processor;
  Position from = 0;
  Position to = 0;
};

// A durable message due later, known by its key; setting a key again replaces the timer.
struct Timer {
  std::string key;
  Timestamp due;
  std::string stream;  // where `message` is appended when the timer fires
  NewMessage message;
};

// A message that a processor has passed and not handled. The first of its key was given up on, waits for its next
// attempt, or is being called by an effect; later messages of the same key are `queued` behind it.
struct ParkedMessage {
  // calling: the attempt that is counted has begun. Found at a start, nobody knows how it ended.
  enum class Status : std::uint8_t { retrying, parked, queued, calling };

  std::string processor;
  Position position = 0;  // of the message; with `processor` its identity
  std::string key;        // what is held back: the target stream of a command, the process of an event
  Status status = Status::parked;
  std::uint32_t attempts = 0;
  Timestamp next_attempt;  // for retrying; for calling, should the process end before the call
  std::string error;
  std::string edited_data;  // replaces the message's data at the next attempt when not empty
};

// One atomic step: either all of it is in the store, or nothing.
struct Commit {
  std::vector<Append> appends;  // each stream at most once
  // The time by the clock of whoever commits; the messages are recorded at this time, or at that of the log's last
  // message if that is later by up to Limits::clock_tolerance. Unset: the store's own clock.
  std::optional<Timestamp> recorded_at = std::nullopt;
  std::optional<CheckpointMove> checkpoint;
  std::vector<Timer> timers_set;
  std::vector<std::string> timers_cancelled;  // by key; a key that is not set is ignored
  // Fires this timer: it must still be set with this message id, else the commit is refused with `timer_gone`.
  struct Fire {
    std::string key;
    Uuid message_id;
  };
  std::optional<Fire> timer_fired;
  std::vector<ParkedMessage> parked_put;  // inserts, or replaces the one with the same processor and position
  struct ParkedId {
    std::string processor;
    Position position = 0;
  };
  std::vector<ParkedId> parked_removed;  // each must exist, else the commit is refused with `parked_gone`
  // The same, and is left as it is: what is put behind it would else wait for good.
  std::vector<ParkedId> parked_required;
};

struct Committed {
  std::vector<Revision> revisions;  // of the last message of each append, in the commit's order
  Position position = 0;            // of the commit's last message; the log's end if it appended none
  bool repeated = false;            // it was in the log already: nothing was written, this is the first result
};

// Visible: the commit is ordered and every reader of this store object sees it; a crash may still lose it, together
// with everything after it. Durable: it also survives a crash and a power cut.
enum class Await : std::uint8_t { visible, durable };

enum class Direction : std::uint8_t { forwards, backwards };

// Which messages of the log; an empty list means all. A message must match one of `types` (if any are given) and one of
// `streams` or `categories` (if any are given).
struct Filter {
  std::vector<std::string> types;
  std::vector<std::string> categories;
  std::vector<std::string> streams;
  [[nodiscard]] bool matches(const Message& message) const;
  [[nodiscard]] bool empty() const noexcept { return types.empty() && categories.empty() && streams.empty(); }
};

struct StreamSlice {
  std::vector<MessagePtr> messages;
  Revision head = 0;    // the stream's last revision when it was read
  Revision first = 0;   // the first one that reads
  bool end = false;     // nothing further in this direction
  Uuid correlation_id;  // of the stream's first readable message: the process that the stream belongs to
};

struct LogSlice {
  std::vector<MessagePtr> messages;
  Position scanned_to = 0;  // everything up to here was looked at: read on after it
};

// What is kept of a stream; unset means no bound. Messages outside no longer read; their space is reclaimed by
// `scavenge`.
struct StreamLimits {
  std::optional<Revision> truncate_before;
  std::optional<std::uint64_t> max_count;
  std::optional<Duration> max_age;
  friend bool operator==(const StreamLimits&, const StreamLimits&) = default;
};

// All functions may be called from several threads at once. A store must outlive whatever uses it. Errors are values:
// nothing here throws but for lack of memory.
class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // All or nothing. Appends follow the expected-revision table of docs/guarantees.md: what is in the log already, by
  // the ids of its messages, is not written again, and what comes with it is written all the same. A commit whose
  // messages are all there was made before, unless its checkpoint, timer or parked messages still stand as before it:
  // then these alone change. Callers that wait for durability at the same time share one flush, and each keeps its own
  // outcome.
  //   conflict, checkpoint_moved, timer_gone, parked_gone, tombstoned, invalid, id_reused: nothing was written.
  //   unavailable: nothing was written; try again later.
  //   commit_unknown: the database went away before the commit was durable. It is visible, and is written when the
  //   database is back; a crash before that loses it. Append it again with the same ids to wait for it.
  //   failed: the flush went wrong; the commit may or may not survive. The store refuses all writes from now on: open
  //   it again and read.
  [[nodiscard]] virtual Result<Committed> append(const Commit& commit, Await await = Await::durable) = 0;

  // The same, for a commit that is not needed afterwards: may take the messages' types and data out of it, whatever
  // comes of it, which saves copying them.
  [[nodiscard]] virtual Result<Committed> append_taking(Commit& commit, Await await) { return append(commit, await); }

  // Returns when everything up to `position` is durable, flushing on this thread if nobody else does.
  //   unavailable: the database is away for longer than the store waits. What is visible is kept; try again later.
  //   failed: as above.
  [[nodiscard]] virtual Result<void> flush(Position position) = 0;

  // From `from` (inclusive) in the given direction, at most `limit` messages. Backwards from a revision past the head
  // starts at the head. not_found, tombstoned.
  [[nodiscard]] virtual Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                                        std::size_t limit) = 0;
  // Everything after `after` in global order, at most `limit` messages; fewer only at the log's end.
  [[nodiscard]] virtual Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) = 0;
  // The messages of one process, in order.
  [[nodiscard]] virtual Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after,
                                                                     std::size_t limit) = 0;

  // The log's end as its readers see it, and up to where it survives a crash.
  // The store's clock: OpenOptions::clock, or the system's.
  [[nodiscard]] virtual Timestamp now() const;

  [[nodiscard]] virtual Position visible_position() const = 0;
  [[nodiscard]] virtual Position durable_position() const = 0;
  // Blocks until something newer than `after` is visible (true), or the deadline passes or `interrupt` is called
  // (false).
  [[nodiscard]] virtual bool wait(Position after, std::chrono::steady_clock::time_point deadline) = 0;
  // The same, but sleeps on while nothing newer matches `filter`. May wake for something else.
  [[nodiscard]] virtual bool wait_for(const Filter& filter, Position after,
                                      std::chrono::steady_clock::time_point deadline) {
    (void)filter;
    return wait(after, deadline);
  }
  // Wakes all waiters once.
  virtual void interrupt() = 0;

  // Every write answers `invalid`.
  [[nodiscard]] virtual bool read_only() const noexcept { return false; }
  // Where the processor stands; 0 for one that never moved.
  [[nodiscard]] virtual Result<Position> checkpoint(std::string_view processor) = 0;
  // All checkpoints that were ever recorded, also those at 0, by processor.
  [[nodiscard]] virtual Result<std::map<std::string, Position, std::less<>>> checkpoints() {
    return std::map<std::string, Position, std::less<>>{};
  }
  // Timers due at `now` or before, earliest first.
  [[nodiscard]] virtual Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) = 0;
  // When to ask for due timers: not later than the earliest is due, perhaps earlier (after a cancellation). Empty when
  // none is set.
  [[nodiscard]] virtual Result<std::optional<Timestamp>> next_timer() = 0;
  // In order of position; an empty name means of all processors. Those that hold back one message come together, the
  // last of them over the limit, so that a position goes from page to page.
  [[nodiscard]] virtual Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after,
                                                                  std::size_t limit) = 0;

  // As they were set last; none are set of a stream that does not exist.
  [[nodiscard]] virtual Result<StreamLimits> stream_limits(std::string_view stream) = 0;
  // Replaces the stream's limits; durable on return. truncate_before never goes back.
  [[nodiscard]] virtual Result<void> set_stream_limits(std::string_view stream, const StreamLimits& limits) = 0;
  // The stream then reads as not found; a later append under any or no stream goes on with the numbering. Durable on
  // return. conflict, not_found, tombstoned.
  [[nodiscard]] virtual Result<void> delete_stream(std::string_view stream, ExpectedRevision expected) = 0;
  // Closes the stream for good; also allowed for one that does not exist (any, no_stream). Durable on return.
  [[nodiscard]] virtual Result<void> tombstone_stream(std::string_view stream, ExpectedRevision expected) = 0;
  // Reclaims the space of what no longer reads; gives the number of messages removed. Positions are never reused; what
  // is gone leaves gaps in `read_all`, which shows unreadable messages until then.
  [[nodiscard]] virtual Result<std::uint64_t> scavenge() = 0;
};

// How far long work has come.
struct Progress {
  std::string_view doing;  // for a person: "converting the store to format 2"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

struct OpenOptions {
  bool read_only = false;                    // reads beside a writer in another process; every write answers `invalid`
  bool create = true;                        // make the store if there is none
  std::chrono::milliseconds writer_wait{0};  // how long to wait for another writer to leave before `in_use`
  // How long a write waits for another program's transaction on the file (a sqlite3 shell's, say) before it answers
  // `unavailable`.
  std::chrono::milliseconds busy_wait{5'000};
  // What time it is, for Message::recorded_at and StreamLimits::max_age; unset: the system's clock. Called from several
  // threads; must not throw.
  std::function<Timestamp()> clock = nullptr;
  // Told of what a person should know and no caller is answered: a clock that jumped, a database that is away and back,
  // a reader that keeps the write-ahead log from beginning anew. Called from several threads; what it throws is ignored.
  std::function<void(const std::string&)> log = nullptr;
  // Called now and then, on the opening thread, while a store of an older format is converted. What it throws is
  // ignored.
  std::function<void(const Progress&)> progress = nullptr;
};

// Opens a store by URL: "sqlite:PATH" (relative or absolute) or "memory:". A SQLite store has one writing process at a
// time; a second one gets `in_use`, naming the first. A file that is not a Lasagne store, or one of a newer version, is
// refused with `unsupported` and left as it is. One of an older version reads as it is, and is converted in place when
// it is opened for writing; a conversion that was killed goes on at the next opening.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(std::string_view url, const OpenOptions& options = {});
// The same; throws std::runtime_error with the error's message.
[[nodiscard]] std::unique_ptr<Store> open(std::string_view url, const OpenOptions& options = {});

}  // namespace lasagne
