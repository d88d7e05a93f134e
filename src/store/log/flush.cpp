// Makes what is visible durable: one write for all that wait.
#include <string>
#include <thread>
#include <utility>

#include "store/log/log_store.hpp"

namespace lasagne::detail {

using Role = GroupCommit::Ticket::Role;

void LogStore::fail_for_good(const Error& error) {
  failure_ = Error{
      ErrorCode::failed,
      "the store has failed and refuses all writes: " + error.message + ". Remove the cause and open the store again",
      {},
      std::nullopt};
  waiters_.wake_all();
}

Error LogStore::visible_only(Error error) {
  if (error.code != ErrorCode::unavailable) return error;
  error.code = ErrorCode::commit_unknown;
  error.message +=
      "; the request is visible already, and becomes durable when the database is back: read the result, or "
      "ask again with the same ids";
  return error;
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
    if (failure_) {
      flush.ticket.group->call_a_leader();  // those who wait beside it hear of the failure one by one
      return std::unexpected(*failure_);
    }
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

Result<void> LogStore::flush_change() {
  auto flushed = flush_all();
  if (!flushed) flushed = std::unexpected(visible_only(std::move(flushed.error())));
  return flushed;
}

// What comes while the batch is being written goes along, and saves a flush. `took` is the time that the write took
// once nothing more came.
Result<void> LogStore::write_once(const Batch& batch, std::chrono::steady_clock::duration& took) {
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
  auto written = batch.empty() ? Result<void>{} : backing_->write_growing(batch, more);
  took = steady_clock::now() - completed;
  return written;
}

// Of the leader. A database that is away is tried again for a while, with what came meanwhile.
Result<void> LogStore::write(std::shared_ptr<const Batch> batch) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + limits_.unavailable_wait;
  for (;;) {
    steady_clock::duration took{};
    auto written = write_once(*batch, took);
    const bool away = !written && written.error().code == ErrorCode::unavailable;
    if (!away || steady_clock::now() + limits_.unavailable_retry > deadline) return end_write(std::move(written), took);
    std::this_thread::sleep_for(limits_.unavailable_retry);
    const MutexLock lock(mutex_);
    head_.put_back();
    batch = take_batch();
  }
}

Result<void> LogStore::end_write(Result<void> written, std::chrono::steady_clock::duration took) {
  GroupCommit::Finished finished;
  std::optional<Error> error;
  std::string note;
  {
    const MutexLock lock(mutex_);
    finished = commits_.finish(written.has_value(), took);
    if (written) {
      head_.written(finished.mark);
      if (std::exchange(away_, false)) note = "the database is back, and all that was visible is durable";
    } else if (written.error().code == ErrorCode::unavailable) {
      head_.put_back();
      error = std::move(written.error());
      if (!std::exchange(away_, true))
        note = "the database is unavailable, and what is visible is kept until it is back: " + error->message;
    } else {
      head_.lost();
      fail_for_good(written.error());
      error = failure_;
      note = failure_->message;
    }
  }
  if (!note.empty()) log_(note);
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
