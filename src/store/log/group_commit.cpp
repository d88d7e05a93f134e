#include "store/log/group_commit.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace lasagne::detail {

GroupCommit::Ticket GroupCommit::join(std::uint64_t sequence, const Mark& durable) {
  if (durable.sequence >= sequence) return {};
  if (!std::exchange(writing_, true)) {
    ++present_;
    return {Ticket::Role::leader, sequence, nullptr};
  }
  auto group = sequence <= mark_.sequence ? current_groups_.back() : next_group_;
  ++group->size;
  ++present_;
  if (leader_waits_ && present_ == served_) returned_.notify_one();
  return {Ticket::Role::follower, sequence, std::move(group)};
}

GroupCommit::Ticket GroupCommit::rejoin(const Ticket& ticket, const Mark& durable) {
  assert(ticket.role == Ticket::Role::follower);
  if (durable.sequence < ticket.sequence && ticket.group->size > 0) {
    assert(present_ > 0);
    --ticket.group->size;
    --present_;
  }
  return join(ticket.sequence, durable);
}

void GroupCommit::begin(const Mark& mark) {
  assert(writing_ && mark.sequence >= mark_.sequence);
  current_groups_.push_back(std::exchange(next_group_, std::make_shared<FlushGroup>()));
  mark_ = mark;
}

void GroupCommit::await_returning(Mutex& mutex, Clock::time_point begun) {
  if (served_ < limits_.returning_callers) return;
  leader_waits_ = true;
  const auto end = begun + last_write_;
  while (present_ < served_) {
    const auto before = present_;
    const auto silent = std::min(Clock::now() + last_write_ / limits_.silent_share, end);
    while (present_ < served_ && returned_.wait_until(mutex, silent)) {
    }
    if (present_ == before || Clock::now() > end) break;
  }
  leader_waits_ = false;
}

GroupCommit::Finished GroupCommit::finish(bool good, Clock::duration took) {
  assert(writing_ && present_ >= next_group_->size);
  writing_ = false;
  last_write_ = std::min<Clock::duration>(took, limits_.write_growth);
  served_ = std::exchange(present_, next_group_->size) - next_group_->size;
  Finished finished{mark_, std::exchange(current_groups_, {})};
  if (!good) {
    finished.groups.push_back(std::exchange(next_group_, std::make_shared<FlushGroup>()));
    for (const auto& group : finished.groups) group->size = 0;  // whoever was called to lead it may come yet
    present_ = 0;
  } else if (next_group_->size > 0) {
    next_group_->call_a_leader();
  }
  return finished;
}

}  // namespace lasagne::detail
