// Parked messages: put, listed and settled together with the log.
#pragma once

#include "lasagne/testing/store_contract/guards.hpp"

namespace lasagne::testing {

LASAGNE_STORE_GUARD_TEST(StoreParked, ComesBackWholeAfterReopening) {
  const auto put = entry("p", 7, "brøken");
  ASSERT_TRUE(ok(park({put})));
  for (int round = 0; round < 2; ++round) {
    const auto entries = store().parked("p", 0, 10);
    ASSERT_TRUE(ok(entries));
    ASSERT_EQ(entries->size(), 1u);
    const auto& came = entries->front();
    EXPECT_EQ(came.processor, "p");
    EXPECT_EQ(came.position, 7u);
    EXPECT_EQ(came.key, put.key);
    EXPECT_EQ(came.status, put.status);
    EXPECT_EQ(came.attempts, put.attempts);
    EXPECT_EQ(came.next_attempt, put.next_attempt);
    EXPECT_EQ(came.error, put.error);
    EXPECT_EQ(came.edited_data, put.edited_data);
    reopen();
  }
}

LASAGNE_STORE_GUARD_TEST(StoreParked, IsReplacedByProcessorAndPosition) {
  ASSERT_TRUE(ok(park({entry("p", 7, "one"), entry("q", 7, "other")})));
  auto again = entry("p", 7, "two");
  again.status = ParkedMessage::Status::queued;
  ASSERT_TRUE(ok(park({again})));
  ASSERT_EQ(parked("p").size(), 1u);
  EXPECT_EQ(store().parked("p", 0, 10)->front().error, "two");
  EXPECT_EQ(store().parked("p", 0, 10)->front().status, ParkedMessage::Status::queued);
  EXPECT_EQ(store().parked("q", 0, 10)->front().error, "other");
}

LASAGNE_STORE_GUARD_TEST(StoreParked, IsListedInOrderAndInPages) {
  ASSERT_TRUE(ok(park({entry("p", 9), entry("q", 4), entry("p", 2), entry("p", 5), entry("a", 6)})));
  EXPECT_EQ(parked("p"), (std::vector<Position>{2, 5, 9}));
  EXPECT_EQ(parked("p", 0, 2), (std::vector<Position>{2, 5}));
  EXPECT_EQ(parked("p", 5, 2), (std::vector<Position>{9}));
  EXPECT_EQ(parked("q"), (std::vector<Position>{4}));
  EXPECT_EQ(parked("nobody"), (std::vector<Position>{}));
}

LASAGNE_STORE_GUARD_TEST(StoreParked, OfAllProcessorsIsListedInOrderOfPosition) {
  ASSERT_TRUE(ok(park({entry("p", 9), entry("q", 4), entry("p", 2), entry("p", 5), entry("a", 6)})));
  EXPECT_EQ(parked(""), (std::vector<Position>{2, 4, 5, 6, 9}));
  EXPECT_EQ(parked("", 0, 2), (std::vector<Position>{2, 4}));
  EXPECT_EQ(parked("", 4, 2), (std::vector<Position>{5, 6}));
}

LASAGNE_STORE_GUARD_TEST(StoreParked, OfOneMessageIsOnOnePage) {
  ASSERT_TRUE(ok(park({entry("r", 4), entry("p", 4), entry("q", 4), entry("p", 2), entry("q", 5)})));
  EXPECT_EQ(parked("", 0, 0), (std::vector<Position>{}));
  EXPECT_EQ(parked("", 0, 1), (std::vector<Position>{2}));
  for (const std::size_t page : {2U, 3U, 4U})
    EXPECT_EQ(parked("", 0, page), (std::vector<Position>{2, 4, 4, 4})) << page;
  EXPECT_EQ(parked("", 0, 5), (std::vector<Position>{2, 4, 4, 4, 5}));
  EXPECT_EQ(parked("", 4, 1), (std::vector<Position>{5}));
  EXPECT_EQ(parked("q", 0, 1), (std::vector<Position>{4}));
  EXPECT_EQ(store().parked("", 2, 1)->at(1).processor, "q");
  EXPECT_EQ(store().parked("", 0, SIZE_MAX)->size(), 5u);
}

LASAGNE_STORE_GUARD_TEST(StoreParked, IsRemovedTogetherWithAnAppend) {
  ASSERT_TRUE(ok(park({entry("p", 1), entry("p", 2), entry("q", 1)})));
  auto commit = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  commit.parked_removed = {{"p", 1}};
  ASSERT_TRUE(ok(store().append(commit)));
  EXPECT_EQ(parked("p"), std::vector<Position>{2});
  reopen();
  EXPECT_EQ(parked("p"), std::vector<Position>{2});
  EXPECT_EQ(parked("q"), std::vector<Position>{1});
}

LASAGNE_STORE_GUARD_TEST(StoreParked, SettledBySomebodyElseRefusesTheCommit) {
  ASSERT_TRUE(ok(park({entry("p", 1), entry("p", 2)})));
  auto commit = commit_of({to("S", ExpectedRevision::any(), {"a"})});
  commit.checkpoint = CheckpointMove{"p", 0, 1};
  commit.parked_removed = {{"p", 1}, {"p", 3}};
  commit.parked_put = {entry("p", 8)};
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(refused(store().append(commit), ErrorCode::parked_gone));
    EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
    EXPECT_EQ(parked("p"), (std::vector<Position>{1, 2}));
    EXPECT_EQ(store().checkpoint("p").value(), 0u);
    reopen();
  }
  Commit twice;
  twice.parked_removed = {{"p", 1}};
  EXPECT_TRUE(ok(store().append(twice)));
  EXPECT_TRUE(refused(store().append(twice), ErrorCode::parked_gone));
}

LASAGNE_STORE_GUARD_TEST(StoreParked, IsKeptWhereACommitRequiresIt) {
  ASSERT_TRUE(ok(park({entry("p", 1)})));
  Commit behind;
  behind.parked_required = {{"p", 1}};
  behind.parked_put = {entry("p", 2)};
  ASSERT_TRUE(ok(store().append(behind)));
  EXPECT_EQ(parked("p"), (std::vector<Position>{1, 2}));
  Commit removed;
  removed.parked_removed = {{"p", 1}};
  ASSERT_TRUE(ok(store().append(removed, Await::visible)));
  behind.parked_put = {entry("p", 3)};
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(refused(store().append(behind), ErrorCode::parked_gone));
    EXPECT_EQ(parked("p"), std::vector<Position>{2});
    reopen();
  }
}

LASAGNE_STORE_GUARD_TEST(StoreParked, IsSettledBeforeItIsDurable) {
  Commit put;
  put.parked_put = {entry("p", 1)};
  ASSERT_TRUE(ok(store().append(put, Await::visible)));
  Commit removed;
  removed.parked_removed = {{"p", 1}};
  ASSERT_TRUE(ok(store().append(removed, Await::visible)));
  EXPECT_TRUE(refused(store().append(removed), ErrorCode::parked_gone));
  EXPECT_TRUE(parked("p").empty());
}

}  // namespace lasagne::testing
