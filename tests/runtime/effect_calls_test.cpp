// What an effect calls next, without store, threads and clock.
#include <gtest/gtest.h>

#include "runtime/effect_calls.hpp"

namespace effect_calls_test {

using lasagne::Commit;
using lasagne::Message;
using lasagne::MessagePtr;
using lasagne::ParkedMessage;
using lasagne::Position;
using lasagne::RetryPolicy;
using lasagne::Timestamp;
using lasagne::detail::CallsToBegin;
using lasagne::detail::EffectCall;
using lasagne::detail::EffectCalls;
using lasagne::detail::EffectLimits;
using lasagne::detail::HeldMessages;
using Status = ParkedMessage::Status;
using namespace std::chrono_literals;

constexpr Timestamp noon{1'000'000'000'000};

MessagePtr message_at(Position position) {
  auto message = std::make_shared<Message>();
  message->position = position;
  message->id = lasagne::Uuid::derive({}, "message " + std::to_string(position));
  return message;
}

ParkedMessage entry_at(Position position, const std::string& key, Status status, std::uint32_t attempts) {
  return {"p", position, key, status, attempts, noon, "why", {}};
}

// What the store would give of these entries.
HeldMessages held(const std::vector<ParkedMessage>& entries) {
  HeldMessages held;
  Commit commit;
  commit.parked_put = entries;
  held.committed(commit);
  return held;
}

std::vector<Position> positions(const std::vector<ParkedMessage>& entries) {
  std::vector<Position> all;
  for (const auto& entry : entries) all.push_back(entry.position);
  return all;
}

class EffectCallsTest : public ::testing::Test {
 protected:
  // Takes these messages, of one key each, and begins their calls. The calls that it came to.
  std::deque<EffectCall> begin(const std::vector<std::pair<Position, std::string>>& messages) {
    CallsToBegin begin;
    taken.clear();
    for (const auto& [position, key] : messages) {
      if (!calls.take(message_at(position), key, noon, begin)) break;
      taken.push_back(position);
    }
    calls.begun(begin);
    marks = begin.marks;
    return begin.calls;
  }
  void answer(const EffectCall& call) {
    Commit commit;
    calls.held().settle(call.entry, noon, commit);
    calls.settled(call, commit);
  }
  static RetryPolicy policy() {
    RetryPolicy retry;
    retry.attempts = 3;
    return retry;
  }

  EffectCalls calls{"p", policy(), 2};
  std::vector<Position> taken;
  Commit marks;
};

TEST_F(EffectCallsTest, MarksAsManyCallsAsMayBeginAndCountsTheAttempt) {
  const auto begun = begin({{1, "a"}, {2, "b"}, {3, "c"}});
  EXPECT_EQ(taken, (std::vector<Position>{1, 2}));
  ASSERT_EQ(begun.size(), 2U);
  ASSERT_EQ(marks.parked_put.size(), 2U);
  for (const auto& entry : marks.parked_put) {
    EXPECT_EQ(entry.status, Status::calling);
    EXPECT_EQ(entry.attempts, 1U);
    EXPECT_GT(entry.next_attempt, noon);
  }
  EXPECT_FALSE(calls.may_read({}));
  EXPECT_FALSE(calls.next_due());
  answer(begun[0]);
  EXPECT_TRUE(calls.may_read({}));
  EXPECT_EQ(calls.held().size(), 1U);
}

TEST_F(EffectCallsTest, AMessageOfAKeyThatIsCalledIsQueuedAndCalledAfterIt) {
  const auto begun = begin({{1, "a"}, {2, "a"}, {3, "b"}});
  EXPECT_EQ(taken, (std::vector<Position>{1, 2, 3}));
  ASSERT_EQ(begun.size(), 2U);
  EXPECT_EQ(begun[1].entry.position, 3U);
  EXPECT_EQ(calls.held().find(2)->status, Status::queued);
  EXPECT_TRUE(calls.due(noon).empty());
  answer(begun[0]);
  EXPECT_EQ(positions(calls.due(noon)), std::vector<Position>{2});
}

TEST_F(EffectCallsTest, MessagesThatComeLaterAreQueuedBehindWhatIsHeldAlready) {
  (void)begin({{1, "a"}});
  (void)begin({{2, "a"}});
  EXPECT_EQ(calls.held().find(2)->status, Status::queued);
  ASSERT_EQ(marks.parked_required.size(), 1U);
  EXPECT_EQ(marks.parked_required[0].position, 1U);
}

TEST_F(EffectCallsTest, ReadsNoFurtherOnceEnoughIsQueuedBehindCallsUnderWay) {
  std::vector<std::pair<Position, std::string>> messages;
  for (Position position = 1; position <= EffectLimits::queued_ahead; ++position) messages.emplace_back(position, "a");
  (void)begin(messages);
  EXPECT_TRUE(calls.may_read({}));
  (void)begin({{EffectLimits::queued_ahead + 1, "a"}});
  EXPECT_FALSE(calls.may_read({}));
}

TEST_F(EffectCallsTest, InterruptedCallsAreMadeAgainOneAtATimeBesideNewOnes) {
  calls.load(held({entry_at(1, "a", Status::calling, 1), entry_at(2, "b", Status::calling, 1)}));
  EXPECT_EQ(calls.next_due(), noon);
  EXPECT_TRUE(calls.due(noon - 1us).empty());
  const auto due = calls.due(noon);
  ASSERT_EQ(positions(due), std::vector<Position>{1});
  CallsToBegin again;
  calls.call_again(due[0], message_at(1), noon, again);
  EXPECT_EQ(again.marks.parked_put.at(0).attempts, 2U);
  calls.begun(again);
  EXPECT_TRUE(calls.due(noon).empty());
  EXPECT_EQ(begin({{9, "c"}}).size(), 1U);
  answer(again.calls[0]);
  EXPECT_EQ(positions(calls.due(noon)), std::vector<Position>{2});
}

TEST_F(EffectCallsTest, AnInterruptedLastAttemptIsUsedUp) {
  calls.load(held({entry_at(1, "a", Status::calling, 3)}));
  const auto due = calls.due(noon);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_TRUE(calls.used_up(due[0]));
  EXPECT_FALSE(calls.used_up(entry_at(1, "a", Status::calling, 2)));
  EXPECT_FALSE(calls.used_up(entry_at(1, "a", Status::retrying, 3)));
}

// A reload, because another node was first with something, does not take calls under way for interrupted ones.
TEST_F(EffectCallsTest, CallsUnderWayHereAreNotInterrupted) {
  const auto begun = begin({{1, "a"}});
  calls.load(held({begun[0].entry, entry_at(2, "b", Status::calling, 1)}));
  EXPECT_TRUE(calls.holds(begun[0]));
  EXPECT_EQ(positions(calls.due(noon + 1h)), std::vector<Position>{2});
}

// Two people send a parked message back, and the second one when it is called already for the first.
TEST_F(EffectCallsTest, ACallUnderWayHereIsNotMadeAgainBeforeItEnds) {
  const auto begun = begin({{1, "a"}});
  calls.load(held({entry_at(1, "a", Status::retrying, 0)}));
  EXPECT_TRUE(calls.due(noon + 1h).empty());
  EXPECT_FALSE(calls.next_due());
  calls.forget(begun[0]);
  calls.load(held({entry_at(1, "a", Status::retrying, 0)}));
  EXPECT_EQ(positions(calls.due(noon + 1h)), std::vector<Position>{1});
}

TEST_F(EffectCallsTest, AnAttemptThatAnotherNodeBeganIsNotThisOne) {
  const auto begun = begin({{1, "a"}});
  calls.load(held({entry_at(1, "a", Status::calling, 2)}));
  EXPECT_FALSE(calls.holds(begun[0]));
  calls.load(held({entry_at(1, "a", Status::calling, 1)}));  // the same number, at another time
  EXPECT_FALSE(calls.holds(begun[0]));
  calls.load(held({}));
  EXPECT_FALSE(calls.holds(begun[0]));
}

TEST_F(EffectCallsTest, AnInterruptedCallDoesNotWaitForAClockThatWentBack) {
  auto entry = entry_at(1, "a", Status::calling, 1);
  entry.next_attempt = noon + 1h;
  calls.load(held({entry}));
  EXPECT_EQ(calls.due(noon).size(), 1U);  // no wait of this policy is so long
}

}  // namespace effect_calls_test
