// A Store over a single-writer database: the head of the log lives in memory (validation, visible messages, group
// commit), the rest in a Backing. Memory and SQLite are both this, with another Backing.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "lasagne/store.hpp"
#include "mutex.hpp"
#include "store/log/backing.hpp"
#include "store/log/group_commit.hpp"
#include "store/log/head.hpp"
#include "store/log/limits.hpp"
#include "store/log/waiters.hpp"

namespace lasagne::detail {

// The shell around the head of the log: one lock, and the writing.
class LogStore final : public Store {
 public:
  using Clock = std::function<Timestamp()>;
  using Log = std::function<void(const std::string&)>;  // what a person should know; must not throw

  static Result<std::unique_ptr<LogStore>> open(std::shared_ptr<Backing> backing, Clock clock,
                                                LogStoreLimits limits = {}, Log log = {});

  Result<Committed> append(const Commit& commit, Await await) override;
  Result<Committed> append_taking(Commit& commit, Await await) override;
  Result<void> flush(Position position) override;
  Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                  std::size_t limit) override;
  Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) override;
  Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override;
  Timestamp now() const override;
  Position visible_position() const override;
  Position durable_position() const override;
  bool wait(Position after, std::chrono::steady_clock::time_point deadline) override;
  bool wait_for(const Filter& filter, Position after, std::chrono::steady_clock::time_point deadline) override;
  void interrupt() override;
  Result<Position> checkpoint(std::string_view processor) override;
  Result<std::map<std::string, Position, std::less<>>> checkpoints() override;
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override;
  Result<std::optional<Timestamp>> next_timer() override;
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override;
  Result<StreamLimits> stream_limits(std::string_view stream) override;
  Result<void> set_stream_limits(std::string_view stream, const StreamLimits& limits) override;
  Result<void> delete_stream(std::string_view stream, ExpectedRevision expected) override;
  Result<void> tombstone_stream(std::string_view stream, ExpectedRevision expected) override;
  Result<std::uint64_t> scavenge() override;

 private:
  using Messages = std::vector<std::shared_ptr<Message>>;
  // What a caller waits for that wants its changes durable. A leader holds what is to be written.
  struct Flush {
    GroupCommit::Ticket ticket;
    std::shared_ptr<const Batch> batch;
  };

  LogStore(std::shared_ptr<Backing> backing, Clock clock, LogStoreLimits limits, Log log);

  // log_store.cpp
  Result<Committed> append_checked(const Commit& commit, Messages messages, Await await) EXCLUDES(mutex_);
  Result<Committed> plan_and_apply(const Commit& commit, Messages& messages, Await await, Timestamp now)
      REQUIRES(mutex_);
  Result<void> change_stream(std::string_view name, ExpectedRevision expected, StreamState state) EXCLUDES(mutex_);
  bool wait_until(Position after, const Filter* filter, std::chrono::steady_clock::time_point deadline)
      EXCLUDES(mutex_);

  // flush.cpp
  Result<Flush> begin_flush() REQUIRES(mutex_);  // of all that is visible now
  Result<void> finish_flush(Flush flush) EXCLUDES(mutex_);
  Result<void> flush_all() REQUIRES(mutex_);  // both, and lets go of the lock meanwhile
  Result<void> write(std::shared_ptr<const Batch> batch) EXCLUDES(mutex_);
  Result<void> flush_change() REQUIRES(mutex_);  // the same, of a change that is visible
  Result<void> write_once(const Batch& batch, std::chrono::steady_clock::duration& took) EXCLUDES(mutex_);
  Result<void> end_write(Result<void> written, std::chrono::steady_clock::duration took) EXCLUDES(mutex_);
  std::shared_ptr<const Batch> take_batch() REQUIRES(mutex_);
  void fail_for_good(const Error& error) REQUIRES(mutex_);
  // What is visible and not durable, since the database is away, may be done or not.
  [[nodiscard]] static Error visible_only(Error error);
  // Passes on what was read. Damage makes the store fail: it refuses all writes, and everybody who waits is woken.
  template <class T>
  Result<T> noticed(Result<T> read) REQUIRES(mutex_) {
    if (!read && read.error().code == ErrorCode::failed && !failure_) fail_for_good(read.error());
    return read;
  }
  template <class T>
  Result<T> told(Result<T> read) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return noticed(std::move(read));
  }

  const std::shared_ptr<Backing> backing_;
  const Clock clock_;  // the user's: asked without the lock
  const Log log_;
  const LogStoreLimits limits_;

  mutable Mutex mutex_;
  Head head_ GUARDED_BY(mutex_);
  GroupCommit commits_ GUARDED_BY(mutex_);
  Waiters waiters_ GUARDED_BY(mutex_);
  bool away_ GUARDED_BY(mutex_) = false;             // the last write found the database unavailable
  std::optional<Error> failure_ GUARDED_BY(mutex_);  // memory and backing may differ: nothing is written any more
};

}  // namespace lasagne::detail
