// A store in front of another one: the base of stores that change, count or refuse a little of what passes through.
//
//   class Counted final : public lasagne::ForwardingStore {
//    public:
//     using ForwardingStore::ForwardingStore;
//     Result<Committed> append(const Commit& commit, Await await) override {
//       ++appends;
//       return ForwardingStore::append(commit, await);
//     }
//     std::atomic<std::uint64_t> appends = 0;
//   };
#pragma once

#include <memory>
#include <utility>

#include "lasagne/store.hpp"

namespace lasagne {

// Each function calls the same function of the store behind it. The exception is `append_taking`, which calls this
// object's `append`, so that an override of `append` sees every commit. Thread safety, errors and what survives a crash
// are those of the store behind.
class ForwardingStore : public Store {
 public:
  // `real` must outlive this object.
  explicit ForwardingStore(Store& real) noexcept : real_(&real) {}
  // Owns `real`, which must not be null.
  explicit ForwardingStore(std::unique_ptr<Store> real) noexcept : owned_(std::move(real)), real_(owned_.get()) {}

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
  Timestamp now() const override { return real_->now(); }
  Position visible_position() const override { return real_->visible_position(); }
  Position durable_position() const override { return real_->durable_position(); }
  bool wait(Position after, std::chrono::steady_clock::time_point deadline) override {
    return real_->wait(after, deadline);
  }
  bool wait_for(const Filter& filter, Position after, std::chrono::steady_clock::time_point deadline) override {
    return real_->wait_for(filter, after, deadline);
  }
  void interrupt() override { real_->interrupt(); }
  bool read_only() const noexcept override { return real_->read_only(); }
  Result<Position> checkpoint(std::string_view processor) override { return real_->checkpoint(processor); }
  Result<std::map<std::string, Position, std::less<>>> checkpoints() override { return real_->checkpoints(); }
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
  // For a store whose real one is given later, or replaced: `forward_to` comes before any other call.
  ForwardingStore() = default;
  // Not to be called while another function of this object runs.
  void forward_to(Store& real) noexcept { real_ = &real; }

  // The store behind.
  [[nodiscard]] Store& real() const noexcept { return *real_; }

 private:
  std::unique_ptr<Store> owned_;  // empty when the store behind belongs to somebody else
  Store* real_ = nullptr;
};

}  // namespace lasagne
