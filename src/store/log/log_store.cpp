// Opening, and reading across streams.
#include "store/log/log_store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lasagne::detail {

LogStore::LogStore(std::shared_ptr<Backing> backing, Clock clock, LogStoreLimits limits)
    : backing_(std::move(backing)), clock_(std::move(clock)), limits_(limits) {}

Result<std::unique_ptr<LogStore>> LogStore::open(std::shared_ptr<Backing> backing, Clock clock, LogStoreLimits limits) {
  std::unique_ptr<LogStore> store(new LogStore(std::move(backing), std::move(clock), limits));
  auto opened = store->backing_->load();
  if (!opened) return std::unexpected(std::move(opened.error()));
  auto next = store->backing_->next_timer();
  if (!next) return std::unexpected(std::move(next.error()));
  store->visible_ = store->durable_ = opened->last_position;
  store->last_recorded_at_ = opened->last_recorded_at;
  store->last_stream_id_ = opened->last_stream_id;
  store->checkpoints_ = std::move(opened->checkpoints);
  store->next_timer_ = *next;
  return store;
}

Result<LogSlice> LogStore::read_all(Position after, const Filter& filter, std::size_t limit) {
  LogSlice slice;
  slice.scanned_to = after;
  if (limit == 0) return slice;
  Lock lock(mutex_);
  // The tail holds everything after tail_from; it may move on while the backing reads what is older.
  for (;;) {
    const Position tail_from = visible_ - tail_.size();
    if (slice.scanned_to >= tail_from) break;
    lock.unlock();
    auto older = backing_->read_all(slice.scanned_to, tail_from, filter, limit - slice.messages.size());
    if (!older) return older;
    std::ranges::move(older->messages, std::back_inserter(slice.messages));
    slice.scanned_to = older->scanned_to;
    if (slice.messages.size() >= limit) return slice;
    lock.lock();
  }
  tail_.read(filter, limit, slice);
  return slice;
}

Result<std::vector<MessagePtr>> LogStore::read_process(const Uuid& correlation_id, Position after, std::size_t limit) {
  if (auto flushed = flush(visible_position()); !flushed) return std::unexpected(std::move(flushed.error()));
  return backing_->read_process(correlation_id, after, limit);
}

Position LogStore::visible_position() const {
  const std::scoped_lock lock(mutex_);
  return visible_;
}

Position LogStore::durable_position() const {
  const std::scoped_lock lock(mutex_);
  return durable_;
}

Result<Position> LogStore::checkpoint(std::string_view processor) {
  const std::scoped_lock lock(mutex_);
  const auto found = checkpoints_.find(processor);
  return found == checkpoints_.end() ? 0 : found->second;
}

Result<std::vector<Timer>> LogStore::due_timers(Timestamp now, std::size_t limit) {
  Lock lock(mutex_);
  if (auto flushed = flush_until(lock, sequence_); !flushed) return std::unexpected(std::move(flushed.error()));
  auto due = backing_->due_timers(now, limit);
  if (!due) return due;
  // What came since is not in the backing, or may not be yet.
  std::erase_if(*due, [&](const Timer& timer) {
    return find_unwritten([&](const Batch& batch) { return batch.timers.contains(timer.key); });
  });
  if (due->empty()) {
    auto next = backing_->next_timer();
    if (!next) return std::unexpected(std::move(next.error()));
    next_timer_ = *next;
    (void)find_unwritten([&](const Batch& batch) {
      for (const auto& [key, timer] : batch.timers) {
        if (timer && (!next_timer_ || timer->due < *next_timer_)) next_timer_ = timer->due;
      }
      return false;
    });
  }
  return due;
}

Result<std::optional<Timestamp>> LogStore::next_timer() {
  const std::scoped_lock lock(mutex_);
  return next_timer_;
}

Result<std::vector<ParkedMessage>> LogStore::parked(std::string_view processor, Position after, std::size_t limit) {
  Lock lock(mutex_);
  if (auto flushed = flush_until(lock, sequence_); !flushed) return std::unexpected(std::move(flushed.error()));
  return backing_->parked(processor, after, limit);
}

Result<std::uint64_t> LogStore::scavenge() {
  Lock lock(mutex_);
  for (;;) {
    if (auto flushed = flush_until(lock, sequence_); !flushed) return std::unexpected(std::move(flushed.error()));
    if (!flushing_) break;
  }
  auto removed = backing_->scavenge(clock_());
  if (!removed) {
    failed_ = removed.error();
    return removed;
  }
  // What was removed may stand in memory still: all is durable, so memory can start afresh.
  tail_.clear();
  streams_.clear();
  hot_streams_.clear();
  cold_streams_.clear();
  return removed;
}

}  // namespace lasagne::detail
