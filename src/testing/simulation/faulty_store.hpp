// A store that fails as the schedule says, in front of a real one.
#pragma once

#include "testing/simulation/interference.hpp"

namespace lasagne::testing::detail {

class FaultyStore final : public Store {
 public:
  explicit FaultyStore(Interference& interference) : interference_(interference) {}
  // To another one after each crash of the machine.
  void attach(Store* real) { real_ = real; }

  Result<Committed> append(const Commit& commit, Await await) override { return interference_.commit(commit, await); }
  Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                  std::size_t limit) override {
    if (auto error = interference_.before_read()) return std::unexpected(*std::move(error));
    return real_->read_stream(stream, from, direction, limit);
  }
  Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) override {
    if (auto error = interference_.before_read()) return std::unexpected(*std::move(error));
    return real_->read_all(after, filter, interference_.slice(limit));
  }
  Result<Position> checkpoint(std::string_view processor) override {
    if (auto error = interference_.before_read()) return std::unexpected(*std::move(error));
    return real_->checkpoint(processor);
  }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override {
    if (auto error = interference_.before_read()) return std::unexpected(*std::move(error));
    return real_->due_timers(now, limit);
  }
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override {
    if (auto error = interference_.before_read()) return std::unexpected(*std::move(error));
    return real_->parked(processor, after, limit);
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
  Result<std::optional<Timestamp>> next_timer() override { return real_->next_timer(); }
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
  Interference& interference_;
  Store* real_ = nullptr;
};

}  // namespace lasagne::testing::detail
