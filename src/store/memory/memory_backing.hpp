// A Backing in plain containers: the memory store, and the simulator's disk. What a finished `write` put here survives
// the LogStore above it, as a disk would.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "store/log/backing.hpp"
#include "store/memory/sparse_messages.hpp"

namespace lasagne::detail {

class MemoryBacking final : public Backing {
 public:
  // Called before each write; an error it gives is the write's result and nothing is kept. For fault injection.
  using BeforeWrite = std::function<Result<void>(const Batch&)>;
  void before_write(BeforeWrite hook) { before_write_ = std::move(hook); }

  Result<Opened> load() override;
  Result<void> write(const Batch& batch) override;
  Result<std::optional<StreamRow>> find_stream(std::string_view name) override;
  Result<std::vector<MessagePtr>> read_stream(const StreamRow& stream, Revision from, Revision to, Direction direction,
                                              std::size_t limit) override;
  Result<LogSlice> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) override;
  Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override;
  Result<std::optional<Uuid>> find_timer(std::string_view key) override;
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override;
  Result<std::optional<Timestamp>> next_timer() override;
  Result<bool> has_parked(std::string_view processor, Position position) override;
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override;
  Result<std::uint64_t> scavenge(Timestamp now) override;

 private:
  struct Stream {
    StreamRow row;
    SparseMessages messages;  // by revision
  };
  static std::vector<MessagePtr> read_from(const SparseMessages& messages, Revision from, Revision to,
                                           Direction direction, std::size_t limit);

  BeforeWrite before_write_;
  std::mutex mutex_;
  // All below is guarded by mutex_.
  SparseMessages log_;  // by position
  Position last_position_ = 0;
  Timestamp last_recorded_at_;
  std::deque<Stream> streams_;  // each at its id - 1
  boost::unordered_flat_map<std::string_view, std::uint64_t, std::hash<std::string_view>> stream_ids_;  // keys: in rows
  boost::unordered_flat_map<Uuid, std::vector<Position>, std::hash<Uuid>> processes_;
  std::map<std::string, Position, std::less<>> checkpoints_;
  std::map<std::string, Timer, std::less<>> timers_;
  std::map<std::pair<Timestamp, std::string>, const Timer*> due_;
  std::map<Batch::ParkedKey, ParkedMessage> parked_;
};

}  // namespace lasagne::detail
