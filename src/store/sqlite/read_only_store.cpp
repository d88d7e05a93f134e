#include "store/sqlite/read_only_store.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "store/log/slice.hpp"
#include "store/sqlite/change_watch.hpp"

namespace lasagne::detail {

namespace {

std::unexpected<Error> refuse() {
  return fail(ErrorCode::invalid, "the store was opened read-only: open it for writing");
}

class ReadOnlyStore final : public Store {
 public:
  ReadOnlyStore(std::shared_ptr<Backing> backing, sqlite::ChangeWatch watch, std::function<Timestamp()> now)
      : backing_(std::move(backing)), now_(std::move(now)), watch_(std::move(watch)) {}

  Result<Committed> append(const Commit&, Await) override { return refuse(); }
  Result<void> flush(Position) override { return {}; }  // all that can be read is durable
  Result<StreamSlice> read_stream(std::string_view name, Revision from, Direction direction,
                                  std::size_t limit) override;
  Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) override {
    auto opened = backing_->load();
    if (!opened) return std::unexpected(std::move(opened.error()));
    return backing_->read_all(after, opened->last_position, filter, limit);
  }
  Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override {
    return backing_->read_process(correlation_id, after, limit);
  }
  // After an error of the disk the position stays where it was; the next read tells what is wrong.
  Position visible_position() const override {
    const auto opened = backing_->load();
    const std::scoped_lock lock(mutex_);
    if (opened) position_ = std::max(position_, opened->last_position);
    return position_;
  }
  Timestamp now() const override { return now_(); }
  Position durable_position() const override { return visible_position(); }
  bool wait(Position after, std::chrono::steady_clock::time_point deadline) override;
  void interrupt() override {
    const std::scoped_lock lock(mutex_);
    ++interrupts_;
    if (watching_) watch_.interrupt();
    woken_.notify_all();
  }
  Result<Position> checkpoint(std::string_view processor) override {
    auto opened = backing_->load();
    if (!opened) return std::unexpected(std::move(opened.error()));
    const auto found = opened->checkpoints.find(processor);
    return found == opened->checkpoints.end() ? 0 : found->second;
  }
  Result<std::map<std::string, Position, std::less<>>> checkpoints() override {
    auto opened = backing_->load();
    if (!opened) return std::unexpected(std::move(opened.error()));
    return std::move(opened->checkpoints);
  }
  bool read_only() const noexcept override { return true; }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override {
    return backing_->due_timers(now, limit);
  }
  Result<std::optional<Timestamp>> next_timer() override { return backing_->next_timer(); }
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override {
    return backing_->parked(processor, after, limit);
  }
  Result<StreamLimits> stream_limits(std::string_view stream) override {
    auto row = backing_->find_stream(stream);
    if (!row) return std::unexpected(std::move(row.error()));
    return *row ? (*row)->limits : StreamLimits{};
  }
  Result<void> set_stream_limits(std::string_view, const StreamLimits&) override { return refuse(); }
  Result<void> delete_stream(std::string_view, ExpectedRevision) override { return refuse(); }
  Result<void> tombstone_stream(std::string_view, ExpectedRevision) override { return refuse(); }
  Result<std::uint64_t> scavenge() override { return refuse(); }

 private:
  const std::shared_ptr<Backing> backing_;
  const std::function<Timestamp()> now_;
  mutable std::mutex mutex_;
  std::condition_variable woken_;
  sqlite::ChangeWatch watch_;  // waited for by the one thread that set watching_
  // Guarded by mutex_.
  mutable Position position_ = 0;
  std::uint64_t interrupts_ = 0;
  std::uint64_t changes_ = 0;  // how often watch_ woke
  bool watching_ = false;
};

Result<StreamSlice> ReadOnlyStore::read_stream(std::string_view name, Revision from, Direction direction,
                                               std::size_t limit) {
  auto found = backing_->find_stream(name);
  if (!found) return std::unexpected(std::move(found.error()));
  const StreamRow* stream = *found ? &**found : nullptr;
  if (auto readable = check_readable(name, stream); !readable) return std::unexpected(std::move(readable.error()));
  return read_slice(*stream, {name, from, direction, limit, now_()}, std::nullopt,
                    [&](Revision first, Revision last, Direction towards, std::size_t most) {
                      return backing_->read_stream(*stream, first, last, towards, most);
                    });
}

bool ReadOnlyStore::wait(Position after, std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const auto interrupts = interrupts_;
  while (true) {
    // A change after this point is not missed: the watch remembers it, or another thread has counted it.
    const auto changes = changes_;
    lock.unlock();
    if (visible_position() > after) return true;
    lock.lock();
    if (interrupts_ != interrupts || std::chrono::steady_clock::now() >= deadline) return false;
    if (changes_ != changes) continue;
    if (watching_) {
      woken_.wait_until(lock, deadline, [&] { return changes_ != changes || interrupts_ != interrupts || !watching_; });
      continue;
    }
    watching_ = true;
    lock.unlock();
    watch_.wait(deadline);
    lock.lock();
    watching_ = false;
    ++changes_;
    woken_.notify_all();
  }
}

}  // namespace

Result<std::unique_ptr<Store>> open_read_only_store(std::shared_ptr<Backing> backing, std::string path,
                                                    std::function<Timestamp()> now) {
  auto watch = sqlite::ChangeWatch::open(path);
  if (!watch) return std::unexpected(std::move(watch.error()));
  return std::make_unique<ReadOnlyStore>(std::move(backing), std::move(*watch), std::move(now));
}

}  // namespace lasagne::detail
