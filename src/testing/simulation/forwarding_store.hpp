// A store in front of another one, for those that change a little of it.
#pragma once

#include "lasagne/store.hpp"

namespace lasagne::testing::detail {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store* real = nullptr) : real_(real) {}

  Result<Committed> append(const Commit& commit, Await await) override { return real_->append(commit, await); }
  Result<void> flush(Position position) override { return real_->flush(position); }
  Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                  std::size_t limit) override {
    return real_->read_stream(stream, from, direction, limit);
  }
  Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) override {
    return real_->read_all(after, filter, limit);
  }
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

 protected:
  Store* real_;
};

}  // namespace lasagne::testing::detail
