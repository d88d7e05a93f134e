// Timers: set, replaced, cancelled and fired.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lasagne/testing/store_contract/guards.hpp"

namespace lasagne::testing {

LASAGNE_STORE_GUARD_TEST(StoreTimer, IsDueInOrderAndNotBefore) {
  ASSERT_TRUE(ok(set({timer("c", 30, "3"), timer("a", 10, "1"), timer("b", 20, "2")})));
  EXPECT_EQ(due(9), Ids{});
  EXPECT_EQ(due(10), Ids{"a"});
  EXPECT_EQ(due(29), (Ids{"a", "b"}));
  EXPECT_EQ(due(100), (Ids{"a", "b", "c"}));
  EXPECT_EQ(due(100, 2), (Ids{"a", "b"}));
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, ComesBackWholeAfterReopening) {
  auto put = timer("ü\"'", 10, "1");
  put.message.kind = MessageKind::command;
  put.message.data = R"({"text":"😀"})";
  put.message.metadata = {id("correlation"), id("causation"), "00-trace"};
  ASSERT_TRUE(ok(set({put})));
  for (int round = 0; round < 2; ++round) {
    const auto timers = store().due_timers(Timestamp{10}, 10);
    ASSERT_TRUE(ok(timers));
    ASSERT_EQ(timers->size(), 1u);
    const auto& came = timers->front();
    EXPECT_EQ(came.key, put.key);
    EXPECT_EQ(came.due, put.due);
    EXPECT_EQ(came.stream, put.stream);
    EXPECT_EQ(came.message.id, put.message.id);
    EXPECT_EQ(came.message.kind, put.message.kind);
    EXPECT_EQ(came.message.type, put.message.type);
    EXPECT_EQ(came.message.data, put.message.data);
    EXPECT_EQ(came.message.metadata, put.message.metadata);
    reopen();
  }
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, SetAgainIsReplaced) {
  ASSERT_TRUE(ok(set({timer("t", 10, "old")})));
  ASSERT_TRUE(ok(set({timer("t", 50, "new")})));
  EXPECT_EQ(due(49), Ids{});
  EXPECT_EQ(due(50), Ids{"t"});
  EXPECT_TRUE(refused(fire("t", "old", "x"), ErrorCode::timer_gone));
  reopen();
  EXPECT_EQ(due(49), Ids{});
  EXPECT_TRUE(ok(fire("t", "new", "y")));
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, CancelledIsGone) {
  ASSERT_TRUE(ok(set({timer("a", 10, "1"), timer("b", 20, "2")})));
  ASSERT_TRUE(ok(cancel({"a", "never set"})));
  EXPECT_EQ(due(100), Ids{"b"});
  EXPECT_TRUE(refused(fire("a", "1", "x"), ErrorCode::timer_gone));
  reopen();
  EXPECT_EQ(due(100), Ids{"b"});
}

// Both before either is durable: they reach the database together.
LASAGNE_STORE_GUARD_TEST(StoreTimer, CancelledBeforeItsSettingIsDurableIsGone) {
  Commit commit;
  commit.timers_set = {timer("a", 10, "1"), timer("b", 10, "2"), timer("c", 10, "3")};
  ASSERT_TRUE(ok(store().append(commit, Await::visible)));
  Commit cancels;
  cancels.timers_cancelled = {"a", "b"};
  ASSERT_TRUE(ok(store().append(cancels, Await::visible)));
  Commit sets;
  sets.timers_set = {timer("b", 20, "4")};
  ASSERT_TRUE(ok(store().append(sets, Await::visible)));
  EXPECT_EQ(due(30), (Ids{"c", "b"}));
  reopen();
  EXPECT_EQ(due(30), (Ids{"c", "b"}));
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, CancelledAndSetInOneCommitIsSet) {
  ASSERT_TRUE(ok(set({timer("t", 10, "old")})));
  Commit commit;
  commit.timers_cancelled = {"t", "u"};
  commit.timers_set = {timer("u", 20, "u"), timer("t", 30, "new")};
  ASSERT_TRUE(ok(store().append(commit)));
  EXPECT_EQ(due(100), (Ids{"u", "t"}));
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, FiresOnce) {
  ASSERT_TRUE(ok(set({timer("t", 10, "m")})));
  ASSERT_TRUE(ok(fire("t", "m", "first")));
  EXPECT_EQ(due(100), Ids{});
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(refused(fire("t", "m", "second"), ErrorCode::timer_gone));
    EXPECT_EQ(readable("Target-t").size(), 1u);
    EXPECT_EQ(store().checkpoint("of second").value(), 0u);
    EXPECT_EQ(store().visible_position(), 1u);
    reopen();
  }
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, FiresBeforeItsSettingIsDurable) {
  Commit commit;
  commit.timers_set = {timer("t", 10, "m")};
  ASSERT_TRUE(ok(store().append(commit, Await::visible)));
  EXPECT_EQ(due(10), Ids{"t"});
  ASSERT_TRUE(ok(fire("t", "m", "x")));
  EXPECT_EQ(due(10), Ids{});
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, ThatFiresMaySetItselfAgain) {
  ASSERT_TRUE(ok(set({timer("t", 10, "1")})));
  auto commit = commit_of({to("Target-t", ExpectedRevision::any(), {"1"})});
  commit.timer_fired = Commit::Fire{"t", id("1")};
  commit.timers_set = {timer("t", 20, "2")};
  ASSERT_TRUE(ok(store().append(commit)));
  EXPECT_EQ(due(19), Ids{});
  EXPECT_EQ(due(20), Ids{"t"});
  EXPECT_TRUE(ok(fire("t", "2", "2")));
}

LASAGNE_STORE_GUARD_TEST(StoreTimer, NextIsNotLaterThanTheEarliest) {
  EXPECT_EQ(store().next_timer().value(), std::nullopt);
  ASSERT_TRUE(ok(set({timer("b", 20, "2")})));
  EXPECT_EQ(store().next_timer().value(), Timestamp{20});
  ASSERT_TRUE(ok(set({timer("a", 10, "1")})));
  EXPECT_EQ(store().next_timer().value(), Timestamp{10});
  reopen();
  EXPECT_EQ(store().next_timer().value(), Timestamp{10});
  ASSERT_TRUE(ok(cancel({"a"})));
  ASSERT_TRUE(store().next_timer().value().has_value());
  EXPECT_LE(**store().next_timer(), Timestamp{20});
  EXPECT_EQ(due(15), Ids{});  // whoever comes too early finds nothing, and learns when to come again
  EXPECT_EQ(store().next_timer().value(), Timestamp{20});
  ASSERT_TRUE(ok(fire("b", "2", "x")));
  EXPECT_EQ(due(100), Ids{});
  EXPECT_EQ(store().next_timer().value(), std::nullopt);
}

}  // namespace lasagne::testing
