// Several threads at once: each append has its own outcome, and each reader sees a growing prefix.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

class StoreConcurrencyContract : public StoreContract {
 public:
  using StoreContract::StoreContract;

 protected:
  static constexpr int threads = 8;
  static constexpr int rounds = 100;

  template <class Work>
  static void on_threads(int count, const Work& work) {
    std::vector<std::thread> running;
    for (int number = 0; number < count; ++number) running.emplace_back([&work, number] { work(number); });
    for (auto& thread : running) thread.join();
  }
};

#define LASAGNE_STORE_CONCURRENCY_TEST(suite, test) LASAGNE_STORE_TEST_ON(StoreConcurrencyContract, suite, test)

LASAGNE_STORE_CONCURRENCY_TEST(StoreConcurrency, EachAppendHasItsOwnOutcome) {
  std::atomic<std::uint64_t> won = 0;
  on_threads(threads, [&](int number) {
    const std::string own = "Own-" + std::to_string(number);
    auto expected = ExpectedRevision::no_stream();
    for (int round = 0; round < rounds; ++round) {
      const std::string name = std::to_string(number) + "." + std::to_string(round);
      const auto mine = append(own, ExpectedRevision::any(), {"own" + name});
      EXPECT_TRUE(ok(mine));
      if (mine) {
        EXPECT_EQ(mine->revisions, std::vector<Revision>{static_cast<Revision>(round)});
        EXPECT_GE(store().durable_position(), mine->position);
      }
      const auto fought = append("Fought", expected, {"fought" + name});
      if (fought) {
        ++won;
        expected = ExpectedRevision::exactly(fought->revisions.at(0));
        const auto there = read("Fought", fought->revisions[0], Direction::forwards, 1);
        EXPECT_TRUE(ok(there));
        if (there) {
          EXPECT_EQ(there->messages.at(0)->id, id("fought" + name));
        }
      } else {
        EXPECT_EQ(fought.error().code, ErrorCode::conflict) << fought.error().message;
        if (fought.error().actual_revision) expected = ExpectedRevision::exactly(*fought.error().actual_revision);
      }
    }
  });
  const auto slice = read("Fought");
  ASSERT_TRUE(ok(slice));
  EXPECT_GE(won, 1u);
  EXPECT_EQ(won, slice->head + 1);
  reopen();
  EXPECT_EQ(readable("Fought").size(), won);
  for (int number = 0; number < threads; ++number) {
    EXPECT_EQ(readable("Own-" + std::to_string(number)).size(), static_cast<std::size_t>(rounds));
  }
  EXPECT_EQ(store().visible_position(), threads * rounds + won);
}

LASAGNE_STORE_CONCURRENCY_TEST(StoreConcurrency, OnlyOneMovesACheckpoint) {
  std::atomic<int> moved = 0;
  on_threads(threads, [&](int number) {
    for (int round = 0; round < 20; ++round) {
      auto commit =
          commit_of({to("S", ExpectedRevision::any(), {std::to_string(number) + "." + std::to_string(round)})});
      commit.checkpoint = CheckpointMove{"p", static_cast<Position>(round), static_cast<Position>(round + 1)};
      for (;;) {
        const auto result = store().append(commit);
        if (result) ++moved;
        if (result || store().checkpoint("p").value() > static_cast<Position>(round)) break;
        EXPECT_EQ(result.error().code, ErrorCode::checkpoint_moved);
      }
    }
  });
  EXPECT_EQ(moved, 20);
  EXPECT_EQ(store().checkpoint("p").value(), 20u);
  EXPECT_EQ(store().visible_position(), 20u);
}

LASAGNE_STORE_CONCURRENCY_TEST(StoreConcurrency, OneCommitRepeatedByAllIsWrittenOnce) {
  std::atomic<int> first = 0;
  on_threads(threads, [&](int) {
    for (int round = 0; round < 20; ++round) {
      const std::string name = std::to_string(round);
      const auto result = append("S-" + name, ExpectedRevision::any(), {name});
      EXPECT_TRUE(ok(result));
      if (result && !result->repeated) ++first;
    }
  });
  EXPECT_EQ(first, 20);
  EXPECT_EQ(store().visible_position(), 20u);
}

LASAGNE_STORE_CONCURRENCY_TEST(StoreConcurrency, ReadersSeeAGrowingPrefixWithoutGaps) {
  constexpr int writers = 4;
  constexpr Position end = writers * rounds * 2;
  const auto write = [&](int number) {
    for (int round = 0; round < rounds; ++round) {
      const std::string name = std::to_string(number) + "." + std::to_string(round);
      const auto commit = commit_of({to("W-" + std::to_string(number), ExpectedRevision::any(), {name + "a"}),
                                     to("V-" + std::to_string(round % 7), ExpectedRevision::any(), {name + "b"})});
      EXPECT_TRUE(ok(store().append(commit, round % 3 == 0 ? Await::durable : Await::visible)));
    }
  };
  const auto follow = [&](std::size_t page) {
    Position seen = 0;
    while (seen < end) {
      if (!store().wait(seen, std::chrono::steady_clock::now() + std::chrono::minutes(10))) break;
      const auto slice = store().read_all(seen, {}, page);
      ASSERT_TRUE(ok(slice));
      for (const auto& message : slice->messages) ASSERT_EQ(message->position, ++seen);
      ASSERT_EQ(slice->scanned_to, seen);
    }
    EXPECT_EQ(seen, end);
  };
  // Whatever is visible of one commit, all of it is.
  const auto look = [&] {
    while (store().visible_position() < end) EXPECT_EQ(store().visible_position() % 2, 0u);
  };
  on_threads(writers + 4, [&](int number) {
    if (number < writers) return write(number);
    if (number == writers) return look();
    follow(static_cast<std::size_t>(number - writers) * 5);
  });
  ASSERT_TRUE(ok(store().flush(store().visible_position())));
  EXPECT_EQ(store().durable_position(), end);
}

}  // namespace lasagne::testing
