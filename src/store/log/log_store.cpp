#include "store/log/log_store.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include "store/log/bounds.hpp"

namespace lasagne::detail {

LogStore::LogStore(std::shared_ptr<Backing> backing, Clock clock, LogStoreLimits limits, Log log)
    : backing_(std::move(backing)),
      clock_(std::move(clock)),
      log_(log ? std::move(log) : [](const std::string&) {}),
      limits_(limits),
      head_(*backing_, limits_),
      commits_(limits_) {}

Result<std::unique_ptr<LogStore>> LogStore::open(std::shared_ptr<Backing> backing, Clock clock, LogStoreLimits limits,
                                                 Log log) {
  std::unique_ptr<LogStore> store(new LogStore(std::move(backing), std::move(clock), limits, std::move(log)));
  const MutexLock lock(store->mutex_);
  if (auto loaded = store->head_.load(); !loaded) return std::unexpected(std::move(loaded.error()));
  return store;
}

namespace {

// Takes the texts when the commit is the caller's to give.
template <class C>
std::vector<std::shared_ptr<Message>> messages_of(C& commit) {
  std::size_t count = 0;
  for (const auto& append : commit.appends) count += append.messages.size();
  std::vector<std::shared_ptr<Message>> messages;
  messages.reserve(count);
  for (auto& append : commit.appends) {
    for (auto& message : append.messages) {
      auto& kept = *messages.emplace_back(std::make_shared<Message>());
      kept.id = message.id;
      kept.kind = message.kind;
      kept.stream = append.stream;
      if constexpr (std::is_const_v<C>) {
        kept.type = message.type;
        kept.data = message.data;
        kept.metadata = message.metadata;
      } else {
        kept.type = std::move(message.type);
        kept.data = std::move(message.data);
        kept.metadata = message.metadata;
      }
      if (kept.metadata.correlation_id.is_nil()) kept.metadata.correlation_id = kept.id;
    }
  }
  return messages;
}

// What only holds before the commit is made.
bool is_guarded(const Commit& commit) {
  return commit.checkpoint || commit.timer_fired || !commit.parked_removed.empty();
}
bool is_past(ErrorCode guard) {
  return guard == ErrorCode::checkpoint_moved || guard == ErrorCode::timer_gone || guard == ErrorCode::parked_gone;
}

}  // namespace

Result<Committed> LogStore::append(const Commit& commit, Await await) {
  if (auto checked = check_bounds(commit); !checked) return std::unexpected(std::move(checked.error()));
  return append_checked(commit, messages_of(commit), await);
}

Result<Committed> LogStore::append_taking(Commit& commit, Await await) {
  if (auto checked = check_bounds(commit); !checked) return std::unexpected(std::move(checked.error()));
  return append_checked(commit, messages_of(commit), await);
}

Result<Committed> LogStore::append_checked(const Commit& commit, Messages messages, Await await) {
  Result<Committed> result;
  Result<Flush> flush;
  std::optional<std::string> note;
  const auto now = clock_();
  {
    const MutexLock lock(mutex_);
    result = noticed(plan_and_apply(commit, messages, await, now));
    note = head_.take_note();
    if (result && await == Await::durable) flush = begin_flush();
  }
  if (note) log_(*note);
  if (!result || await == Await::visible) return result;
  auto flushed = flush ? finish_flush(*std::move(flush)) : std::unexpected(std::move(flush.error()));
  if (!flushed) return std::unexpected(result->repeated ? std::move(flushed.error()) : visible_only(flushed.error()));
  return result;
}

Result<Committed> LogStore::plan_and_apply(const Commit& commit, Messages& messages, Await await, Timestamp now) {
  if (failure_) return std::unexpected(*failure_);
  // While the database is away, who wants to be durable is refused before anything of it is visible.
  if (head_.pending_messages() > limits_.unflushed_messages || (away_ && await == Await::durable)) {
    if (auto flushed = flush_all(); !flushed) return std::unexpected(std::move(flushed.error()));
  }
  head_.evict();
  auto plan = head_.plan(commit, messages);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto guarded = head_.check_guards(commit);
  // A commit whose messages are all there was made before, unless its checkpoint, timer or parked messages still stand
  // as before it: then only these are new.
  if (plan->repeated && (!is_guarded(commit) || (!guarded && is_past(guarded.error().code)))) {
    return Head::answer_again(*plan, messages);
  }
  if (!guarded) return std::unexpected(std::move(guarded.error()));
  auto committed = head_.apply(commit, *plan, messages, [now] { return now; });
  if (!messages.empty() && !plan->repeated) waiters_.wake(head_);
  return committed;
}

Result<StreamSlice> LogStore::read_stream(std::string_view stream, Revision from, Direction direction,
                                          std::size_t limit) {
  const auto now = clock_();
  const MutexLock lock(mutex_);
  head_.evict();
  return noticed(head_.read_stream({stream, from, direction, limit, now}));
}

Result<LogSlice> LogStore::read_all(Position after, const Filter& filter, std::size_t limit) {
  LogSlice slice;
  slice.scanned_to = after;
  if (limit == 0) return slice;
  for (;;) {
    Position tail_from = 0;
    {
      const MutexLock lock(mutex_);
      tail_from = head_.tail_from();
      if (slice.scanned_to >= tail_from) {
        head_.tail().read(filter, limit, slice);
        return slice;
      }
    }
    // The tail may move on while the backing reads what is older.
    auto older = backing_->read_all(slice.scanned_to, tail_from, filter, limit - slice.messages.size());
    if (!older) return told(std::move(older));
    std::ranges::move(older->messages, std::back_inserter(slice.messages));
    slice.scanned_to = older->scanned_to;
    if (slice.messages.size() >= limit) return slice;
  }
}

Result<std::vector<MessagePtr>> LogStore::read_process(const Uuid& correlation_id, Position after, std::size_t limit) {
  if (auto flushed = flush(visible_position()); !flushed) return std::unexpected(std::move(flushed.error()));
  auto messages = backing_->read_process(correlation_id, after, limit);
  return messages ? messages : told(std::move(messages));
}

Timestamp LogStore::now() const { return clock_(); }

Position LogStore::visible_position() const {
  const MutexLock lock(mutex_);
  return head_.visible().position;
}

Position LogStore::durable_position() const {
  const MutexLock lock(mutex_);
  return head_.durable().position;
}

bool LogStore::wait(Position after, std::chrono::steady_clock::time_point deadline) {
  return wait_until(after, nullptr, deadline);
}

bool LogStore::wait_for(const Filter& filter, Position after, std::chrono::steady_clock::time_point deadline) {
  return wait_until(after, &filter, deadline);
}

bool LogStore::wait_until(Position after, const Filter* filter, std::chrono::steady_clock::time_point deadline) {
  const MutexLock lock(mutex_);
  if (!failure_ && !head_.concerns(filter, after)) waiters_.sleep(mutex_, filter, after, deadline);
  return head_.visible().position > after;
}

void LogStore::interrupt() {
  const MutexLock lock(mutex_);
  waiters_.wake_all();
}

Result<Position> LogStore::checkpoint(std::string_view processor) {
  const MutexLock lock(mutex_);
  return head_.checkpoint(processor);
}

Result<std::map<std::string, Position, std::less<>>> LogStore::checkpoints() {
  const MutexLock lock(mutex_);
  return head_.checkpoints();
}

Result<std::vector<Timer>> LogStore::due_timers(Timestamp now, std::size_t limit) {
  const MutexLock lock(mutex_);
  if (auto flushed = flush_all(); !flushed) return std::unexpected(std::move(flushed.error()));
  return noticed(head_.due_timers(now, limit));
}

Result<std::optional<Timestamp>> LogStore::next_timer() {
  const MutexLock lock(mutex_);
  return head_.next_timer();
}

Result<std::vector<ParkedMessage>> LogStore::parked(std::string_view processor, Position after, std::size_t limit) {
  const MutexLock lock(mutex_);
  if (auto flushed = flush_all(); !flushed) return std::unexpected(std::move(flushed.error()));
  return noticed(backing_->parked(processor, after, limit));
}

Result<StreamLimits> LogStore::stream_limits(std::string_view stream) {
  const MutexLock lock(mutex_);
  return noticed(head_.stream_limits(stream));
}

Result<void> LogStore::set_stream_limits(std::string_view stream, const StreamLimits& limits) {
  const MutexLock lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  if (auto set = noticed(head_.set_stream_limits(stream, limits)); !set) return set;
  return flush_change();
}

Result<void> LogStore::delete_stream(std::string_view stream, ExpectedRevision expected) {
  return change_stream(stream, expected, StreamState::deleted);
}

Result<void> LogStore::tombstone_stream(std::string_view stream, ExpectedRevision expected) {
  return change_stream(stream, expected, StreamState::tombstoned);
}

Result<void> LogStore::change_stream(std::string_view name, ExpectedRevision expected, StreamState state) {
  const MutexLock lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  if (auto changed = noticed(head_.change_stream(name, expected, state)); !changed) return changed;
  return flush_change();
}

Result<std::uint64_t> LogStore::scavenge() {
  const auto now = clock_();
  const MutexLock lock(mutex_);
  do {
    if (auto flushed = flush_all(); !flushed) return std::unexpected(std::move(flushed.error()));
  } while (commits_.writing());
  auto removed = backing_->scavenge(now);
  if (!removed) {
    if (removed.error().code != ErrorCode::unavailable) fail_for_good(removed.error());
    return removed;
  }
  head_.forget();
  return removed;
}

}  // namespace lasagne::detail
