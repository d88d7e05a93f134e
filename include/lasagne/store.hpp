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

#include "lasagne/commit.hpp"
#include "lasagne/error.hpp"
#include "lasagne/message.hpp"
#include "lasagne/open_store.hpp"  // IWYU pragma: export

namespace lasagne {

enum class Direction : std::uint8_t { forwards, backwards };

// Which messages of the log; an empty list means all. A message must match one of `types` (if any are given) and one of
// `streams` or `categories` (if any are given).
struct Filter {
  std::vector<std::string> types{};
  std::vector<std::string> categories{};
  std::vector<std::string> streams{};
  [[nodiscard]] bool matches(const Message& message) const;
  [[nodiscard]] bool empty() const noexcept { return types.empty() && categories.empty() && streams.empty(); }
};

struct StreamSlice {
  std::vector<MessagePtr> messages{};
  Revision head = 0;      // the stream's last revision when it was read
  Revision first = 0;     // the first one that reads
  bool end = false;       // nothing further in this direction
  Uuid correlation_id{};  // of the stream's first readable message: the process that the stream belongs to
};

struct LogSlice {
  std::vector<MessagePtr> messages{};
  Position scanned_to = 0;  // everything up to here was looked at: read on after it
};

// How much of a stream is kept; what is unset has no bound. Messages outside of the limits no longer read, and
// `scavenge` reclaims their space.
struct StreamLimits {
  std::optional<Revision> truncate_before{};
  std::optional<std::uint64_t> max_count{};
  // Counted from recorded_at. All messages before one place do not read, all from there on do, by the same rule in
  // every store: a message that a clock recorded later than the stream's last one, since it was ahead, is as old as the
  // next message of the right time. Once the stream has gone on past that wrong time, messages around it may read for
  // longer, by as much as the clock was ahead.
  std::optional<Duration> max_age{};
  friend bool operator==(const StreamLimits&, const StreamLimits&) = default;
};

// All functions may be called from several threads at once. A store must outlive whatever uses it. Errors are values:
// nothing here throws unless memory runs out.
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

  // Gives at most `limit` messages from `from` (inclusive) on, in the given direction. Reading backwards from a
  // revision past the head starts at the head.
  //   not_found: the stream does not exist or was deleted. tombstoned: it was closed for good.
  [[nodiscard]] virtual Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                                        std::size_t limit) = 0;
  // Gives at most `limit` messages after `after`, in global order; fewer only at the log's end.
  [[nodiscard]] virtual Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) = 0;
  // Gives at most `limit` messages of one process after `after`, in order.
  [[nodiscard]] virtual Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after,
                                                                     std::size_t limit) = 0;

  // The store's clock: OpenOptions::clock, or the system's.
  [[nodiscard]] virtual Timestamp now() const;

  // The log's end as its readers see it, and how far the log survives a crash.
  [[nodiscard]] virtual Position visible_position() const = 0;
  [[nodiscard]] virtual Position durable_position() const = 0;
  // Blocks until something newer than `after` is visible (true), or the deadline passes or `interrupt` is called
  // (false).
  [[nodiscard]] virtual bool wait(Position after, std::chrono::steady_clock::time_point deadline) = 0;
  // The same, but keeps sleeping while nothing newer matches `filter`. May wake up for something else.
  [[nodiscard]] virtual bool wait_for(const Filter& filter, Position after,
                                      std::chrono::steady_clock::time_point deadline) {
    (void)filter;
    return wait(after, deadline);
  }
  // Wakes all waiters once.
  virtual void interrupt() = 0;

  // Whether the store was opened read-only: then every write answers `invalid`.
  [[nodiscard]] virtual bool read_only() const noexcept { return false; }
  // Where the processor is; 0 for one that never moved.
  [[nodiscard]] virtual Result<Position> checkpoint(std::string_view processor) = 0;
  // All checkpoints that were ever recorded, also those at 0, by processor.
  [[nodiscard]] virtual Result<std::map<std::string, Position, std::less<>>> checkpoints() {
    return std::map<std::string, Position, std::less<>>{};
  }
  // Gives the timers that are due at `now` or before, the earliest first.
  [[nodiscard]] virtual Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) = 0;
  // When to ask for due timers: not later than the earliest is due, perhaps earlier (after a cancellation). Empty when
  // none is set.
  [[nodiscard]] virtual Result<std::optional<Timestamp>> next_timer() = 0;
  // Gives parked messages in order of position; an empty name means those of all processors. Entries of one message
  // come together, even beyond the limit, so that the last position of a page is where the next page begins.
  [[nodiscard]] virtual Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after,
                                                                  std::size_t limit) = 0;

  // The limits as they were set last; a stream that does not exist has none.
  [[nodiscard]] virtual Result<StreamLimits> stream_limits(std::string_view stream) = 0;
  // Replaces the stream's limits and returns when that is durable. truncate_before never goes back.
  [[nodiscard]] virtual Result<void> set_stream_limits(std::string_view stream, const StreamLimits& limits) = 0;
  // Makes the stream read as not found, and returns when that is durable. A later append under `any` or `no_stream`
  // continues the numbering.
  //   conflict: the stream is not as expected. not_found: there is no such stream. tombstoned: it was closed for good.
  [[nodiscard]] virtual Result<void> delete_stream(std::string_view stream, ExpectedRevision expected) = 0;
  // Closes the stream for good, and returns when that is durable. A stream that does not exist can be closed as well,
  // under `any` or `no_stream`. Errors as above.
  [[nodiscard]] virtual Result<void> tombstone_stream(std::string_view stream, ExpectedRevision expected) = 0;
  // Reclaims the space of messages that no longer read, and gives their number. Until then `read_all` still shows them;
  // afterwards it has gaps, since positions are never reused.
  [[nodiscard]] virtual Result<std::uint64_t> scavenge() = 0;
};

}  // namespace lasagne
