// The group flush, and who is told of what is newly visible.
#include <algorithm>
#include <utility>

#include "store/log/log_store.hpp"

namespace lasagne::detail {

std::unexpected<Error> LogStore::failure() const {
  return fail(ErrorCode::failed, "the store takes nothing more since a flush failed (" + failed_->message +
                                     "): mend the cause and open it again");
}

// Whoever finds nobody writing leads: writes everything so far, for all that wait. The others join the group of the
// next write, or of the one under way if that has what they wait for.
Result<void> LogStore::flush_until(Lock& lock, std::uint64_t sequence) {
  while (durable_sequence_ < sequence) {
    if (failed_) return failure();
    if (!flushing_) {
      flushing_ = true;
      write_pending(lock);
      continue;
    }
    const auto group = join(sequence);
    lock.unlock();
    const auto state = group->wait();
    lock.lock();
    if (state == FlushGroup::State::lead && durable_sequence_ < sequence) leave(*group);
  }
  return {};
}

// The same for a caller that needs the lock no more: woken, it goes without having to take it again.
Result<void> LogStore::wait_durable(Lock lock, std::uint64_t sequence) {
  while (durable_sequence_ < sequence) {
    if (failed_) return failure();
    if (!flushing_) {
      flushing_ = true;
      write_pending(lock);
      continue;
    }
    const auto group = join(sequence);
    lock.unlock();
    const auto state = group->wait();
    if (state == FlushGroup::State::durable) return {};
    lock.lock();
    if (state == FlushGroup::State::lead && durable_sequence_ < sequence) leave(*group);
  }
  return {};
}

std::shared_ptr<FlushGroup> LogStore::join(std::uint64_t sequence) {
  auto group = sequence <= writing_sequence_ ? current_groups_.back() : next_group_;
  ++group->size;
  ++here_;
  if (awaits_company_ && here_ == expected_) company_.notify_one();
  return group;
}

void LogStore::leave(FlushGroup& group) {
  --group.size;
  --here_;
}

std::shared_ptr<const Batch> LogStore::take_pending() {
  in_flight_.push_back(std::make_shared<const Batch>(std::exchange(pending_, {})));
  current_groups_.push_back(std::exchange(next_group_, std::make_shared<FlushGroup>()));
  writing_sequence_ = sequence_;
  writing_position_ = visible_;
  return in_flight_.back();
}

// Those whom the last write woke come back soon, if they are callers who go on and on; while they come, waiting for
// them saves most of them a write. A few callers wait for nobody, and nobody for longer than the write that it may save
// takes.
void LogStore::await_company(Lock& lock, std::chrono::steady_clock::time_point begun) {
  using std::chrono::steady_clock;
  if (expected_ < limits_.company) return;
  const auto all = [&] { return here_ >= expected_; };
  awaits_company_ = true;
  for (auto here = here_; !all(); here = here_) {
    const auto now = steady_clock::now();
    company_.wait_until(lock, std::min(now + last_write_ / limits_.nobody_came, begun + last_write_), all);
    if (here_ == here || steady_clock::now() > begun + last_write_) break;
  }
  awaits_company_ = false;
}

// Called with flushing_ set by this thread, which is what makes it the only one here. What comes while the first ones
// are being written goes with them, and saves a flush.
void LogStore::write_pending(Lock& lock) {
  using std::chrono::steady_clock;
  const auto first = take_pending();
  ++here_;
  lock.unlock();
  const auto begun = steady_clock::now();
  auto completed = begun;
  const auto more = [&]() -> std::shared_ptr<const Batch> {
    completed = steady_clock::now();
    if (completed - begun > limits_.top_up) return nullptr;
    Lock again(mutex_);
    await_company(again, begun);
    completed = steady_clock::now();
    return pending_.empty() ? nullptr : take_pending();
  };
  auto result = first->empty() ? Result<void>{} : backing_->write_growing(*first, more);
  last_write_ = std::min<steady_clock::duration>(steady_clock::now() - completed, limits_.top_up);
  lock.lock();
  flushing_ = false;
  in_flight_.clear();
  const auto groups = std::exchange(current_groups_, {});
  expected_ = std::exchange(here_, next_group_->size) - next_group_->size;
  if (result) {
    durable_sequence_ = writing_sequence_;
    durable_ = writing_position_;
    trim_tail();
    if (next_group_->size > 0) next_group_->call_a_leader();
  } else {
    failed_ = std::move(result.error());
    next_group_->end(false);
    for (Waiter* waiter : waiters_) waiter->woken.notify_one();
  }
  lock.unlock();
  for (const auto& group : groups) group->end(result.has_value());
  lock.lock();
}

Result<void> LogStore::flush(Position position) {
  Lock lock(mutex_);
  if (failed_) return failure();
  if (position < visible_ && position <= durable_) return {};
  const auto sequence = sequence_;
  return wait_durable(std::move(lock), sequence);
}

bool LogStore::concerns(const Waiter& waiter) const {
  if (visible_ <= waiter.after) return false;
  // One that slept through much wakes before what it has not looked at leaves the tail.
  if (waiter.filter == nullptr || visible_ - waiter.after > limits_.tail_messages / 2) return true;
  return tail_.any_after(waiter.after, *waiter.filter);
}

void LogStore::wake_waiters() {
  for (Waiter* waiter : waiters_) {
    if (waiter->wake || !concerns(*waiter)) continue;
    waiter->wake = true;
    waiter->woken.notify_one();
  }
}

bool LogStore::wait_until(Position after, const Filter* filter, std::chrono::steady_clock::time_point deadline) {
  Lock lock(mutex_);
  Waiter waiter{filter, after, false, {}};
  if (!concerns(waiter)) {
    const auto interrupts = interrupts_;
    waiters_.push_back(&waiter);
    waiter.woken.wait_until(lock, deadline, [&] { return waiter.wake || interrupts_ != interrupts || failed_; });
    std::erase(waiters_, &waiter);
  }
  return visible_ > after;
}

bool LogStore::wait(Position after, std::chrono::steady_clock::time_point deadline) {
  return wait_until(after, nullptr, deadline);
}

bool LogStore::wait_for(const Filter& filter, Position after, std::chrono::steady_clock::time_point deadline) {
  return wait_until(after, &filter, deadline);
}

void LogStore::interrupt() {
  const std::scoped_lock lock(mutex_);
  ++interrupts_;
  for (Waiter* waiter : waiters_) waiter->woken.notify_one();
}

}  // namespace lasagne::detail
