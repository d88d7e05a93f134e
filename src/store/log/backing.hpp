// What a single-writer database supplies to LogStore: durable tables, written a batch at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lasagne/store.hpp"

namespace lasagne::detail {

enum class StreamState : std::uint8_t { live, deleted, tombstoned };

// The kept facts of a stream.
struct StreamRow {
  std::uint64_t id = 0;  // 1, 2, 3, ... given by LogStore
  std::string name;
  StreamState state = StreamState::live;
  std::optional<Revision> head;  // last revision ever given out; empty when none was
  Revision first_readable = 0;   // moved by delete and truncate_before
  StreamLimits limits;
};

// What one flush writes: the final state of everything that changed since the last one.
struct Batch {
  struct NewMessageRow {
    std::uint64_t stream_id = 0;
    MessagePtr message;
  };
  using ParkedKey = std::pair<std::string, Position>;  // processor, position

  std::vector<NewMessageRow> messages;         // in order of position
  std::map<std::uint64_t, StreamRow> streams;  // to insert or to replace
  std::map<std::string, Position, std::less<>> checkpoints;
  std::map<std::string, std::optional<Timer>, std::less<>> timers;  // empty: remove
  std::map<ParkedKey, std::optional<ParkedMessage>> parked;         // empty: remove

  [[nodiscard]] bool empty() const noexcept {
    return messages.empty() && streams.empty() && checkpoints.empty() && timers.empty() && parked.empty();
  }
};

// `write` and `scavenge` are called by one thread at a time; the rest from any thread at any time, also beside them.
// What is read is what was written by finished batches. A read that finds damage gives `failed`.
class Backing {
 public:
  struct Opened {
    Position last_position = 0;
    Timestamp last_recorded_at;
    std::uint64_t last_stream_id = 0;
    std::map<std::string, Position, std::less<>> checkpoints;
  };

  virtual ~Backing() = default;
  Backing() = default;
  Backing(const Backing&) = delete;
  Backing& operator=(const Backing&) = delete;

  // Constant time: does not depend on the number of messages.
  [[nodiscard]] virtual Result<Opened> load() = 0;

  // Atomic, and durable on return.
  //   unavailable: nothing of the batch was written, and nothing is half done: the same rows come again in a later
  //   batch. failed, or any other error: what of the batch survives is unknown. Nothing is written any more until the
  //   database is opened again.
  [[nodiscard]] virtual Result<void> write(const Batch& batch) = 0;
  // The same, and just before it is done takes along what `more` gives, until that gives nothing; or does not ask.
  // Whatever `more` gave is a part of the batch, and shares its fate.
  using More = std::function<std::shared_ptr<const Batch>()>;
  [[nodiscard]] virtual Result<void> write_growing(const Batch& batch, const More& more) {
    (void)more;
    return write(batch);
  }

  [[nodiscard]] virtual Result<std::optional<StreamRow>> find_stream(std::string_view name) = 0;
  // Revisions from..to inclusive; forwards from `from` up, or backwards from `to` down.
  [[nodiscard]] virtual Result<std::vector<MessagePtr>> read_stream(const StreamRow& stream, Revision from, Revision to,
                                                                    Direction direction, std::size_t limit) = 0;
  // Positions after..up_to (after exclusive, up_to inclusive).
  [[nodiscard]] virtual Result<LogSlice> read_all(Position after, Position up_to, const Filter& filter,
                                                  std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after,
                                                                     std::size_t limit) = 0;
  // The id of the message a timer carries; empty when the key is not set.
  [[nodiscard]] virtual Result<std::optional<Uuid>> find_timer(std::string_view key) = 0;
  [[nodiscard]] virtual Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::optional<Timestamp>> next_timer() = 0;
  [[nodiscard]] virtual Result<bool> has_parked(std::string_view processor, Position position) = 0;
  [[nodiscard]] virtual Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after,
                                                                  std::size_t limit) = 0;
  // Removes the messages that StreamLimits, deletion and tombstones have made unreadable; the stream keeps its head.
  [[nodiscard]] virtual Result<std::uint64_t> scavenge(Timestamp now) = 0;
};

}  // namespace lasagne::detail
