// The head of one log, in memory: what a commit comes to (plan), and what it changes (apply). The rules of an append
// stand here, once for every database.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/store.hpp"
#include "store/log/backing.hpp"
#include "store/log/limits.hpp"
#include "store/log/recording_clock.hpp"
#include "store/log/slice.hpp"
#include "store/log/stream_cache.hpp"
#include "store/log/tail.hpp"
#include "store/log/unwritten.hpp"

namespace lasagne::detail {

// What is written up to: a count of changes, and the last position among them.
struct Mark {
  std::uint64_t sequence = 0;
  Position position = 0;
};

// No lock of its own, and no thread: the store's lock guards it. It reads the backing, and never writes it.
class Head {
 public:
  using Messages = std::span<std::shared_ptr<Message>>;
  // A message that is there already: nothing of it is written again.
  struct Repeat {
    std::size_t index = 0;          // in its append
    std::optional<std::size_t> of;  // the earlier message of the same append that it repeats
    Revision revision = 0;          // else where it stands in its stream
    Position position = 0;          // and in the log; 0 when it no longer reads
  };
  struct AppendPlan {
    CachedStream* stream = nullptr;  // may be one that does not exist yet
    std::vector<Repeat> repeats;     // in order
  };
  struct Plan {
    std::vector<AppendPlan> appends;
    bool repeated = false;  // there are messages, and all of them are repeats
  };

  Head(Backing& backing, const LogStoreLimits& limits)
      : backing_(backing), limits_(limits), streams_(backing, limits) {}
  // Once, before all else.
  Result<void> load();

  // plan.cpp: which messages are new, by the expected-revision table. `messages` are those of all appends.
  Result<Plan> plan(const Commit& commit, Messages messages);
  // Whether checkpoint, timer and parked messages stand as the commit says.
  Result<void> check_guards(const Commit& commit);

  // apply.cpp: makes a commit visible that was planned, and whose guards hold.
  Committed apply(const Commit& commit, const Plan& plan, Messages messages, const RecordingClock::Clock& clock);
  // The answer to a commit of which nothing is new.
  [[nodiscard]] static Committed answer_again(const Plan& plan, Messages messages);

  // head.cpp
  Result<StreamSlice> read_stream(const SliceRequest& request);
  Result<StreamLimits> stream_limits(std::string_view name);
  Result<void> set_stream_limits(std::string_view name, const StreamLimits& limits);
  Result<void> change_stream(std::string_view name, ExpectedRevision expected, StreamState state);
  [[nodiscard]] Position checkpoint(std::string_view processor) const;
  [[nodiscard]] const auto& checkpoints() const noexcept { return checkpoints_; }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit);
  // Not later than the earliest timer is due.
  [[nodiscard]] std::optional<Timestamp> next_timer() const noexcept { return next_timer_; }

  [[nodiscard]] Mark visible() const noexcept { return visible_; }
  [[nodiscard]] Mark durable() const noexcept { return durable_; }
  [[nodiscard]] std::size_t pending_messages() const noexcept { return unwritten_.pending().messages.size(); }
  [[nodiscard]] bool nothing_pending() const noexcept { return unwritten_.pending().empty(); }
  // The last messages up to visible(); everything after `tail_from` is there.
  [[nodiscard]] const Tail& tail() const noexcept { return tail_; }
  [[nodiscard]] Position tail_from() const noexcept { return visible_.position - tail_.size(); }
  // Whether a reader that has seen everything up to `after` should look again. No filter: for whatever is newer.
  [[nodiscard]] bool concerns(const Filter* filter, Position after) const;

  // What changed since the last batch was taken, to be written after that.
  std::shared_ptr<const Batch> take_batch() { return unwritten_.take(); }
  // All batches that were taken are in the backing, up to this mark.
  void written(Mark mark);
  // They are not, and will come again.
  void put_back() { unwritten_.put_back(); }
  // They are not, and never will be.
  void lost() noexcept { unwritten_.settle(); }
  // What a person should know of the clock.
  [[nodiscard]] std::optional<std::string> take_note() { return clock_.take_note(); }
  // Makes room in memory; only between operations, and what is not durable stays.
  void evict() { streams_.evict(durable_.sequence); }
  // After messages were removed from the backing, with nothing unwritten: memory starts afresh.
  void forget();

 private:
  Result<AppendPlan> plan_append(const Append& append, Messages messages);
  Result<AppendPlan> plan_any(CachedStream& stream, Messages messages);
  Result<AppendPlan> plan_at(const Append& append, CachedStream& stream, std::optional<Revision> expected,
                             Messages messages);
  Result<Repeat> repeat_of(std::size_t index, const Message& message, Revision revision, const CachedStream& stream);
  Result<void> look_back(CachedStream& stream);
  Result<void> check_timer(const Commit::Fire& fire);
  Result<bool> is_parked(const Commit::ParkedId& id);
  void write_messages(Messages messages, const AppendPlan& plan, Timestamp now);
  std::optional<Timestamp> first_recorded_at();
  void apply_guards(const Commit& commit);
  void create(CachedStream& stream) { stream.row.id = ++last_stream_id_; }
  Result<CachedStream*> find_or_create(std::string_view name);
  void changed(CachedStream& stream);
  void trim_tail();

  Backing& backing_;
  const LogStoreLimits& limits_;
  StreamCache streams_;
  Tail tail_;
  Unwritten unwritten_;
  Mark visible_;
  Mark durable_;
  std::uint64_t last_stream_id_ = 0;
  RecordingClock clock_;
  std::map<std::string, Position, std::less<>> checkpoints_;
  std::optional<Timestamp> next_timer_;
};

}  // namespace lasagne::detail
