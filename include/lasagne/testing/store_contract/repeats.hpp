// Messages that come again, by their ids: each part of a commit is either new or a repeat.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreRepeat, AnyRepeatedWhole) {
  const auto first = append("S", ExpectedRevision::any(), {"a", "b"});
  fill("S", 5);
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::any(), {"a", "b"}), first));
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::stream_exists(), {"a", "b"}), first));
  EXPECT_EQ(readable("S").size(), 7u);
  EXPECT_EQ(store().visible_position(), 7u);
}

LASAGNE_STORE_TEST(StoreRepeat, AnyWritesWhatIsNewBesideWhatIsRepeated) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"a", "b"})));
  const auto new_last = append("S", ExpectedRevision::any(), {"b", "x", "a", "y"});
  ASSERT_TRUE(ok(new_last));
  EXPECT_FALSE(new_last->repeated);
  EXPECT_EQ(new_last->revisions, std::vector<Revision>{3});
  const auto repeated_last = append("S", ExpectedRevision::stream_exists(), {"z", "b"});
  ASSERT_TRUE(ok(repeated_last));
  EXPECT_EQ(repeated_last->revisions, std::vector<Revision>{1});
  reopen();
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"z", "last", "y"})));
  EXPECT_EQ(readable_ids("S"), ids({"a", "b", "x", "y", "z", "last"}));
  EXPECT_EQ(store().visible_position(), 6u);
}

LASAGNE_STORE_TEST(StoreRepeat, AnyWithOneIdTwiceWritesItOnce) {
  const auto twice = append("S", ExpectedRevision::any(), {"a", "b", "a"});
  ASSERT_TRUE(ok(twice));
  EXPECT_EQ(twice->revisions, std::vector<Revision>{0});
  EXPECT_EQ(readable_ids("S"), ids({"a", "b"}));
}

// One at a time or many at once, with ids that come again before and after they are forgotten.
LASAGNE_STORE_TEST(StoreRepeat, AnyDoesNotDependOnBatching) {
  Ids names;
  for (std::size_t i = 0; i < 5 * Limits::recent_ids_per_stream; ++i) {
    names.push_back("m" + std::to_string(i));
    if (i % 3 == 0) names.push_back("m" + std::to_string(i - std::min(i, 1 + i % 7)));
    if (i % 5 == 0) names.push_back("m" + std::to_string(i - std::min(i, Limits::recent_ids_per_stream - i % 4 + 1)));
  }
  for (const auto& name : names) ASSERT_TRUE(ok(append("alone", ExpectedRevision::any(), {name})));
  const auto alone = readable_ids("alone");
  EXPECT_GT(alone.size(), 5 * Limits::recent_ids_per_stream);  // some were forgotten
  EXPECT_LT(alone.size(), names.size());                       // and some were not
  for (const std::size_t size : {2u, 7u, 64u, 1'000u}) {
    const auto stream = "by-" + std::to_string(size);
    for (std::size_t from = 0; from < names.size(); from += size) {
      const auto to = std::min(names.size(), from + size);
      const Ids batch(names.begin() + static_cast<std::ptrdiff_t>(from),
                      names.begin() + static_cast<std::ptrdiff_t>(to));
      ASSERT_TRUE(ok(append(stream, ExpectedRevision::any(), batch)));
    }
    EXPECT_EQ(readable_ids(stream), alone) << size << " at a time";
  }
}

LASAGNE_STORE_TEST(StoreRepeat, AnyLooksBackOverAllRecentIds) {
  Ids names;
  for (std::size_t i = 0; i < Limits::recent_ids_per_stream; ++i) names.push_back("m" + std::to_string(i));
  fill("S", 10);
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), names)));
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::any(), {"m0"}),
                      Committed{.revisions = {10}, .position = 11, .repeated = false}));
  reopen();
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::any(), {"m0", "m1"}),
                      Committed{.revisions = {11}, .position = 12, .repeated = false}));
}

LASAGNE_STORE_TEST(StoreRepeat, AnyForgetsWhatIsFurtherBack) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"a"})));
  fill("S", Limits::recent_ids_per_stream);
  const auto forgotten = append("S", ExpectedRevision::any(), {"a"});
  ASSERT_TRUE(ok(forgotten));
  EXPECT_FALSE(forgotten->repeated);
  EXPECT_EQ(forgotten->revisions, std::vector<Revision>{Limits::recent_ids_per_stream + 1});
}

LASAGNE_STORE_TEST(StoreRepeat, AnIdOfAnotherStreamIsNoRepeat) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"a"})));
  const auto other = append("T", ExpectedRevision::any(), {"a"});
  ASSERT_TRUE(ok(other));
  EXPECT_FALSE(other->repeated);
  EXPECT_EQ(store().visible_position(), 2u);
}

LASAGNE_STORE_TEST(StoreRepeat, RepeatsAreKnownAfterReopening) {
  const auto any = append("S", ExpectedRevision::any(), {"a", "b"});
  const auto exact = append("S", ExpectedRevision::exactly(1), {"c"});
  const auto none = append("T", ExpectedRevision::no_stream(), {"d"});
  reopen();
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::any(), {"a", "b"}), any));
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::exactly(1), {"c"}), exact));
  EXPECT_TRUE(repeats(append("T", ExpectedRevision::no_stream(), {"d"}), none));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(1), {"x"}), 2));
  EXPECT_EQ(store().visible_position(), 4u);
}

LASAGNE_STORE_TEST(StoreRepeat, RepeatsAreKnownBeforeTheyAreDurable) {
  const auto commit = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  const auto first = store().append(commit, Await::visible);
  EXPECT_TRUE(repeats(store().append(commit, Await::durable), first));
  EXPECT_EQ(store().durable_position(), 1u);
}

LASAGNE_STORE_TEST(StoreRepeat, ACommitOfSeveralStreamsIsRepeatedAsAWhole) {
  auto commit = commit_of({to("S", ExpectedRevision::no_stream(), {"a", "b"}), to("T", ExpectedRevision::any(), {"c"}),
                           to("U", ExpectedRevision::any(), {"d"})});
  commit.checkpoint = CheckpointMove{"p", 0, 5};
  const auto first = store().append(commit);
  fill("U", 3);
  EXPECT_TRUE(repeats(store().append(commit), first));
  reopen();
  EXPECT_TRUE(repeats(store().append(commit), first));
  EXPECT_EQ(store().checkpoint("p").value(), 5u);
  EXPECT_EQ(store().visible_position(), 7u);
}

LASAGNE_STORE_TEST(StoreRepeat, WhatIsNewIsWrittenBesideWhatIsRepeated) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a"})));
  auto mixed = commit_of({to("S", ExpectedRevision::no_stream(), {"a"}), to("T", ExpectedRevision::any(), {"b"})});
  mixed.checkpoint = CheckpointMove{"p", 0, 1};
  const auto written = store().append(mixed);
  ASSERT_TRUE(ok(written));
  EXPECT_FALSE(written->repeated);
  EXPECT_EQ(written->revisions, (std::vector<Revision>{0, 0}));
  EXPECT_EQ(written->position, 2u);
  EXPECT_EQ(store().checkpoint("p").value(), 1u);
  EXPECT_EQ(readable("S").size(), 1u);
  EXPECT_EQ(readable("T").size(), 1u);
}

LASAGNE_STORE_TEST(StoreRepeat, ACheckpointMovesThoughAllMessagesAreRepeated) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"a"})));
  auto again = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  again.checkpoint = CheckpointMove{"p", 0, 1};
  again.timers_set = {{"t", Timestamp{10}, "T", message("due", "Due")}};
  const auto moved = store().append(again);
  ASSERT_TRUE(ok(moved));
  EXPECT_FALSE(moved->repeated);  // something was written
  EXPECT_EQ(moved->revisions, std::vector<Revision>{0});
  EXPECT_EQ(store().checkpoint("p").value(), 1u);
  EXPECT_EQ(store().due_timers(Timestamp{10}, 10)->size(), 1u);
  ASSERT_TRUE(ok(store().append(again)));  // now it is a repeat as a whole
  EXPECT_TRUE(store().append(again)->repeated);
  EXPECT_EQ(store().visible_position(), 1u);
  reopen();
  EXPECT_EQ(store().checkpoint("p").value(), 1u);
}

LASAGNE_STORE_TEST(StoreRepeat, ATimerIsGoneThoughItsMessageIsRepeated) {
  Commit set;
  set.timers_set = {{"t", Timestamp{10}, "S", message("a", "Due")}};
  ASSERT_TRUE(ok(store().append(set)));
  ASSERT_TRUE(ok(store().append(commit_of({Append{"S", ExpectedRevision::any(), {message("a", "Due")}}}))));
  auto fire = commit_of({Append{"S", ExpectedRevision::any(), {message("a", "Due")}}});
  fire.timer_fired = Commit::Fire{"t", id("a")};
  ASSERT_TRUE(ok(store().append(fire)));
  EXPECT_TRUE(store().due_timers(Timestamp{10}, 10)->empty());
  EXPECT_EQ(readable("S").size(), 1u);
  EXPECT_TRUE(store().append(fire)->repeated);
}

// Nothing says whether it was made before: then its messages do.
LASAGNE_STORE_TEST(StoreRepeat, ARepeatedCommitSetsNoTimerAgain) {
  auto commit = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  commit.timers_set = {{"t", Timestamp{10}, "S", message("b", "Due")}};
  ASSERT_TRUE(ok(store().append(commit)));
  auto fire = commit_of({Append{"S", ExpectedRevision::any(), {message("b", "Due")}}});
  fire.timer_fired = Commit::Fire{"t", id("b")};
  ASSERT_TRUE(ok(store().append(fire)));
  EXPECT_TRUE(store().append(commit)->repeated);
  EXPECT_TRUE(store().due_timers(Timestamp{10}, 10)->empty());
}

LASAGNE_STORE_TEST(StoreRepeat, AMessageThatWasDeletedIsNoRepeat) {
  for (const auto expected : {ExpectedRevision::any(), ExpectedRevision::no_stream()}) {
    const auto stream = "S-" + expected.to_string();
    ASSERT_TRUE(ok(append(stream, ExpectedRevision::any(), {"a", "b"})));
    ASSERT_TRUE(ok(append(stream, ExpectedRevision::any(), {"c"})));
    ASSERT_TRUE(ok(store().delete_stream(stream, ExpectedRevision::any())));
    const auto again = append(stream, expected, {"b"});
    ASSERT_TRUE(ok(again));
    EXPECT_FALSE(again->repeated);
    EXPECT_EQ(again->revisions, std::vector<Revision>{3});
    EXPECT_EQ(readable_ids(stream), ids({"b"}));
    reopen();
    EXPECT_TRUE(append(stream, ExpectedRevision::any(), {"b"})->repeated);
    EXPECT_FALSE(append(stream, ExpectedRevision::any(), {"a"})->repeated);
    EXPECT_EQ(readable_ids(stream), ids({"b", "a"}));
  }
}

}  // namespace lasagne::testing
