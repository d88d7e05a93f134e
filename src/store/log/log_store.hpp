// A Store over a single-writer database: the head of the log lives in memory (validation, visible messages, group
// flush), the rest in a Backing. Memory and SQLite are both this, with another Backing.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "lasagne/store.hpp"
#include "store/log/backing.hpp"
#include "store/log/flush_group.hpp"
#include "store/log/recent.hpp"
#include "store/log/tail.hpp"

namespace lasagne::detail {

struct LogStoreLimits {
  std::size_t cached_streams = 20'000;
  std::size_t streams_with_messages = 4'096;  // of these, the most recently used keep their recent messages
  std::size_t tail_messages = 16'384;         // durable ones kept in memory for readers at the log's end
  std::size_t recent_messages_per_stream = 32;
  std::size_t unflushed_messages = 65'536;  // past this an append helps to flush before it goes on
  std::chrono::microseconds top_up{300};    // how long a write takes along what comes while it goes on
  std::uint32_t company = 8;  // threads let go by one write, from which on the next write waits for them to come back
  int nobody_came = 2;        // a write's time through this, without anybody coming, and it waits no more
};

class LogStore final : public Store {
 public:
  using Clock = std::function<Timestamp()>;

  static Result<std::unique_ptr<LogStore>> open(std::shared_ptr<Backing> backing, Clock clock,
                                                LogStoreLimits limits = {});

  Result<Committed> append(const Commit& commit, Await await) override;
  Result<Committed> append_taking(Commit& commit, Await await) override;
  Result<void> flush(Position position) override;
  Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                  std::size_t limit) override;
  Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) override;
  Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override;
  Position visible_position() const override;
  Position durable_position() const override;
  bool wait(Position after, std::chrono::steady_clock::time_point deadline) override;
  bool wait_for(const Filter& filter, Position after, std::chrono::steady_clock::time_point deadline) override;
  void interrupt() override;
  Result<Position> checkpoint(std::string_view processor) override;
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override;
  Result<std::optional<Timestamp>> next_timer() override;
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override;
  Result<StreamLimits> stream_limits(std::string_view stream) override;
  Result<void> set_stream_limits(std::string_view stream, const StreamLimits& limits) override;
  Result<void> delete_stream(std::string_view stream, ExpectedRevision expected) override;
  Result<void> tombstone_stream(std::string_view stream, ExpectedRevision expected) override;
  Result<std::uint64_t> scavenge() override;

 private:
  using Lock = std::unique_lock<std::mutex>;

  // A cached stream, or that there is none of the name (id 0). `recent` ends at the head without gaps and holds at
  // least everything not flushed yet.
  struct Stream {
    StreamRow row;
    RecentMessages recent;
    // The ids of the last revisions, each at revision % size; nil where unknown. Kept once an append looked back.
    std::vector<Uuid> recent_ids;
    std::optional<Uuid> correlation_id;
    std::uint64_t changed_by = 0;  // sequence of the last commit that touched it: not evicted before that is durable
    bool hot = false;              // in hot_streams_, else in cold_streams_
    std::list<Stream*>::iterator age;
  };
  // A thread that sleeps until something newer is visible; filter: until something that matches is.
  struct Waiter {
    const Filter* filter = nullptr;
    Position after = 0;
    bool wake = false;
    std::condition_variable woken;  // wake, an interrupt, or a failure
  };
  // What validation found for one append of a commit.
  struct Plan {
    Stream* stream = nullptr;  // may be one that does not exist yet
    bool repeated = false;
    Revision repeated_revision = 0;
  };

  LogStore(std::shared_ptr<Backing> backing, Clock clock, LogStoreLimits limits);

  // bounds.cpp
  static Result<void> check_bounds(const Commit& commit);

  // append.cpp; from check_guards on with mutex_ held
  using Messages = std::vector<std::shared_ptr<Message>>;
  Result<Committed> append_checked(const Commit& commit, Messages messages, Await await);
  Result<void> check_guards(const Commit& commit);
  Result<bool> is_parked(const Commit::ParkedId& id);
  Result<Plan> plan(const Append& append);
  Result<Plan> plan_any(const Append& append, Stream& stream);
  Result<Plan> plan_at(const Append& append, Stream& stream, std::optional<Revision> expected);
  Result<std::optional<Revision>> match_repeat(const Append& append, Stream& stream, Revision from);
  Result<Committed> settle_repeat(const std::vector<Plan>& plans, std::size_t repeated);
  Result<void> look_back(Stream& stream);
  void write_messages(std::span<std::shared_ptr<Message>> messages, Stream& stream, Timestamp now);
  void apply_guards(const Commit& commit);

  // streams.cpp; all with mutex_ held
  Result<Stream*> look_up(std::string_view name);  // also one that does not exist
  Result<Stream*> find(std::string_view name);     // null when there is none
  Result<Stream*> find_or_create(std::string_view name);
  void create(Stream& stream);
  void touch(Stream& stream);
  void evict();
  void trim_tail();
  Result<std::vector<MessagePtr>> read_range(Stream& stream, Revision from, Revision to, Direction direction,
                                             std::size_t limit);
  Result<void> change_stream(std::string_view name, ExpectedRevision expected, StreamState state);

  // flush.cpp
  Result<void> flush_until(Lock& lock, std::uint64_t sequence);
  Result<void> wait_durable(Lock lock, std::uint64_t sequence);
  std::shared_ptr<FlushGroup> join(std::uint64_t sequence);
  void leave(FlushGroup& group);
  void write_pending(Lock& lock);
  void await_company(Lock& lock, std::chrono::steady_clock::time_point begun);
  std::shared_ptr<const Batch> take_pending();
  bool wait_until(Position after, const Filter* filter, std::chrono::steady_clock::time_point deadline);
  bool concerns(const Waiter& waiter) const;
  void wake_waiters();
  [[nodiscard]] std::unexpected<Error> failure() const;
  // Whether `is` is true of a batch that may not be in the backing yet; the latest is asked first.
  template <class Is>
  bool find_unwritten(Is is) const {
    return is(pending_) ||
           std::any_of(in_flight_.rbegin(), in_flight_.rend(), [&](const auto& batch) { return is(*batch); });
  }

  const std::shared_ptr<Backing> backing_;
  const Clock clock_;
  const LogStoreLimits limits_;

  mutable std::mutex mutex_;
  // All below is guarded by mutex_.
  std::unordered_map<std::string_view, std::unique_ptr<Stream>> streams_;  // keys live in the values' rows
  std::list<Stream*> hot_streams_;                                         // least recently used first
  std::list<Stream*> cold_streams_;  // likewise; used before all hot ones, and without messages
  Tail tail_;                        // the last messages up to visible_
  Position visible_ = 0;
  Position durable_ = 0;
  std::uint64_t sequence_ = 0;  // counts changes; a flush makes everything up to some sequence durable
  std::uint64_t durable_sequence_ = 0;
  std::uint64_t last_stream_id_ = 0;
  Timestamp last_recorded_at_;
  std::uint64_t interrupts_ = 0;
  std::vector<Waiter*> waiters_;  // threads in wait_until(); each waiter lives in its call
  std::map<std::string, Position, std::less<>> checkpoints_;
  std::optional<Timestamp> next_timer_;
  Batch pending_;                                        // not handed to the backing yet
  std::vector<std::shared_ptr<const Batch>> in_flight_;  // being written, oldest first
  bool flushing_ = false;
  std::uint64_t writing_sequence_ = 0;                                       // what is being written, or was last
  Position writing_position_ = 0;                                            // likewise
  std::vector<std::shared_ptr<FlushGroup>> current_groups_;                  // wait for in_flight_
  std::shared_ptr<FlushGroup> next_group_ = std::make_shared<FlushGroup>();  // waits for pending_
  std::optional<Error> failed_;
  std::uint32_t here_ = 0;  // threads that the next write will let go, who leads it included
  bool awaits_company_ = false;
  std::condition_variable company_;  // so many are here as the leader expects
  std::uint32_t expected_ = 0;       // threads that the last write let go
  // The time that write took to end once nothing more came. Only of the thread that set flushing_.
  std::chrono::steady_clock::duration last_write_{0};
};

}  // namespace lasagne::detail
