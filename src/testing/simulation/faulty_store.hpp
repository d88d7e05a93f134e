// A store that fails as the schedule says, in front of a real one.
#pragma once

#include "lasagne/forwarding_store.hpp"
#include "testing/simulation/fault_points.hpp"

namespace lasagne::testing::detail {

class FaultyStore final : public ForwardingStore {
 public:
  explicit FaultyStore(FaultPoints& fault_points) : fault_points_(fault_points) {}
  // To another one after each crash of the machine.
  void attach(Store& real) { forward_to(real); }

  Result<Committed> append(const Commit& commit, Await await) override { return fault_points_.commit(commit, await); }
  Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                  std::size_t limit) override {
    if (auto error = fault_points_.before_read()) return std::unexpected(*std::move(error));
    return real().read_stream(stream, from, direction, limit);
  }
  Result<LogSlice> read_all(Position after, const Filter& filter, std::size_t limit) override {
    if (auto error = fault_points_.before_read()) return std::unexpected(*std::move(error));
    return real().read_all(after, filter, fault_points_.slice(limit));
  }
  Result<Position> checkpoint(std::string_view processor) override {
    if (auto error = fault_points_.before_read()) return std::unexpected(*std::move(error));
    return real().checkpoint(processor);
  }
  Result<std::map<std::string, Position, std::less<>>> checkpoints() override {
    if (auto error = fault_points_.before_read()) return std::unexpected(*std::move(error));
    return real().checkpoints();
  }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override {
    if (auto error = fault_points_.before_read()) return std::unexpected(*std::move(error));
    return real().due_timers(now, limit);
  }
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override {
    if (auto error = fault_points_.before_read()) return std::unexpected(*std::move(error));
    return real().parked(processor, after, limit);
  }

 private:
  FaultPoints& fault_points_;
};

}  // namespace lasagne::testing::detail
