// A log store over a memory backing that counts what is asked of it, and goes wrong on demand.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"

namespace lasagne::detail {

class WatchedBacking final : public Backing {
 public:
  std::function<void()> while_writing;  // in the middle of a write, once
  std::atomic<bool> fails = false;      // every write
  std::atomic<int> away = 0;            // so many writes find the database unavailable
  std::atomic<bool> damaged = false;    // every read of a stream
  std::chrono::microseconds flush_time{0};
  std::atomic<int> writes = 0;
  std::atomic<int> look_ups = 0;
  std::atomic<int> stream_reads = 0;

  Result<Opened> load() override { return real_.load(); }
  Result<void> write(const Batch& batch) override {
    ++writes;
    return real_.write(batch);
  }
  Result<void> write_growing(const Batch& batch, const More& more) override {
    ++writes;
    if (while_writing) std::exchange(while_writing, {})();
    std::vector<std::shared_ptr<const Batch>> taken;
    while (auto next = more()) taken.push_back(next);
    if (flush_time.count() > 0) std::this_thread::sleep_for(flush_time);
    if (fails) return fail(ErrorCode::failed, "the disk is gone");
    if (away > 0 && away-- > 0) return fail(ErrorCode::unavailable, "the database is busy");
    if (auto written = real_.write(batch); !written) return written;
    for (const auto& next : taken) {
      if (auto written = real_.write(*next); !written) return written;
    }
    return {};
  }
  Result<std::optional<StreamRow>> find_stream(std::string_view name) override {
    ++look_ups;
    return real_.find_stream(name);
  }
  Result<std::vector<MessagePtr>> read_stream(const StreamRow& stream, Revision from, Revision to, Direction direction,
                                              std::size_t limit) override {
    ++stream_reads;
    if (damaged) return fail(ErrorCode::failed, "the file is damaged");
    return real_.read_stream(stream, from, to, direction, limit);
  }
  Result<LogSlice> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) override {
    return real_.read_all(after, up_to, filter, limit);
  }
  Result<std::vector<MessagePtr>> read_process(const Uuid& id, Position after, std::size_t limit) override {
    return real_.read_process(id, after, limit);
  }
  Result<std::optional<Uuid>> find_timer(std::string_view key) override { return real_.find_timer(key); }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override {
    return real_.due_timers(now, limit);
  }
  Result<std::optional<Timestamp>> next_timer() override { return real_.next_timer(); }
  Result<bool> has_parked(std::string_view processor, Position position) override {
    return real_.has_parked(processor, position);
  }
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override {
    return real_.parked(processor, after, limit);
  }
  Result<std::uint64_t> scavenge(Timestamp now) override { return real_.scavenge(now); }

 private:
  MemoryBacking real_;
};

inline Commit commit_to(std::string stream, ExpectedRevision expected, std::string type = "Happened") {
  Commit commit;
  commit.appends.push_back(
      {std::move(stream), expected, {{Uuid::generate(), MessageKind::event, std::move(type), "{}", {}}}});
  return commit;
}

class WatchedLogStoreTest : public testing::Test {
 protected:
  void open(LogStoreLimits limits = {}) {
    auto opened = LogStore::open(
        backing, [] { return Timestamp{}; }, limits, [this](const std::string& text) { log_text += text; });
    ASSERT_TRUE(opened);
    store = *std::move(opened);
  }
  std::shared_ptr<WatchedBacking> backing = std::make_shared<WatchedBacking>();
  std::string log_text;  // of the store; one thread at a time
  std::unique_ptr<LogStore> store;
};

}  // namespace lasagne::detail
