// What LogStore asks of its backing, and how it writes.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/log/log_store.hpp"
#include "store/watched_backing.hpp"

namespace lasagne::detail {
namespace {

using LogStoreTest = WatchedLogStoreTest;

TEST_F(LogStoreTest, AppendsToASharedStreamDoNotReadTheBacking) {
  open();
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(store->append(commit_to("bus", ExpectedRevision::any()), Await::durable));
  EXPECT_EQ(backing->look_ups, 1);
  EXPECT_EQ(backing->stream_reads, 0);
}

TEST_F(LogStoreTest, OpenedAnewItReadsTheLastIdsOfASharedStreamOnce) {
  open();
  const auto repeated = commit_to("bus", ExpectedRevision::any());
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(store->append(i == 100 ? repeated : commit_to("bus", ExpectedRevision::any()), Await::durable));
  }
  open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(store->append(commit_to("bus", ExpectedRevision::any()), Await::visible));
  EXPECT_EQ(backing->stream_reads, 1);
  const auto again = store->append(repeated, Await::visible);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->revisions[0], 100U);
}

// A clock may take a lock of its caller's, or ask the store.
TEST_F(LogStoreTest, TheClockIsAskedWithoutTheLock) {
  LogStore* asked = nullptr;
  int times = 0;
  auto opened = LogStore::open(backing, [&] {
    if (asked) times += asked->visible_position() < 100 ? 1 : 0;
    return Timestamp{};
  });
  ASSERT_TRUE(opened);
  store = *std::move(opened);
  asked = store.get();
  std::promise<void> done;
  auto ended = done.get_future();
  std::thread caller([&] {
    EXPECT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable));
    EXPECT_TRUE(store->read_stream("Order-1", 0, Direction::forwards, 1));
    EXPECT_TRUE(store->scavenge());
    done.set_value();
  });
  if (ended.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    ADD_FAILURE() << "the clock waits for the lock that its caller holds";
    std::quick_exit(1);  // the caller could not be joined
  }
  caller.join();
  EXPECT_EQ(times, 3);
}

TEST_F(LogStoreTest, AMissingStreamIsLookedUpOnce) {
  open();
  EXPECT_FALSE(store->read_stream("Order-1", 0, Direction::forwards, 1));
  EXPECT_FALSE(store->append(commit_to("Order-1", ExpectedRevision::exactly(0)), Await::visible));
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::visible));
  EXPECT_EQ(backing->look_ups, 1);
  EXPECT_EQ(store->read_stream("Order-1", 0, Direction::forwards, 1)->head, 0U);
}

TEST_F(LogStoreTest, StreamsThatKeepNoMessagesInMemoryReadFromTheBacking) {
  LogStoreLimits limits;
  limits.streams_with_messages = 3;
  open(limits);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) {
      const auto name = "Order-" + std::to_string(i);
      ASSERT_TRUE(
          store->append(commit_to(name, ExpectedRevision::any()), i % 3 == 0 ? Await::durable : Await::visible));
    }
  }
  for (int i = 0; i < 10; ++i) {
    const auto slice = store->read_stream("Order-" + std::to_string(i), 0, Direction::forwards, 10);
    ASSERT_TRUE(slice);
    ASSERT_EQ(slice->messages.size(), 5U);
    for (std::size_t r = 0; r < 5; ++r) EXPECT_EQ(slice->messages[r]->revision, r);
  }
}

TEST_F(LogStoreTest, FilteredReadsGiveWhatMatchesAndNothingElse) {
  LogStoreLimits limits;
  limits.tail_messages = 40;
  open(limits);
  std::mt19937 random(7);
  const std::vector<std::string> types{"A", "B", "C", "D"};
  const std::vector<std::string> streams{"Order-1", "Order-2", "Cart-1", "bus", "bus-2"};
  for (int i = 0; i < 200; ++i) {
    const auto await = random() % 10 == 0 ? Await::durable : Await::visible;
    ASSERT_TRUE(store->append(
        commit_to(streams[random() % streams.size()], ExpectedRevision::any(), types[random() % types.size()]), await));
  }
  const auto all = store->read_all(0, {}, 1'000)->messages;
  ASSERT_EQ(all.size(), 200U);
  const auto some = [&](std::vector<std::string> names) {
    std::erase_if(names, [&](const auto&) { return random() % 2 == 0; });
    if (!names.empty() && random() % 4 == 0) names.push_back(names.front());
    return names;
  };
  for (int i = 0; i < 2'000; ++i) {
    const Filter filter{some(types), some({"Order", "Cart", "bus"}), some(streams)};
    const Position after = random() % 210;
    const std::size_t limit = 1 + random() % 60;
    std::vector<Position> expected;
    for (const auto& message : all) {
      if (message->position > after && expected.size() < limit && (filter.empty() || filter.matches(*message)))
        expected.push_back(message->position);
    }
    const auto slice = store->read_all(after, filter, limit);
    ASSERT_TRUE(slice);
    std::vector<Position> found;
    for (const auto& message : slice->messages) found.push_back(message->position);
    ASSERT_EQ(found, expected);
    ASSERT_EQ(slice->scanned_to, expected.size() == limit ? expected.back() : std::max<Position>(after, 200));
  }
}

TEST_F(LogStoreTest, AWriteTakesAlongWhatComesWhileItGoesOn) {
  open();
  backing->while_writing = [&] {
    EXPECT_TRUE(store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::visible));
  };
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable));
  EXPECT_EQ(store->durable_position(), 2U);
  EXPECT_EQ(backing->writes, 1);
  open();
  EXPECT_EQ(store->visible_position(), 2U);
}

TEST_F(LogStoreTest, AFailedWriteFailsWhatItTookAlong) {
  open();
  backing->fails = true;
  backing->while_writing = [&] {
    EXPECT_TRUE(store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::visible));
  };
  EXPECT_FALSE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable));
  EXPECT_EQ(store->flush(2).error().code, ErrorCode::failed);
  EXPECT_EQ(store->durable_position(), 0U);
}

// Enough of them that who leads a write waits for the others.
constexpr int callers = 2 * static_cast<int>(LogStoreLimits{}.returning_callers);

TEST_F(LogStoreTest, CallersThatWaitTogetherAllComeBack) {
  backing->flush_time = std::chrono::microseconds(200);
  open();
  constexpr int each = 200;
  std::vector<std::thread> threads;
  std::atomic<int> durable = 0;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int i = 0; i < each; ++i) {
        const auto stream = "Order-" + std::to_string(caller);
        const auto expected =
            i == 0 ? ExpectedRevision::no_stream() : ExpectedRevision::exactly(static_cast<Revision>(i) - 1);
        const auto done = store->append(commit_to(stream, expected), Await::durable);
        if (done && store->durable_position() >= done->position) ++durable;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(durable, callers * each);
  EXPECT_LT(backing->writes, callers * each);
  EXPECT_EQ(store->durable_position(), static_cast<Position>(callers * each));
}

// Nobody comes back here, so the wait goes on to its end: for as long as the write that it might have saved takes.
TEST_F(LogStoreTest, WhoLeadsAWriteWaitsForThoseWhomTheLastOneServed) {
  LogStoreLimits limits;
  limits.returning_callers = 2;
  limits.silent_share = 1;
  limits.write_growth = std::chrono::minutes(1);
  open(limits);
  constexpr std::chrono::milliseconds write_takes(200);
  backing->flush_time = write_takes;
  std::future<Result<Committed>> other;
  backing->while_writing = [&] {
    other = std::async(std::launch::async, [this] {
      return store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::durable);
    });
    while (store->visible_position() < 2) std::this_thread::yield();
  };
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable));
  ASSERT_TRUE(other.get());
  ASSERT_EQ(backing->writes, 1) << "it served both";
  backing->flush_time = {};
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(store->append(commit_to("Order-3", ExpectedRevision::no_stream()), Await::durable));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, write_takes);
}

// As many as wait for one another, and one fewer each time, who must not wait for those that have gone.
TEST_F(LogStoreTest, CallersThatGoAwayHoldNobodyUp) {
  backing->flush_time = std::chrono::microseconds(200);
  open();
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      const auto stream = "Order-" + std::to_string(caller);
      for (int i = 0; i <= caller * 5; ++i) {
        ASSERT_TRUE(store->append(commit_to(stream, ExpectedRevision::any()), Await::durable));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->durable_position(), store->visible_position());
}

TEST_F(LogStoreTest, CallersThatWaitTogetherAreAllToldOfAFailure) {
  backing->flush_time = std::chrono::microseconds(200);
  open();
  std::vector<std::thread> threads;
  std::atomic<int> told = 0;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      const auto stream = "Order-" + std::to_string(caller);
      for (int i = 0; i < 100'000; ++i) {
        if (i == 50 && caller == 0) backing->fails = true;
        if (!store->append(commit_to(stream, ExpectedRevision::any()), Await::durable)) {
          ++told;
          return;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(told, callers);
}

TEST_F(LogStoreTest, AWaiterWithAFilterWakesForWhatMatches) {
  open();
  const Filter filter{{"Wanted"}, {}, {}};
  std::string found;
  std::thread waiter([&] {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    for (Position after = 0; found.empty() && store->wait_for(filter, after, deadline);) {
      const auto slice = store->read_all(after, filter, 10);
      if (!slice->messages.empty()) found = slice->messages[0]->type;
      after = slice->scanned_to;
    }
  });
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::any()), Await::visible));
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::any(), "Wanted"), Await::visible));
  waiter.join();
  EXPECT_EQ(found, "Wanted");
}

}  // namespace
}  // namespace lasagne::detail
