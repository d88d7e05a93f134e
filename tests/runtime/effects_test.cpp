// Effects: how many calls are made at once, in which order, and how they stop.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "lasagne/forwarding_store.hpp"
#include "letters.hpp"

namespace effects_test {

using namespace letters;
using lasagne::HandlerOptions;
using lasagne::Module;
using lasagne::ParkedMessage;
using lasagne::Runtime;
using lasagne::Timestamp;
using namespace std::chrono_literals;

// Sixteen calls that wait for one another end only if they are made at once.
TEST_F(EffectsTest, SixteenCallsAreUnderWayAtOnceAndNoMore) {
  write_letters(64);
  std::atomic<int> alone{0};
  Runtime runtime(*store, {letters_with([&](const LetterWritten& event, Send& send, const std::stop_token&) {
    const Calls::Under under(calls);
    if (!calls.await_at_once(16)) ++alone;
    send(ConfirmLetter{event.letter_id, {}});
  })});
  runtime.start();
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_EQ(alone, 0);
  EXPECT_EQ(calls.most_at_once(), 16);
  EXPECT_EQ(calls.all(), 64);
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), 64U);
  EXPECT_TRUE(runtime.parked()->empty());
}

TEST_F(EffectsTest, AsManyCallsAreUnderWayAtOnceAsTheOptionSays) {
  write_letters(12);
  HandlerOptions options;
  options.calls_at_once = 3;
  Runtime runtime(*store, {letters_with(
                              [&](const LetterWritten&, Send&, const std::stop_token&) {
                                const Calls::Under under(calls);
                                EXPECT_TRUE(calls.await_at_once(3));
                              },
                              options)});
  runtime.start();
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_EQ(calls.most_at_once(), 3);
  EXPECT_EQ(calls.all(), 12);
}

TEST_F(EffectsTest, HaveAtLeastOneCallAtOnceAndAtMostSoMany) {
  for (const std::size_t refused : {std::size_t{0}, std::size_t{1025}}) {
    HandlerOptions options;
    options.calls_at_once = refused;
    EXPECT_THROW(Runtime(*store, {letters_with([](const auto&, auto&, auto) {}, options)}), std::invalid_argument);
  }
}

// Key "a" is slow: its first call ends only when all of key "b" were made.
TEST_F(EffectsTest, OneKeyIsCalledInOrderAndHoldsBackNobodyElse) {
  for (std::size_t n = 0; n < 60; ++n) write(*store, n, n % 2 == 0 ? "a" : "b");
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::vector<Uuid>> called;
  std::set<std::string> under_way;
  Runtime runtime(*store, {letters_with<PostByText>([&](const LetterWritten& event, Send&, const std::stop_token&) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(under_way.insert(event.text).second) << "two calls of one key at once";
    called[event.text].push_back(event.letter_id);
    changed.notify_all();
    if (event.text == "a") {
      EXPECT_TRUE(changed.wait_for(lock, patience, [&] { return called["b"].size() == 30; }));
    }
    under_way.erase(event.text);
  })});
  runtime.start();
  ASSERT_TRUE(runtime.wait_until_idle());
  for (std::size_t n = 0; n < 60; ++n) EXPECT_EQ(called[n % 2 == 0 ? "a" : "b"].at(n / 2), letter(n));
  EXPECT_TRUE(runtime.parked()->empty());
}

TEST_F(EffectsTest, AnAnswerIsCommittedWhileAnEarlierCallIsStillUnderWay) {
  write_letters(2);
  Runtime runtime(*store, {letters_with([&](const LetterWritten& event, Send& send, const std::stop_token&) {
    if (event.text == "0") {
      const auto deadline = std::chrono::steady_clock::now() + patience;
      lasagne::Position seen = 0;
      while (all<ConfirmLetter>(*store).empty() && std::chrono::steady_clock::now() < deadline) {
        seen = store->visible_position();
        (void)store->wait(seen, deadline);
      }
      EXPECT_EQ(all<ConfirmLetter>(*store).size(), 1U);
    }
    send(ConfirmLetter{event.letter_id, {}});
  })});
  runtime.start();
  ASSERT_TRUE(runtime.wait_until_idle());
  const auto answers = all<ConfirmLetter>(*store);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].letter_id, letter(1));
  EXPECT_EQ(answers[1].letter_id, letter(0));
}

TEST_F(EffectsTest, NewMessagesAreCalledWhileAnEarlierCallIsUnderWay) {
  write_letters(1);
  std::promise<void> second;
  auto second_came = second.get_future().share();
  Runtime runtime(*store, {letters_with([&](const LetterWritten& event, Send&, const std::stop_token&) {
    const Calls::Under under(calls);
    if (event.text == "0") {
      EXPECT_EQ(second_came.wait_for(patience), std::future_status::ready);
    } else {
      second.set_value();
    }
  })});
  runtime.start();
  ASSERT_TRUE(calls.await_all(1));
  write(*store, 1, "1");
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_EQ(calls.all(), 2);
}

// Stops and starts.

TEST_F(EffectsTest, StopEndsAfterTheCallsUnderWayWhichSeeIt) {
  write_letters(64);
  std::atomic<int> saw{0};
  HandlerOptions options;
  options.calls_at_once = 4;
  Runtime runtime(*store, {letters_with(
                              [&](const LetterWritten& event, Send& send, std::stop_token stop) {
                                const Calls::Under under(calls);
                                std::promise<void> stopped;
                                const std::stop_callback told(stop, [&] { stopped.set_value(); });
                                if (stopped.get_future().wait_for(patience) == std::future_status::ready) ++saw;
                                send(ConfirmLetter{event.letter_id, {}});
                              },
                              options)});
  runtime.start();
  ASSERT_TRUE(calls.await_at_once(4));
  EXPECT_TRUE(runtime.stop());
  EXPECT_EQ(saw, 4);
  EXPECT_EQ(calls.all(), 4);
  EXPECT_EQ(all<ConfirmLetter>(*store).size(), 4U);
  EXPECT_TRUE(runtime.parked()->empty());
}

TEST_F(EffectsTest, ACallThatGivesUpBecauseOfAStopIsMadeAgainAndIsNoAttempt) {
  write_letters(1);
  HandlerOptions options;
  options.retry.attempts = 1;
  std::atomic<bool> gives_up{true};
  Runtime runtime(*store, {letters_with(
                              [&](const LetterWritten& event, Send& send, std::stop_token stop) {
                                const Calls::Under under(calls);
                                if (gives_up) {
                                  std::promise<void> stopped;
                                  const std::stop_callback told(stop, [&] { stopped.set_value(); });
                                  EXPECT_EQ(stopped.get_future().wait_for(patience), std::future_status::ready);
                                  throw std::runtime_error("I was told to stop");
                                }
                                send(ConfirmLetter{event.letter_id, {}});
                              },
                              options)});
  for (int restarts = 1; restarts <= 3; ++restarts) {
    runtime.start();
    ASSERT_TRUE(calls.await_all(restarts));
    ASSERT_TRUE(runtime.stop());
    const auto held = runtime.parked();
    ASSERT_EQ(held->size(), 1U);
    EXPECT_EQ(held->at(0).entry.status, ParkedMessage::Status::retrying);
    EXPECT_EQ(held->at(0).entry.attempts, 0U);
  }
  gives_up = false;
  runtime.start();
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_EQ(calls.all(), 4);
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), 1U);
  EXPECT_TRUE(runtime.parked()->empty());
}

// Retries.

// Whoever sleeps in it sleeps until it is interrupted, whatever comes and however late it gets.
class SleepyStore final : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  bool wait_for(const lasagne::Filter&, lasagne::Position, std::chrono::steady_clock::time_point) override {
    std::unique_lock lock(mutex_);
    ++sleepers_;
    changed_.notify_all();
    const auto before = interrupts_;
    changed_.wait(lock, [&] { return interrupts_ != before; });
    --sleepers_;
    return false;
  }
  // Takes as long as a disk, so that calls end meanwhile.
  lasagne::Result<lasagne::Committed> append(const lasagne::Commit& commit, lasagne::Await await) override {
    if (await == lasagne::Await::durable) std::this_thread::sleep_for(1ms);
    return ForwardingStore::append(commit, await);
  }
  void interrupt() override {
    {
      const std::scoped_lock lock(mutex_);
      ++interrupts_;
      changed_.notify_all();
    }
    ForwardingStore::interrupt();
  }
  bool await_sleeper() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return sleepers_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int sleepers_ = 0;
  int interrupts_ = 0;
};

// The loop sleeps already when a call fails, and for a second at most: a retry need not wait for it to wake up.
TEST_F(EffectsTest, ARetryIsMadeWhenItIsDueThoughTheLoopSleeps) {
  write_letters(1);
  SleepyStore sleepy(*store);
  HandlerOptions options;
  options.retry.first_backoff = 1ms;
  options.retry.attempts = 3;
  Runtime runtime(sleepy, {letters_with(
                              [&](const LetterWritten& event, Send& send, const std::stop_token&) {
                                const Calls::Under under(calls);
                                EXPECT_TRUE(calls.all() > 1 || sleepy.await_sleeper());
                                if (calls.all() < 3) throw std::runtime_error("the gateway is away");
                                send(ConfirmLetter{event.letter_id, {}});
                              },
                              options)});
  runtime.start();
  EXPECT_TRUE(calls.await_all(3));
  ASSERT_TRUE(runtime.stop());
  EXPECT_EQ(all<ConfirmLetter>(*store).size(), 1U);
}

// Each second call ends only when the one after it is made: nobody may take a call and leave the next one for the loop.
TEST_F(EffectsTest, ACallThatCanBeginDoesNotWaitForTheLoopThatSleeps) {
  constexpr int pairs = 50;
  write_letters(2 * pairs);
  SleepyStore sleepy(*store);
  HandlerOptions options;
  options.calls_at_once = 2;
  Runtime runtime(sleepy, {letters_with(
                              [&](const LetterWritten& event, Send&, const std::stop_token&) {
                                const Calls::Under under(calls);
                                const int number = std::stoi(event.text);
                                EXPECT_TRUE(number % 2 != 0 || calls.await_all(number + 2));
                              },
                              options)});
  runtime.start();
  EXPECT_TRUE(calls.await_all(2 * pairs));
  EXPECT_TRUE(runtime.stop());
}

// Keys.

TEST_F(EffectsTest, TwoEffectsOnOneEventHaveKeysOfTheirOwnWhichStayTheSame) {
  write_letters(2);
  std::map<std::string, std::set<std::string>> keys;  // by effect and text
  const auto note_for = [&](const std::string& effect) {
    return [&keys, effect](const LetterWritten& event, Send& send, const std::stop_token&) {
      const bool first = keys[effect + event.text].insert(send.idempotency_key()).second;
      if (first) throw std::runtime_error("another attempt, please");
    };
  };
  Timestamp now{1'000'000};
  const auto modules = [&] {
    Post post;
    post.post = note_for("post ");
    Archive archive;
    archive.post = note_for("archive ");
    return std::vector{Module{"letters"}.decider<Letter>().effect(post).effect(archive)};
  };
  {
    Runtime runtime(*store, modules(), {[&] { return now; }});
    ASSERT_TRUE(runtime.run_until_idle());
  }
  now = now + 1h;
  Runtime runtime(*store, modules(), {[&] { return now; }});
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_TRUE(runtime.parked()->empty());
  std::set<std::string> all_keys;
  ASSERT_EQ(keys.size(), 4U);
  for (const auto& [of, seen] : keys) {
    EXPECT_EQ(seen.size(), 1U) << of;
    all_keys.insert(seen.begin(), seen.end());
  }
  EXPECT_EQ(all_keys.size(), 4U);
}

}  // namespace effects_test
