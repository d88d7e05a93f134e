// Reading: streams in both directions, the log with filters, one process, and waiting for more.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreReadStream, MissingIsNotFound) {
  const auto slice = read("S");
  EXPECT_TRUE(refused(slice, ErrorCode::not_found));
  EXPECT_EQ(slice.error().stream, "S");
  EXPECT_TRUE(refused(read("S", 5, Direction::backwards), ErrorCode::not_found));
}

LASAGNE_STORE_TEST(StoreReadStream, ForwardsFromEachRevision) {
  fill("S", 6);
  for (Revision from = 0; from < 6; ++from) {
    const auto slice = read("S", from);
    ASSERT_TRUE(ok(slice));
    ASSERT_EQ(slice->messages.size(), 6 - from);
    EXPECT_EQ(slice->messages[0]->id, id("S/" + std::to_string(from)));
    EXPECT_EQ(slice->messages[0]->revision, from);
    EXPECT_EQ(slice->head, 5u);
    EXPECT_EQ(slice->first, 0u);
    EXPECT_TRUE(slice->end);
  }
}

LASAGNE_STORE_TEST(StoreReadStream, ForwardsPastTheHeadIsTheEnd) {
  fill("S", 2);
  const auto slice = read("S", 2);
  ASSERT_TRUE(ok(slice));
  EXPECT_TRUE(slice->messages.empty());
  EXPECT_TRUE(slice->end);
  EXPECT_EQ(slice->head, 1u);
}

LASAGNE_STORE_TEST(StoreReadStream, BackwardsFromEachRevisionAndFromPastTheHead) {
  fill("S", 6);
  for (Revision from = 0; from < 6; ++from) {
    const auto slice = read("S", from, Direction::backwards);
    ASSERT_TRUE(ok(slice));
    ASSERT_EQ(slice->messages.size(), from + 1);
    EXPECT_EQ(slice->messages[0]->revision, from);
    EXPECT_EQ(slice->messages.back()->revision, 0u);
    EXPECT_TRUE(slice->end);
  }
  const auto last = read("S", ~0ull, Direction::backwards, 1);
  ASSERT_TRUE(ok(last));
  EXPECT_EQ(revisions_of(last->messages), std::vector<Revision>{5});
  EXPECT_FALSE(last->end);
}

LASAGNE_STORE_TEST(StoreReadStream, PagesForwardsAndBackwards) {
  fill("S", 7);
  std::vector<Revision> forwards;
  for (bool end = false; !end;) {
    const auto slice = read("S", forwards.size(), Direction::forwards, 3);
    ASSERT_TRUE(ok(slice));
    ASSERT_FALSE(slice->messages.empty());
    for (const auto& message : slice->messages) forwards.push_back(message->revision);
    end = slice->end;
    EXPECT_EQ(end, forwards.size() == 7);
  }
  std::vector<Revision> backwards;
  for (bool end = false; !end;) {
    const auto slice = read("S", 6 - backwards.size(), Direction::backwards, 3);
    ASSERT_TRUE(ok(slice));
    ASSERT_FALSE(slice->messages.empty());
    for (const auto& message : slice->messages) backwards.push_back(message->revision);
    end = slice->end;
    EXPECT_EQ(end, backwards.size() == 7);
  }
  EXPECT_EQ(forwards, (std::vector<Revision>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(backwards, (std::vector<Revision>{6, 5, 4, 3, 2, 1, 0}));
}

LASAGNE_STORE_TEST(StoreReadStream, APageThatEndsAtTheHeadIsTheEnd) {
  fill("S", 4);
  EXPECT_TRUE(read("S", 2, Direction::forwards, 2)->end);
  EXPECT_FALSE(read("S", 1, Direction::forwards, 2)->end);
  EXPECT_TRUE(read("S", 1, Direction::backwards, 2)->end);
  EXPECT_FALSE(read("S", 2, Direction::backwards, 2)->end);
}

LASAGNE_STORE_TEST(StoreReadStream, ALimitOfNoneGivesTheHeadAlone) {
  fill("S", 4);
  for (const auto direction : {Direction::forwards, Direction::backwards}) {
    const auto slice = read("S", 2, direction, 0);
    ASSERT_TRUE(ok(slice));
    EXPECT_TRUE(slice->messages.empty());
    EXPECT_EQ(slice->head, 3u);
  }
}

LASAGNE_STORE_TEST(StoreReadStream, NamesItsProcess) {
  fill("S", 5);
  EXPECT_EQ(read("S", 4)->correlation_id, id("process"));
  reopen();
  EXPECT_EQ(read("S", 3, Direction::forwards, 1)->correlation_id, id("process"));
}

LASAGNE_STORE_TEST(StoreReadStream, ManyStreamsAtOnce) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) fill("S-" + std::to_string(i), 1);
  }
  for (std::size_t i = 0; i < 10; ++i) {
    const auto slice = read("S-" + std::to_string(i));
    ASSERT_TRUE(ok(slice));
    ASSERT_EQ(slice->messages.size(), 5u);
    for (std::size_t r = 0; r < 5; ++r) EXPECT_EQ(slice->messages[r]->position, r * 10 + i + 1);
  }
}

LASAGNE_STORE_TEST(StoreReadAll, PagesThroughEverything) {
  fill("Order-1", 10);
  fill("Payment-1", 10);
  for (const std::size_t page : {1U, 3U, 7U, 20U, 100U}) EXPECT_EQ(log({}, page).size(), 20u) << "pages of " << page;
  EXPECT_EQ(positions_of(store().read_all(17, {}, 2)->messages), (std::vector<Position>{18, 19}));
  EXPECT_EQ(store().read_all(17, {}, 2)->scanned_to, 19u);
}

LASAGNE_STORE_TEST(StoreReadAll, AtTheEndThereIsNothing) {
  fill("S", 2);
  const auto slice = store().read_all(2, {}, 10);
  ASSERT_TRUE(ok(slice));
  EXPECT_TRUE(slice->messages.empty());
  EXPECT_EQ(slice->scanned_to, 2u);
}

LASAGNE_STORE_TEST(StoreReadAll, ALimitOfNoneGivesNothing) {
  fill("S", 20);
  for (const Position after : {0U, 19U}) {
    const auto slice = store().read_all(after, {}, 0);
    ASSERT_TRUE(ok(slice));
    EXPECT_TRUE(slice->messages.empty());
    EXPECT_EQ(slice->scanned_to, after);
  }
}

LASAGNE_STORE_TEST(StoreReadAll, FiltersByTypeCategoryAndStream) {
  for (int round = 0; round < 8; ++round) {
    for (const std::string stream : {"Order-1", "Order-2", "Payment-1", "Order", "OrderLine-1"}) {
      auto appended = to(stream, ExpectedRevision::any(), {stream + "/" + std::to_string(round)});
      appended.messages[0].type = round % 2 == 0 ? "Even" : "Odd";
      ASSERT_TRUE(ok(store().append(commit_of({appended}))));
    }
  }
  const auto count = [&](Filter filter) {
    for (const auto& message : log(filter)) EXPECT_TRUE(filter.matches(*message)) << message->stream;
    EXPECT_EQ(log(filter, 1).size(), log(filter, 100).size());
    return log(filter).size();
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(count({}), 40u);
    EXPECT_EQ(count({.types = {"Even"}, .categories = {}, .streams = {}}), 20u);
    EXPECT_EQ(count({.types = {"Even", "Odd", "Other"}, .categories = {}, .streams = {}}), 40u);
    EXPECT_EQ(count({.types = {}, .categories = {"Order"}, .streams = {}}), 24u);
    EXPECT_EQ(count({.types = {}, .categories = {}, .streams = {"Order"}}), 8u);
    EXPECT_EQ(count({.types = {}, .categories = {"Payment"}, .streams = {"Order-1"}}), 16u);
    EXPECT_EQ(count({.types = {"Odd"}, .categories = {"Order"}, .streams = {}}), 12u);
    EXPECT_EQ(count({.types = {"Odd"}, .categories = {"OrderLine"}, .streams = {}}), 4u);
    EXPECT_EQ(count({.types = {"Odd"}, .categories = {"Order"}, .streams = {"OrderLine-1"}}), 16u);
    EXPECT_EQ(count({.types = {"Other"}, .categories = {}, .streams = {}}), 0u);
    EXPECT_EQ(count({.types = {}, .categories = {"Ord"}, .streams = {"order-1"}}), 0u);
    reopen();
  }
}

LASAGNE_STORE_TEST(StoreReadAll, WhatDoesNotMatchIsScannedOnce) {
  fill("S", 20);
  Position after = 0;
  for (int pages = 0; after < 20; ++pages) {
    ASSERT_LT(pages, 20);
    const auto slice = store().read_all(after, {.types = {"None"}, .categories = {}, .streams = {}}, 5);
    ASSERT_TRUE(ok(slice));
    EXPECT_TRUE(slice->messages.empty());
    ASSERT_GT(slice->scanned_to, after);
    after = slice->scanned_to;
  }
  EXPECT_EQ(after, 20u);
}

LASAGNE_STORE_TEST(StoreReadProcess, GivesTheMessagesOfOneProcessInOrder) {
  for (int i = 0; i < 12; ++i) {
    auto appended = to("S-" + std::to_string(i % 5), ExpectedRevision::any(), {"m" + std::to_string(i)});
    appended.messages[0].metadata.correlation_id = id(i % 3 == 0 ? "one" : "two");
    ASSERT_TRUE(ok(store().append(commit_of({appended}), i == 11 ? Await::visible : Await::durable)));
  }
  EXPECT_EQ(positions_of(*store().read_process(id("one"), 0, 100)), (std::vector<Position>{1, 4, 7, 10}));
  EXPECT_EQ(positions_of(*store().read_process(id("one"), 4, 1)), (std::vector<Position>{7}));
  EXPECT_EQ(store().read_process(id("two"), 0, 100)->size(), 8u);
  EXPECT_EQ(store().read_process(id("two"), 0, 100)->back()->position, 12u);
  EXPECT_TRUE(store().read_process(id("three"), 0, 100)->empty());
  reopen();
  EXPECT_EQ(positions_of(*store().read_process(id("one"), 1, 2)), (std::vector<Position>{4, 7}));
}

// Far enough not to pass while a test runs.
inline std::chrono::steady_clock::time_point far_deadline() {
  return std::chrono::steady_clock::now() + std::chrono::minutes(10);
}

LASAGNE_STORE_TEST(StoreWait, IsOverAtOnceWhenThereIsSomethingNewer) {
  fill("S", 1);
  EXPECT_TRUE(store().wait(0, far_deadline()));
}

LASAGNE_STORE_TEST(StoreWait, IsOverAtTheDeadline) {
  fill("S", 1);
  EXPECT_FALSE(store().wait(1, std::chrono::steady_clock::now()));
  EXPECT_FALSE(store().wait(1, std::chrono::steady_clock::now() + std::chrono::milliseconds(1)));
}

LASAGNE_STORE_TEST(StoreWait, WakesForAVisibleAppend) {
  std::thread appending(
      [&] { EXPECT_TRUE(ok(store().append(commit_of({to("S", ExpectedRevision::any(), {"a"})}), Await::visible))); });
  EXPECT_TRUE(store().wait(0, far_deadline()));
  EXPECT_EQ(store().read_all(0, {}, 10)->messages.size(), 1u);
  appending.join();
}

LASAGNE_STORE_TEST(StoreWait, IsInterrupted) {
  std::atomic<bool> done = false;
  std::thread interrupting([&] {
    while (!done) {
      store().interrupt();
      std::this_thread::yield();
    }
  });
  EXPECT_FALSE(store().wait(0, far_deadline()));
  done = true;
  interrupting.join();
}

}  // namespace lasagne::testing
