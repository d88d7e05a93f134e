// What moves together with the log: checkpoints, timers and parked messages.
#pragma once

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

// The words of these tests.
class StoreGuardContract : public StoreContract {
 public:
  using StoreContract::StoreContract;

 protected:
  static Timer timer(const std::string& key, std::int64_t due, const std::string& name) {
    return {key, Timestamp{due}, "Target-" + key, message(name, "Due")};
  }

  Result<Committed> set(std::vector<Timer> timers) {
    Commit commit;
    commit.timers_set = std::move(timers);
    return store().append(commit);
  }

  Result<Committed> cancel(std::vector<std::string> keys) {
    Commit commit;
    commit.timers_cancelled = std::move(keys);
    return store().append(commit);
  }

  Result<Committed> fire(const std::string& key, const std::string& name, const std::string& puts) {
    auto commit = commit_of({to("Target-" + key, ExpectedRevision::any(), {puts})});
    commit.timer_fired = Commit::Fire{key, id(name)};
    commit.checkpoint = CheckpointMove{"of " + puts, 0, 1};
    return store().append(commit);
  }

  Ids due(std::int64_t now, std::size_t limit = 100) {
    const auto timers = store().due_timers(Timestamp{now}, limit);
    EXPECT_TRUE(ok(timers));
    Ids keys;
    if (timers) {
      for (const auto& timer : *timers) keys.push_back(timer.key);
    }
    return keys;
  }

  static ParkedMessage entry(const std::string& processor, Position position, std::string error = "broken") {
    ParkedMessage made;
    made.processor = processor;
    made.position = position;
    made.key = "Order-\"1\"";
    made.status = ParkedMessage::Status::retrying;
    made.attempts = 3;
    made.next_attempt = Timestamp{123'456'789};
    made.error = std::move(error);
    made.edited_data = R"({"a":"ü"})";
    return made;
  }

  Result<Committed> park(std::vector<ParkedMessage> entries) {
    Commit commit;
    commit.parked_put = std::move(entries);
    return store().append(commit);
  }

  std::vector<Position> parked(const std::string& processor, Position after = 0, std::size_t limit = 100) {
    const auto entries = store().parked(processor, after, limit);
    EXPECT_TRUE(ok(entries));
    std::vector<Position> positions;
    if (entries) {
      for (const auto& entry : *entries) positions.push_back(entry.position);
    }
    return positions;
  }
};

#define LASAGNE_STORE_GUARD_TEST(suite, test) LASAGNE_STORE_TEST_ON(StoreGuardContract, suite, test)

LASAGNE_STORE_GUARD_TEST(StoreCheckpoint, MovesFromWhereItStands) {
  EXPECT_EQ(store().checkpoint("p").value(), 0u);
  for (const auto& [from, to] : std::vector<std::pair<Position, Position>>{{0, 4}, {4, 9}, {9, 2}, {2, 2}}) {
    Commit commit;
    commit.checkpoint = CheckpointMove{"p", from, to};
    ASSERT_TRUE(ok(store().append(commit)));
    EXPECT_EQ(store().checkpoint("p").value(), to);
  }
  EXPECT_EQ(store().checkpoint("q").value(), 0u);
  reopen();
  EXPECT_EQ(store().checkpoint("p").value(), 2u);
  EXPECT_EQ(store().checkpoint("q").value(), 0u);
}

LASAGNE_STORE_GUARD_TEST(StoreCheckpoint, AllThatWereRecordedAreListedAlsoThoseAtZero) {
  EXPECT_TRUE(store().checkpoints().value().empty());
  for (const auto& move : {CheckpointMove{"p", 0, 4}, CheckpointMove{"at zero", 0, 0}}) {
    Commit commit;
    commit.checkpoint = move;
    ASSERT_TRUE(ok(store().append(commit)));
  }
  const std::map<std::string, Position, std::less<>> all{{"at zero", 0}, {"p", 4}};
  EXPECT_EQ(store().checkpoints().value(), all);
  reopen();
  EXPECT_EQ(store().checkpoints().value(), all);
}

LASAGNE_STORE_GUARD_TEST(StoreCheckpoint, FromElsewhereIsRefusedAndNothingWritten) {
  auto commit = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  commit.checkpoint = CheckpointMove{"p", 1, 2};
  commit.timers_set = {timer("t", 1, "m")};
  commit.parked_put = {entry("p", 1)};
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(refused(store().append(commit), ErrorCode::checkpoint_moved));
    EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
    EXPECT_EQ(store().checkpoint("p").value(), 0u);
    EXPECT_EQ(store().visible_position(), 0u);
    EXPECT_EQ(due(10), Ids{});
    EXPECT_TRUE(parked("").empty());
    reopen();
  }
}

LASAGNE_STORE_GUARD_TEST(StoreCheckpoint, MovesOnlyOnceFromOnePlace) {
  auto commit = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  commit.checkpoint = CheckpointMove{"p", 0, 1};
  ASSERT_TRUE(ok(store().append(commit)));
  commit.appends = {to("S", ExpectedRevision::any(), {"b"})};
  EXPECT_TRUE(refused(store().append(commit), ErrorCode::checkpoint_moved));
  EXPECT_EQ(readable("S").size(), 1u);
}

}  // namespace lasagne::testing
