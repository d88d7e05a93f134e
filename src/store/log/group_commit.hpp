// Who writes, and who waits for which write: callers that want to be durable at the same time share one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "mutex.hpp"
#include "store/log/flush_group.hpp"
#include "store/log/head.hpp"
#include "store/log/limits.hpp"

namespace lasagne::detail {

// Whoever finds nobody writing leads: writes everything so far, for all that wait. The others join the group of the
// next write, or of the one under way if that has what they wait for. The writing itself is the store's, and so is the
// lock that guards all of this.
class GroupCommit {
 public:
  using Clock = std::chrono::steady_clock;
  struct Ticket {
    enum class Role : std::uint8_t { durable, leader, follower };
    Role role = Role::durable;
    std::uint64_t sequence = 0;
    std::shared_ptr<FlushGroup> group;  // of a follower
  };

  explicit GroupCommit(const LogStoreLimits& limits) : limits_(limits) {}

  // For a caller that wants all changes up to `sequence` durable. A leader must write, and call begin() and finish().
  Ticket join(std::uint64_t sequence, const Mark& durable);
  // The same, for a follower whose group called for a leader.
  Ticket rejoin(const Ticket& ticket, const Mark& durable);
  [[nodiscard]] bool writing() const noexcept { return writing_; }

  // The leader: what there is up to `mark` goes into the write, and those who wait for it belong to that.
  void begin(const Mark& mark);
  // Those whom the last write served come back soon, if they are callers who go on and on; while they come, waiting for
  // them saves most of them a write. A few callers wait for nobody, and nobody for longer than the write that it may
  // save takes. `begun` is when this write began.
  void await_returning(Mutex& mutex, Clock::time_point begun) REQUIRES(mutex);

  struct Finished {
    Mark mark;                                        // what was written up to
    std::vector<std::shared_ptr<FlushGroup>> groups;  // to be told without the lock
  };
  // The write has ended, and took so long once nothing more came. One that did not come about is told to all that wait,
  // for the next one too.
  Finished finish(bool good, Clock::duration took);

 private:
  const LogStoreLimits& limits_;
  bool writing_ = false;
  Mark mark_;                                                                // of what is being written, or was last
  std::vector<std::shared_ptr<FlushGroup>> current_groups_;                  // wait for that
  std::shared_ptr<FlushGroup> next_group_ = std::make_shared<FlushGroup>();  // waits for what comes after it
  std::uint32_t present_ = 0;  // threads that the next write will serve, its leader included
  std::uint32_t served_ = 0;   // threads that the last write served
  Clock::duration last_write_{0};
  bool leader_waits_ = false;
  ConditionVariable returned_;  // so many are present as the last write served
};

}  // namespace lasagne::detail
