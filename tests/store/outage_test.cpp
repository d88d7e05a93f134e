// A database that is away for a while, and one that is damaged.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/log/log_store.hpp"
#include "store/watched_backing.hpp"

namespace lasagne::detail {
namespace {

using namespace std::chrono_literals;

class OutageTest : public WatchedLogStoreTest {
 protected:
  static LogStoreLimits impatient() {
    LogStoreLimits limits;
    limits.unavailable_wait = 0ms;
    return limits;
  }
  std::vector<Uuid> log() {
    std::vector<Uuid> ids;
    const auto slice = store->read_all(0, {}, 10'000);
    for (const auto& message : slice->messages) ids.push_back(message->id);
    return ids;
  }
};

TEST_F(OutageTest, OfAMomentIsWaitedFor) {
  LogStoreLimits limits;
  limits.unavailable_retry = 1ms;
  open(limits);
  backing->away = 3;
  const auto commit = commit_to("Order-1", ExpectedRevision::no_stream());
  ASSERT_TRUE(store->append(commit, Await::durable));
  EXPECT_EQ(backing->writes, 4);
  EXPECT_EQ(log_text, "");
  open();
  EXPECT_EQ(log(), std::vector<Uuid>{commit.appends[0].messages[0].id});
}

TEST_F(OutageTest, OfLongerIsToldAndTheLogGoesOnAfterIt) {
  open(impatient());
  backing->away = 2;
  const auto first = commit_to("Order-1", ExpectedRevision::no_stream());
  EXPECT_EQ(store->append(first, Await::durable).error().code, ErrorCode::commit_unknown);
  EXPECT_NE(log_text.find("unavailable"), std::string::npos) << log_text;
  EXPECT_EQ(store->visible_position(), 1U);
  EXPECT_EQ(store->durable_position(), 0U);
  EXPECT_EQ(store->flush(1).error().code, ErrorCode::unavailable);
  const auto again = store->append(first, Await::durable);  // the database is back
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(store->durable_position(), 1U);
  EXPECT_NE(log_text.find("back"), std::string::npos) << log_text;
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::exactly(0)), Await::durable));
  open();
  EXPECT_EQ(log().size(), 2U);
}

TEST_F(OutageTest, RefusesWhatIsNewAndWouldBeDurableBeforeItIsVisible) {
  open(impatient());
  backing->away = 1'000;
  EXPECT_EQ(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable).error().code,
            ErrorCode::commit_unknown);
  EXPECT_EQ(store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::durable).error().code,
            ErrorCode::unavailable);
  EXPECT_EQ(store->visible_position(), 1U);
  EXPECT_TRUE(store->append(commit_to("Order-3", ExpectedRevision::no_stream()), Await::visible));
  EXPECT_EQ(store->delete_stream("Order-3", ExpectedRevision::any()).error().code, ErrorCode::commit_unknown);
  EXPECT_EQ(store->parked({}, 0, 10).error().code, ErrorCode::unavailable);
  EXPECT_EQ(store->due_timers({}, 10).error().code, ErrorCode::unavailable);
  EXPECT_EQ(store->scavenge().error().code, ErrorCode::unavailable);
  backing->away = 0;
  EXPECT_TRUE(store->flush(store->visible_position()));
  open();
  EXPECT_EQ(store->visible_position(), 2U);
  EXPECT_EQ(store->read_stream("Order-3", 0, Direction::forwards, 1).error().code, ErrorCode::not_found);
}

// What is visible and not durable stays within its bound.
TEST_F(OutageTest, RefusesWhatWouldBeTooMuchToKeep) {
  auto limits = impatient();
  limits.unflushed_messages = 10;
  open(limits);
  backing->away = 1'000;
  int taken = 0;
  while (store->append(commit_to("bus", ExpectedRevision::any()), Await::visible)) ASSERT_LT(++taken, 100);
  EXPECT_EQ(taken, 11);
  EXPECT_EQ(store->append(commit_to("bus", ExpectedRevision::any()), Await::visible).error().code,
            ErrorCode::unavailable);
  backing->away = 0;
  EXPECT_TRUE(store->append(commit_to("bus", ExpectedRevision::any()), Await::visible));
}

TEST_F(OutageTest, LosesNothingOfWhatAWriteTookAlong) {
  open(impatient());
  backing->away = 1;
  backing->while_writing = [&] {
    EXPECT_TRUE(store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::visible));
  };
  EXPECT_FALSE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable));
  const auto before = log();
  EXPECT_EQ(before.size(), 2U);
  ASSERT_TRUE(store->flush(2));
  open();
  EXPECT_EQ(log(), before);
}

TEST_F(OutageTest, IsToldToAllThatWaitAndAllGoOn) {
  auto limits = impatient();
  limits.unavailable_wait = 2ms;
  limits.unavailable_retry = 1ms;
  backing->flush_time = 100us;
  open(limits);
  std::vector<std::thread> threads;
  std::atomic<Position> appended = 0;
  for (int caller = 0; caller < 16; ++caller) {
    threads.emplace_back([&, caller] {
      const auto stream = "Order-" + std::to_string(caller);
      for (int i = 0; i < 50; ++i) {
        if (i % 10 == 9 && caller == 0) backing->away = 8;
        const auto commit = commit_to(stream, ExpectedRevision::any());
        while (!store->append(commit, Await::durable)) {
        }
        ++appended;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->durable_position(), appended);
  const auto before = log();
  open();
  EXPECT_EQ(log(), before);
}

// The same work with outages and without ends in the same tables.
TEST_F(OutageTest, ChangesNothingOfWhatIsWritten) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    std::string kept[2];
    for (const bool outages : {false, true}) {
      backing = std::make_shared<WatchedBacking>();
      auto limits = impatient();
      limits.cached_streams = 4;
      limits.recent_messages_per_stream = 2;
      limits.tail_messages = 4;
      open(limits);
      std::mt19937 random(seed);
      std::mt19937 weather(seed);
      for (std::uint32_t i = 0; i < 200; ++i) {
        if (outages && weather() % 4 == 0) backing->away = static_cast<int>(weather() % 3);
        Commit commit;
        const auto number = std::to_string(random() % 6);
        const auto id = Uuid::derive({}, "m" + std::to_string(i));
        const NewMessage message{id, MessageKind::event, "Happened", "{}", {id, {}, {}}};
        switch (random() % 5) {
          case 0:
            commit.timers_set.push_back(
                {number, Timestamp{1 + static_cast<std::int64_t>(random() % 9)}, "bus", message});
            break;
          case 1:
            commit.timers_cancelled.push_back(number);
            break;
          case 2:
            commit.parked_put.push_back({"p", 1 + random() % 6, number, {}, i, {}, {}, {}});
            break;
          default:
            commit.appends.push_back({"Order-" + number, ExpectedRevision::any(), {message}});
        }
        const auto at = store->checkpoint("p").value();
        commit.checkpoint = CheckpointMove{"p", at, at + 1};
        ASSERT_TRUE(store->append(commit, Await::visible));
        if (random() % 3 == 0) (void)store->flush(store->visible_position());
      }
      backing->away = 0;
      ASSERT_TRUE(store->flush(store->visible_position()));
      open();
      auto& all = kept[outages ? 1 : 0];
      const auto slice = store->read_all(0, {}, 1'000);
      for (const auto& message : slice->messages) {
        all += std::to_string(message->position) + message->stream + std::to_string(message->revision) +
               message->id.to_string() + "\n";
      }
      const auto due = store->due_timers(Timestamp{100}, 100);
      for (const auto& timer : *due) all += timer.key + timer.due.to_string() + "\n";
      const auto parked = store->parked({}, 0, 100);
      for (const auto& entry : *parked) {
        all += std::to_string(entry.position) + entry.key + std::to_string(entry.attempts) + "\n";
      }
      all += std::to_string(store->checkpoint("p").value());
    }
    ASSERT_EQ(kept[0], kept[1]) << "seed " << seed;
  }
}

TEST_F(OutageTest, AReadThatFindsDamageMakesTheStoreFail) {
  open();
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable));
  open();
  std::thread waiter([&] { (void)store->wait(1, std::chrono::steady_clock::now() + 1h); });
  backing->damaged = true;
  EXPECT_EQ(store->read_stream("Order-1", 0, Direction::forwards, 1).error().code, ErrorCode::failed);
  waiter.join();  // woken, to find out
  EXPECT_EQ(store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::visible).error().code,
            ErrorCode::failed);
  EXPECT_EQ(store->flush(1).error().code, ErrorCode::failed);
}

// They join the next write while one is under way, and the store fails between the two.
TEST_F(OutageTest, DamageThatIsFoundDuringAWriteIsToldToAllWhoWaitForTheNextOne) {
  open();
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::durable));
  LogStoreLimits limits;
  limits.write_growth = -1us;  // nothing goes along with a write
  open(limits);
  std::vector<std::future<Result<Committed>>> followers;
  backing->while_writing = [&] {
    for (const char* stream : {"Order-3", "Order-4"}) {
      std::promise<Result<Committed>> told;
      followers.push_back(told.get_future());
      std::thread([this, stream, told = std::move(told)]() mutable {
        told.set_value(store->append(commit_to(stream, ExpectedRevision::no_stream()), Await::durable));
      }).detach();
    }
    while (store->visible_position() < 4) std::this_thread::yield();  // both wait as soon as they are visible
    backing->damaged = true;
    EXPECT_EQ(store->read_stream("Order-1", 0, Direction::forwards, 1).error().code, ErrorCode::failed);
  };
  (void)store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::durable);
  for (auto& follower : followers) {
    ASSERT_EQ(follower.wait_for(60s), std::future_status::ready);
    EXPECT_EQ(follower.get().error().code, ErrorCode::failed);
  }
}

// Who asks for a position that is being written waits for the end of the write, whether it is the last one or not.
TEST_F(OutageTest, AFlushBelievesNothingThatIsStillBeingWritten) {
  open();
  std::vector<std::future<Result<void>>> flushes;
  ASSERT_TRUE(store->append(commit_to("Order-1", ExpectedRevision::no_stream()), Await::visible));
  backing->fails = true;
  backing->while_writing = [&] {
    EXPECT_EQ(store->durable_position(), 0U);
    for (const Position position : {1U, 2U}) {
      flushes.push_back(std::async(std::launch::async, [this, position] { return store->flush(position); }));
      EXPECT_EQ(flushes.back().wait_for(50ms), std::future_status::timeout) << "answered too early: " << position;
    }
  };
  EXPECT_FALSE(store->append(commit_to("Order-2", ExpectedRevision::no_stream()), Await::durable));
  ASSERT_EQ(flushes.size(), 2U);
  for (auto& flush : flushes) EXPECT_FALSE(flush.get());
}

}  // namespace
}  // namespace lasagne::detail
