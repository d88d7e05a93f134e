// A store that fails as the schedule says, in front of a real one.
#pragma once

#include "testing/simulation/forwarding_store.hpp"
#include "testing/simulation/interference.hpp"

namespace lasagne::testing::detail {

class FaultyStore final : public ForwardingStore {
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

 private:
  Interference& interference_;
};

}  // namespace lasagne::testing::detail
