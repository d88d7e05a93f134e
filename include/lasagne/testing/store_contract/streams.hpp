// The life of a stream: deleted, tombstoned, scavenged.
#pragma once

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreDelete, ReadsAsNotFound) {
  fill("S", 3);
  fill("T", 1);
  ASSERT_TRUE(ok(store().delete_stream("S", ExpectedRevision::exactly(2))));
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
    EXPECT_TRUE(refused(read("S", 2, Direction::backwards), ErrorCode::not_found));
    EXPECT_TRUE(refused(store().delete_stream("S", ExpectedRevision::any()), ErrorCode::not_found));
    EXPECT_TRUE(conflict(append("S", ExpectedRevision::stream_exists(), {"x"}), std::nullopt));
    EXPECT_EQ(readable("T").size(), 1u);
    reopen();
  }
}

LASAGNE_STORE_TEST(StoreDelete, AtAnotherRevisionIsAConflict) {
  fill("S", 3);
  EXPECT_TRUE(conflict(store().delete_stream("S", ExpectedRevision::exactly(1)), 2));
  EXPECT_TRUE(conflict(store().delete_stream("S", ExpectedRevision::exactly(3)), 2));
  EXPECT_TRUE(conflict(store().delete_stream("S", ExpectedRevision::no_stream()), 2));
  EXPECT_EQ(readable("S").size(), 3u);
  EXPECT_TRUE(ok(store().delete_stream("S", ExpectedRevision::stream_exists())));
}

LASAGNE_STORE_TEST(StoreDelete, OfAMissingStreamIsNotFound) {
  EXPECT_TRUE(refused(store().delete_stream("S", ExpectedRevision::any()), ErrorCode::not_found));
  EXPECT_TRUE(refused(store().delete_stream("S", ExpectedRevision::stream_exists()), ErrorCode::not_found));
  EXPECT_TRUE(refused(store().delete_stream("S", ExpectedRevision::exactly(0)), ErrorCode::not_found));
}

LASAGNE_STORE_TEST(StoreDelete, AppendsGoOnWithTheNumbering) {
  for (const auto expected : {ExpectedRevision::any(), ExpectedRevision::no_stream()}) {
    const std::string stream = "S-" + expected.to_string();
    fill(stream, 3);
    ASSERT_TRUE(ok(store().delete_stream(stream, ExpectedRevision::any())));
    EXPECT_EQ(append(stream, expected, {stream + "/new"})->revisions, std::vector<Revision>{3});
    EXPECT_EQ(readable(stream), std::vector<Revision>{3});
    EXPECT_EQ(read(stream)->first, 3u);
    reopen();
    fill(stream, 1);
    EXPECT_EQ(readable(stream), (std::vector<Revision>{3, 4}));
  }
}

LASAGNE_STORE_TEST(StoreDelete, TheAppendAfterItIsRepeatedAsAnyOther) {
  fill("S", 3);
  ASSERT_TRUE(ok(store().delete_stream("S", ExpectedRevision::any())));
  const auto first = append("S", ExpectedRevision::no_stream(), {"a", "b"});
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::no_stream(), {"a", "b"}), first));
  reopen();
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::no_stream(), {"a", "b"}), first));
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::any(), {"a", "b"}), first));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::no_stream(), {"x"}), 4));
}

LASAGNE_STORE_TEST(StoreTombstone, RefusesEverythingForGood) {
  fill("S", 3);
  EXPECT_TRUE(conflict(store().tombstone_stream("S", ExpectedRevision::exactly(1)), 2));
  ASSERT_TRUE(ok(store().tombstone_stream("S", ExpectedRevision::exactly(2))));
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(refused(read("S"), ErrorCode::tombstoned));
    for (const auto expected : {ExpectedRevision::any(), ExpectedRevision::no_stream(),
                                ExpectedRevision::stream_exists(), ExpectedRevision::exactly(2)}) {
      EXPECT_TRUE(refused(append("S", expected, {"x"}), ErrorCode::tombstoned));
    }
    EXPECT_TRUE(refused(append("S", ExpectedRevision::any(), {"S/0"}), ErrorCode::tombstoned)) << "not even a repeat";
    EXPECT_TRUE(refused(store().delete_stream("S", ExpectedRevision::any()), ErrorCode::tombstoned));
    EXPECT_TRUE(refused(store().tombstone_stream("S", ExpectedRevision::any()), ErrorCode::tombstoned));
    EXPECT_TRUE(refused(store().set_stream_limits("S", {}), ErrorCode::tombstoned));
    reopen();
  }
}

LASAGNE_STORE_TEST(StoreTombstone, OfAStreamThatNeverWas) {
  EXPECT_TRUE(refused(store().tombstone_stream("S", ExpectedRevision::exactly(0)), ErrorCode::not_found));
  EXPECT_TRUE(refused(store().tombstone_stream("S", ExpectedRevision::stream_exists()), ErrorCode::not_found));
  ASSERT_TRUE(ok(store().tombstone_stream("S", ExpectedRevision::no_stream())));
  ASSERT_TRUE(ok(store().tombstone_stream("T", ExpectedRevision::any())));
  reopen();
  EXPECT_TRUE(refused(append("S", ExpectedRevision::any(), {"x"}), ErrorCode::tombstoned));
  EXPECT_TRUE(refused(read("T"), ErrorCode::tombstoned));
}

LASAGNE_STORE_TEST(StoreTombstone, OfADeletedStream) {
  fill("S", 2);
  ASSERT_TRUE(ok(store().delete_stream("S", ExpectedRevision::any())));
  ASSERT_TRUE(ok(store().tombstone_stream("S", ExpectedRevision::any())));
  EXPECT_TRUE(refused(read("S"), ErrorCode::tombstoned));
}

LASAGNE_STORE_TEST(StoreScavenge, RemovesWhatDoesNotReadAndNothingElse) {
  for (const auto* stream : {"Keep", "Cut", "Count", "Age", "Deleted", "Closed", "Again"}) fill(stream, 4);
  ASSERT_TRUE(ok(store().set_stream_limits("Cut", {.truncate_before = 3, .max_count = {}, .max_age = {}})));
  ASSERT_TRUE(ok(store().set_stream_limits("Count", {.truncate_before = {}, .max_count = 1, .max_age = {}})));
  ASSERT_TRUE(ok(store().set_stream_limits("Age", {.truncate_before = {}, .max_count = {}, .max_age = Duration{10}})));
  ASSERT_TRUE(ok(store().delete_stream("Deleted", ExpectedRevision::any())));
  ASSERT_TRUE(ok(store().tombstone_stream("Closed", ExpectedRevision::any())));
  ASSERT_TRUE(ok(store().delete_stream("Again", ExpectedRevision::any())));
  advance(Duration{1000});
  fill("Again", 1);
  fill("Age", 1);
  const auto removed = store().scavenge();
  ASSERT_TRUE(ok(removed));
  EXPECT_EQ(*removed, 3u + 3u + 4u + 4u + 4u + 4u);
  EXPECT_EQ(store().scavenge().value(), 0u);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(readable("Keep"), (std::vector<Revision>{0, 1, 2, 3}));
    EXPECT_EQ(readable("Cut"), (std::vector<Revision>{3}));
    EXPECT_EQ(readable("Count"), (std::vector<Revision>{3}));
    EXPECT_EQ(readable("Age"), (std::vector<Revision>{4}));
    EXPECT_EQ(readable("Again"), (std::vector<Revision>{4}));
    EXPECT_TRUE(refused(read("Deleted"), ErrorCode::not_found));
    EXPECT_TRUE(refused(read("Closed"), ErrorCode::tombstoned));
    EXPECT_EQ(positions_of(log()), (std::vector<Position>{1, 2, 3, 4, 8, 12, 29, 30}));
    EXPECT_EQ(store().read_process(id("process"), 0, 100)->size(), 8u);
    reopen();
  }
}

LASAGNE_STORE_TEST(StoreScavenge, NeverLeadsToReusedNumbers) {
  fill("S", 4);
  ASSERT_TRUE(ok(store().delete_stream("S", ExpectedRevision::any())));
  EXPECT_EQ(store().scavenge().value(), 4u);
  reopen();
  EXPECT_EQ(store().visible_position(), 4u);
  const auto next = append("S", ExpectedRevision::no_stream(), {"next"});
  ASSERT_TRUE(ok(next));
  EXPECT_EQ(next->position, 5u);
  EXPECT_EQ(next->revisions, std::vector<Revision>{4});
}

LASAGNE_STORE_TEST(StoreScavenge, KeepsTheNumberingWhenLimitsAreSetAfterIt) {
  append("S", ExpectedRevision::any(), {"a", "b", "c"}).value();
  ASSERT_TRUE(ok(store().set_stream_limits("S", {.truncate_before = 3, .max_count = {}, .max_age = {}})));
  EXPECT_EQ(store().scavenge().value(), 3u);
  ASSERT_TRUE(ok(store().set_stream_limits("S", {.truncate_before = {}, .max_count = 5, .max_age = {}})));
  reopen();
  const auto next = append("S", ExpectedRevision::any(), {"next"});
  ASSERT_TRUE(ok(next));
  EXPECT_EQ(next->revisions, std::vector<Revision>{3});
  reopen();
  EXPECT_EQ(readable("S"), std::vector<Revision>{3});
}

}  // namespace lasagne::testing
