// Effects whose calls fail, or whose answers cannot be stored.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "lasagne/forwarding_store.hpp"
#include "letters.hpp"

namespace effect_failures_test {

using namespace letters;
using lasagne::Await;
using lasagne::Commit;
using lasagne::Committed;
using lasagne::HandlerOptions;
using lasagne::Module;
using lasagne::ParkedMessage;
using lasagne::Result;
using lasagne::Runtime;

class EffectFailuresTest : public EffectsTest, public ::testing::WithParamInterface<bool> {
 protected:
  void run(Runtime& runtime) {
    if (GetParam()) {
      runtime.start();
      ASSERT_TRUE(runtime.wait_until_idle());
    } else {
      ASSERT_TRUE(runtime.run_until_idle());
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Runtime, EffectFailuresTest, ::testing::Values(false, true),
                         [](const auto& started) { return started.param ? "Started" : "UntilIdle"; });

const std::string too_large(lasagne::Limits::message_bytes, 'x');

TEST_P(EffectFailuresTest, AnAnswerThatCannotBeStoredParksItsMessageAndNobodyIsCalledAgain) {
  write_letters(64);
  Runtime runtime(*store, {letters_with([&](const LetterWritten& event, Send& send, const std::stop_token&) {
    const Calls::Under under(calls);
    send(ConfirmLetter{event.letter_id, event.text == "40" ? too_large : "done"});
  })});
  run(runtime);
  EXPECT_EQ(calls.all(), 64);
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), 63U);
  const auto parked = runtime.parked();
  ASSERT_EQ(parked->size(), 1U);
  EXPECT_EQ(parked->at(0).entry.status, ParkedMessage::Status::parked);
  EXPECT_NE(parked->at(0).entry.error.find("cannot be stored"), std::string::npos) << parked->at(0).entry.error;
}

// Gives up on everything, with an answer of this size.
struct Hopeless {
  using Event = std::variant<LetterWritten>;
  static inline std::atomic<int> calls{0};
  static inline std::atomic<int> gave_up{0};
  static inline std::string note;
  void on(const LetterWritten&, Send&) {
    ++calls;
    throw lasagne::PermanentError("the post office is closed");
  }
  static void on_failure(const LetterWritten& event, const lasagne::Failure&, Send& send) {
    ++gave_up;
    send(ConfirmLetter{event.letter_id, note});
  }
};

TEST_P(EffectFailuresTest, TheAnswerOfOnFailureIsRecordedInPlaceOfTheHandlers) {
  write_letters(3);
  Hopeless::calls = Hopeless::gave_up = 0;
  Hopeless::note = "not posted";
  Runtime runtime(*store, {Module{"letters"}.decider<Letter>().effect<Hopeless>()});
  run(runtime);
  EXPECT_EQ(Hopeless::calls, 3);
  ASSERT_EQ(all<LetterConfirmed>(*store).size(), 3U);
  EXPECT_EQ(all<LetterConfirmed>(*store)[0].note, "not posted");
  EXPECT_TRUE(runtime.parked()->empty());
}

TEST_P(EffectFailuresTest, AnAnswerOfOnFailureThatCannotBeStoredParks) {
  write_letters(3);
  Hopeless::calls = Hopeless::gave_up = 0;
  Hopeless::note = too_large;
  Runtime runtime(*store, {Module{"letters"}.decider<Letter>().effect<Hopeless>()});
  run(runtime);
  EXPECT_EQ(Hopeless::calls, 3);
  EXPECT_EQ(Hopeless::gave_up, 3);
  const auto parked = runtime.parked();
  ASSERT_EQ(parked->size(), 3U);
  for (const auto& view : *parked) {
    EXPECT_EQ(view.entry.status, ParkedMessage::Status::parked);
    EXPECT_NE(view.entry.error.find("the post office is closed"), std::string::npos) << view.entry.error;
    EXPECT_NE(view.entry.error.find("on_failure cannot be stored"), std::string::npos) << view.entry.error;
  }
}

TEST_P(EffectFailuresTest, AnAttemptThatFailsIsMadeAgainAndHoldsBackItsKeyOnly) {
  for (std::size_t n = 0; n < 6; ++n) write(*store, n, n % 2 == 0 ? "a" : "b");
  HandlerOptions options;
  options.retry.first_backoff = lasagne::Duration{0};
  std::mutex mutex;
  std::vector<Uuid> posted;
  Runtime runtime(*store, {letters_with<PostByText>(
                              [&](const LetterWritten& event, Send&, const std::stop_token&) {
                                const Calls::Under under(calls);
                                if (event.letter_id == letter(0) && calls.all() < 6) throw std::runtime_error("again");
                                const std::scoped_lock lock(mutex);
                                posted.push_back(event.letter_id);
                              },
                              options)});
  run(runtime);
  ASSERT_EQ(posted.size(), 6U);
  std::vector<Uuid> of_a, of_b;
  for (const auto& id : posted) (id == letter(0) || id == letter(2) || id == letter(4) ? of_a : of_b).push_back(id);
  EXPECT_EQ(of_a, (std::vector{letter(0), letter(2), letter(4)}));
  EXPECT_EQ(of_b, (std::vector{letter(1), letter(3), letter(5)}));
  EXPECT_TRUE(runtime.parked()->empty());
}

// The store takes everything but the third answer, once.
class OnceUnavailable final : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    const bool answer = commit.parked_put.empty() && !commit.parked_removed.empty();
    if (answer && ++answers_ == 3) return lasagne::fail(lasagne::ErrorCode::unavailable, "the disk is busy");
    return ForwardingStore::append(commit, await);
  }

 private:
  int answers_ = 0;
};

TEST_F(EffectsTest, AnAnswerThatTheStoreDoesNotTakeAtOnceIsKeptAndNobodyIsCalledTwice) {
  for (const bool started : {false, true}) {
    store = lasagne::open("memory:");
    write_letters(10);
    OnceUnavailable busy(*store);
    Calls made;
    Runtime runtime(busy, {letters_with([&](const LetterWritten& event, Send& send, const std::stop_token&) {
                      const Calls::Under under(made);
                      send(ConfirmLetter{event.letter_id, {}});
                    })});
    // What a run that was broken off has begun is made by the threads.
    if (!started) {
      EXPECT_EQ(runtime.run_until_idle().error().code, lasagne::ErrorCode::unavailable);
    }
    runtime.start();
    ASSERT_TRUE(runtime.wait_until_idle());
    EXPECT_EQ(made.all(), 10);
    EXPECT_EQ(all<LetterConfirmed>(*store).size(), 10U);
    EXPECT_TRUE(runtime.parked()->empty());
  }
}

}  // namespace effect_failures_test
