// Who leads a write, who follows, and for whom a leader waits.
#include "store/log/group_commit.hpp"

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

namespace lasagne::detail {
namespace {

using Role = GroupCommit::Ticket::Role;

class GroupCommitTest : public testing::Test {
 protected:
  // A write that served a leader and so many followers, and took so long.
  void serve(std::uint32_t followers, std::chrono::seconds took) {
    const MutexLock lock(mutex);
    ++visible.sequence;
    ASSERT_EQ(commits.join(visible.sequence, durable).role, Role::leader);
    commits.begin(visible);
    for (std::uint32_t i = 0; i < followers; ++i) {
      ASSERT_EQ(commits.join(visible.sequence, durable).role, Role::follower);
    }
    (void)commits.finish(true, took);
    durable = visible;
  }

  LogStoreLimits limits{.write_growth = std::chrono::minutes(1), .returning_callers = 3};
  Mutex mutex;
  GroupCommit commits{limits};
  Mark visible;
  Mark durable;
};

TEST_F(GroupCommitTest, WhoeverFindsNobodyWritingLeadsAndTheOthersFollow) {
  const MutexLock lock(mutex);
  visible.sequence = 2;
  EXPECT_EQ(commits.join(0, durable).role, Role::durable);
  EXPECT_EQ(commits.join(2, durable).role, Role::leader);
  commits.begin(visible);
  const auto with_it = commits.join(1, durable);
  const auto after_it = commits.join(3, durable);
  EXPECT_EQ(with_it.role, Role::follower);
  EXPECT_EQ(after_it.role, Role::follower);
  EXPECT_NE(with_it.group, after_it.group);
  const auto finished = commits.finish(true, {});
  EXPECT_EQ(finished.mark.sequence, 2U);
  ASSERT_EQ(finished.groups.size(), 1U);
  EXPECT_EQ(finished.groups[0], with_it.group);
  EXPECT_EQ(after_it.group->wait(), FlushGroup::State::lead);
  EXPECT_EQ(commits.rejoin(after_it, finished.mark).role, Role::leader);
}

TEST_F(GroupCommitTest, AWriteThatDidNotComeAboutIsToldToAllThatWait) {
  const MutexLock lock(mutex);
  visible.sequence = 1;
  EXPECT_EQ(commits.join(1, durable).role, Role::leader);
  commits.begin(visible);
  const auto with_it = commits.join(1, durable);
  const auto after_it = commits.join(2, durable);
  const auto finished = commits.finish(false, {});
  ASSERT_EQ(finished.groups.size(), 2U);
  EXPECT_EQ(finished.groups[0], with_it.group);
  EXPECT_EQ(finished.groups[1], after_it.group);
  EXPECT_EQ(commits.join(2, durable).role, Role::leader);
}

// Called to lead, it comes after another has led and has told all that wait of the failure.
TEST_F(GroupCommitTest, AFollowerOfAWriteThatDidNotComeAboutIsNotCountedTwice) {
  const MutexLock lock(mutex);
  visible.sequence = 1;
  EXPECT_EQ(commits.join(1, durable).role, Role::leader);
  commits.begin(visible);
  const auto called = commits.join(2, durable);
  durable = commits.finish(true, {}).mark;
  EXPECT_EQ(called.group->wait(), FlushGroup::State::lead);
  visible.sequence = 2;
  EXPECT_EQ(commits.join(2, durable).role, Role::leader);
  commits.begin(visible);
  (void)commits.finish(false, {});
  EXPECT_EQ(commits.rejoin(called, durable).role, Role::leader);
  commits.begin(visible);
  EXPECT_EQ(commits.finish(true, {}).mark.sequence, 2U);
}

TEST_F(GroupCommitTest, ALeaderWaitsForThoseWhomTheLastWriteServed) {
  ASSERT_NO_FATAL_FAILURE(serve(3, std::chrono::minutes(1)));
  int returned = 0;           // guarded by mutex
  int returned_before = -1;   // guarded by mutex: when the leader went on
  std::optional<Role> joins;  // guarded by mutex
  std::thread leader([&] {
    const MutexLock lock(mutex);
    ++visible.sequence;
    joins = commits.join(visible.sequence, durable).role;
    if (joins != Role::leader) return;
    commits.begin(visible);
    commits.await_returning(mutex, std::chrono::steady_clock::now());
    returned_before = returned;
  });
  for (int i = 0; i < 3;) {  // they come once the leader waits: it holds the mutex until then
    const MutexLock lock(mutex);
    if (!joins) continue;
    if (joins != Role::leader) break;
    ++returned;
    EXPECT_EQ(commits.join(visible.sequence, durable).role, Role::follower);
    ++i;
  }
  leader.join();
  EXPECT_EQ(returned_before, 3);
}

TEST_F(GroupCommitTest, AFewCallersWaitForNobody) {
  ASSERT_NO_FATAL_FAILURE(serve(1, std::chrono::minutes(1)));  // two, fewer than three
  bool let_in = false;                                         // guarded by mutex
  std::thread other;
  {
    const MutexLock lock(mutex);
    ++visible.sequence;
    ASSERT_EQ(commits.join(visible.sequence, durable).role, Role::leader);
    commits.begin(visible);
    other = std::thread([&] {
      const MutexLock inside(mutex);
      let_in = true;
      (void)commits.join(visible.sequence, durable);
    });
    commits.await_returning(mutex, std::chrono::steady_clock::now());
    EXPECT_FALSE(let_in) << "the leader let go of the mutex, so it waited";
  }
  other.join();
}

TEST_F(GroupCommitTest, NobodyIsWaitedForLongerThanAWriteTakes) {
  ASSERT_NO_FATAL_FAILURE(serve(3, std::chrono::seconds(0)));
  auto led = std::async(std::launch::async, [&] {
    const MutexLock lock(mutex);
    ++visible.sequence;
    EXPECT_EQ(commits.join(visible.sequence, durable).role, Role::leader);
    commits.begin(visible);
    commits.await_returning(mutex, std::chrono::steady_clock::now());
  });
  EXPECT_EQ(led.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  for (int i = 0; i < 3; ++i) {  // so that it ends in any case
    const MutexLock lock(mutex);
    (void)commits.join(visible.sequence, durable);
  }
}

}  // namespace
}  // namespace lasagne::detail
