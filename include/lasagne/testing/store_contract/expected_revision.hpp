// The expected-revision table, row by row: what is appended, what is a repeat, and what is refused.
#pragma once

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreExpectedRevision, AnyAppendsToAMissingStreamAndToAnExistingOne) {
  EXPECT_EQ(append("S", ExpectedRevision::any(), {"a"})->revisions, std::vector<Revision>{0});
  EXPECT_EQ(append("S", ExpectedRevision::any(), {"b", "c"})->revisions, std::vector<Revision>{2});
}

LASAGNE_STORE_TEST(StoreExpectedRevision, StreamExistsAppendsToAnExistingStream) {
  fill("S", 1);
  EXPECT_EQ(append("S", ExpectedRevision::stream_exists(), {"b"})->revisions, std::vector<Revision>{1});
}

LASAGNE_STORE_TEST(StoreExpectedRevision, StreamExistsOnAMissingStreamIsAConflict) {
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::stream_exists(), {"a"}), std::nullopt));
  EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
}

LASAGNE_STORE_TEST(StoreExpectedRevision, AnyRepeatedWhole) {
  const auto first = append("S", ExpectedRevision::any(), {"a", "b"});
  fill("S", 5);
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::any(), {"a", "b"}), first));
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::stream_exists(), {"a", "b"}), first));
  EXPECT_EQ(readable("S").size(), 7u);
  EXPECT_EQ(store().visible_position(), 7u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, AnyRepeatedInPartIsInvalid) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"a", "b"})));
  fill("S", 3);
  EXPECT_TRUE(refused(append("S", ExpectedRevision::any(), {"a", "x"}), ErrorCode::invalid));
  EXPECT_TRUE(refused(append("S", ExpectedRevision::stream_exists(), {"b", "x"}), ErrorCode::invalid));
  EXPECT_EQ(readable("S").size(), 5u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, AnyRepeatedAndLongerThanTheStreamIsInvalid) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"a", "b"})));
  EXPECT_TRUE(refused(append("S", ExpectedRevision::any(), {"a", "b", "c"}), ErrorCode::invalid));
  EXPECT_EQ(readable("S").size(), 2u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, AnyLooksBackOverAllRecentIds) {
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

LASAGNE_STORE_TEST(StoreExpectedRevision, AnIdOfAnotherStreamIsNoRepeat) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::any(), {"a"})));
  const auto other = append("T", ExpectedRevision::any(), {"a"});
  ASSERT_TRUE(ok(other));
  EXPECT_FALSE(other->repeated);
  EXPECT_EQ(store().visible_position(), 2u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyTheHeadAppends) {
  fill("S", 3);
  EXPECT_EQ(append("S", ExpectedRevision::exactly(2), {"a"})->revisions, std::vector<Revision>{3});
  reopen();
  EXPECT_EQ(append("S", ExpectedRevision::exactly(3), {"b"})->revisions, std::vector<Revision>{4});
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyPastTheHeadIsAConflict) {
  fill("S", 3);
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(3), {"a"}), 2));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(~0ull), {"a"}), 2));
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyOnAMissingStreamIsAConflictWithoutRevision) {
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(0), {"a"}), std::nullopt));
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyBeforeTheHeadWithTheSameIdsIsARepeat) {
  fill("S", 2);
  const auto first = append("S", ExpectedRevision::exactly(1), {"a", "b"});
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::exactly(1), {"a", "b"}), first));  // right away
  fill("S", 6);
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::exactly(1), {"a", "b"}), first));  // later on
  EXPECT_EQ(readable("S").size(), 10u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyBeforeTheHeadWithOtherIdsIsAConflict) {
  fill("S", 4);
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(1), {"a"}), 3));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(0), {"S/2"}), 3));  // there, but not at revision 1
  EXPECT_EQ(readable("S").size(), 4u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, NoStreamOnAnExistingStreamIsARepeatOrAConflict) {
  const auto first = append("S", ExpectedRevision::no_stream(), {"a", "b"});
  fill("S", 5);
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::no_stream(), {"a", "b"}), first));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::no_stream(), {"x"}), 6));
}

LASAGNE_STORE_TEST(StoreExpectedRevision, RepeatsAreKnownAfterReopening) {
  const auto any = append("S", ExpectedRevision::any(), {"a", "b"});
  const auto exact = append("S", ExpectedRevision::exactly(1), {"c"});
  const auto none = append("T", ExpectedRevision::no_stream(), {"d"});
  reopen();
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::any(), {"a", "b"}), any));
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::exactly(1), {"c"}), exact));
  EXPECT_TRUE(repeats(append("T", ExpectedRevision::no_stream(), {"d"}), none));
  EXPECT_TRUE(refused(append("S", ExpectedRevision::any(), {"a", "x"}), ErrorCode::invalid));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(1), {"x"}), 2));
  EXPECT_EQ(store().visible_position(), 4u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, RepeatsAreKnownBeforeTheyAreDurable) {
  const auto commit = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  const auto first = store().append(commit, Await::visible);
  EXPECT_TRUE(repeats(store().append(commit, Await::durable), first));
  EXPECT_EQ(store().durable_position(), 1u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ACommitOfSeveralStreamsIsRepeatedAsAWhole) {
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

LASAGNE_STORE_TEST(StoreExpectedRevision, ARepeatMixedWithSomethingNewIsInvalid) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a"})));
  const auto mixed =
      commit_of({to("S", ExpectedRevision::no_stream(), {"a"}), to("T", ExpectedRevision::any(), {"b"})});
  EXPECT_TRUE(refused(store().append(mixed), ErrorCode::invalid));
  EXPECT_TRUE(refused(read("T"), ErrorCode::not_found));
  EXPECT_EQ(store().visible_position(), 1u);
}

}  // namespace lasagne::testing
