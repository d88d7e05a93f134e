// A store that fails as the seed says, in front of a real one.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>

#include "lasagne/store.hpp"

namespace lasagne::testing::detail {

// The node whose call this was is gone. No std::exception, so that no handler takes it for an error of its own.
struct NodeCrash {};

enum class CommitFault { none, crash_before, crash_after, conflict, unavailable, unknown_committed, unknown_lost };

class FaultyStore final : public Store {
 public:
  // What happens to the next commit; what happens to the next read: true for a handler that throws.
  std::function<CommitFault()> on_commit;
  std::function<bool()> on_read;
  std::function<std::size_t(std::size_t)> on_slice;  // the limit of a read along the log

  void attach(Store* real) { real_ = real; }

  Result<Committed> append(const Commit& commit, Await await) override;
  Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                  std::size_t limit) override {
    if (on_read && on_read()) throw std::runtime_error("simulated fault in a handler");
    return real_->read_stream(stream, from, direction, limit);
  }
  Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) override {
    return real_->read_all(after, filter, on_slice ? on_slice(limit) : limit);
  }

  Result<void> flush(Position position) override { return real_->flush(position); }
  Result<std::vector<MessagePtr>> read_process(const Uuid& id, Position after, std::size_t limit) override {
    return real_->read_process(id, after, limit);
  }
  Position visible_position() const override { return real_->visible_position(); }
  Position durable_position() const override { return real_->durable_position(); }
  bool wait(Position after, std::chrono::steady_clock::time_point deadline) override {
    return real_->wait(after, deadline);
  }
  void interrupt() override { real_->interrupt(); }
  Result<Position> checkpoint(std::string_view processor) override { return real_->checkpoint(processor); }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override {
    return real_->due_timers(now, limit);
  }
  Result<std::optional<Timestamp>> next_timer() override { return real_->next_timer(); }
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override {
    return real_->parked(processor, after, limit);
  }
  Result<StreamLimits> stream_limits(std::string_view stream) override { return real_->stream_limits(stream); }
  Result<void> set_stream_limits(std::string_view stream, const StreamLimits& limits) override {
    return real_->set_stream_limits(stream, limits);
  }
  Result<void> delete_stream(std::string_view stream, ExpectedRevision expected) override {
    return real_->delete_stream(stream, expected);
  }
  Result<void> tombstone_stream(std::string_view stream, ExpectedRevision expected) override {
    return real_->tombstone_stream(stream, expected);
  }
  Result<std::uint64_t> scavenge() override { return real_->scavenge(); }

 private:
  Store* real_ = nullptr;
};

}  // namespace lasagne::testing::detail
