// Makes what is visible durable: one write for all that wait.
#include <algorithm>
#include <utility>

#include "store/log/log_store.hpp"

namespace lasagne::detail {

using Role = GroupCommit::Ticket::Role;

void LogStore::fail_for_good(const Error& error) {
  failure_ = Error{
      ErrorCode::failed,
      "the store takes nothing more since a flush failed (" + error.message + "): mend the cause and open it again",
      {},
      std::nullopt};
  waiters_.wake_all();
}

std::shared_ptr<const Batch> LogStore::take_batch() {
  commits_.begin(head_.visible());
  return head_.take_batch();
}

Result<LogStore::Flush> LogStore::begin_flush() {
  if (failure_) return std::unexpected(*failure_);
  Flush flush{commits_.join(head_.visible().sequence, head_.durable()), nullptr};
  if (flush.ticket.role == Role::leader) flush.batch = take_batch();
  return flush;
}

Result<void> LogStore::finish_flush(Flush flush) {
  for (;;) {
    if (flush.ticket.role == Role::durable) return {};
    if (flush.ticket.role == Role::leader) return write(std::move(flush.batch));
    switch (flush.ticket.group->wait()) {
      case FlushGroup::State::durable:
        return {};
      case FlushGroup::State::failed:
        return std::unexpected(flush.ticket.group->error());
      default:
        break;
    }
    const MutexLock lock(mutex_);
    if (failure_) return std::unexpected(*failure_);
    flush.ticket = commits_.rejoin(flush.ticket, head_.durable());
    if (flush.ticket.role == Role::leader) flush.batch = take_batch();
  }
}

Result<void> LogStore::flush_all() {
  auto flush = begin_flush();
  if (!flush) return std::unexpected(std::move(flush.error()));
  if (flush->ticket.role == Role::durable) return {};
  const Unlocked unlocked(mutex_);
  return finish_flush(*std::move(flush));
}

// Of the leader. What comes while the first batch is being written goes along, and saves a flush.
Result<void> LogStore::write(std::shared_ptr<const Batch> batch) {
  using std::chrono::steady_clock;
  const auto begun = steady_clock::now();
  auto completed = begun;
  const auto more = [&]() -> std::shared_ptr<const Batch> {
    completed = steady_clock::now();
    if (completed - begun > limits_.write_growth) return nullptr;
    const MutexLock lock(mutex_);
    commits_.await_returning(mutex_, begun);
    completed = steady_clock::now();
    return head_.nothing_pending() ? nullptr : take_batch();
  };
  const auto written = batch->empty() ? Result<void>{} : backing_->write_growing(*batch, more);
  const auto took = steady_clock::now() - completed;

  GroupCommit::Finished finished;
  std::optional<Error> error;
  {
    const MutexLock lock(mutex_);
    finished = commits_.finish(written.has_value(), took);
    if (written) {
      head_.written(finished.mark);
    } else {
      head_.lost();
      fail_for_good(written.error());
      error = failure_;
    }
  }
  for (const auto& group : finished.groups) group->end(error);
  if (error) return std::unexpected(*std::move(error));
  return {};
}

Result<void> LogStore::flush(Position position) {
  Flush flush;
  {
    const MutexLock lock(mutex_);
    if (failure_) return std::unexpected(*failure_);
    if (position < head_.visible().position && position <= head_.durable().position) return {};
    auto begun = begin_flush();
    if (!begun) return std::unexpected(std::move(begun.error()));
    flush = *std::move(begun);
  }
  return finish_flush(std::move(flush));
}

}  // namespace lasagne::detail
