// A call is marked before it is made. Nobody knows what became of the marks: the store does.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "lasagne/forwarding_store.hpp"
#include "letters.hpp"

namespace effect_marks_test {

using namespace letters;
using lasagne::Await;
using lasagne::Commit;
using lasagne::Committed;
using lasagne::HandlerOptions;
using lasagne::ParkedMessage;
using lasagne::Result;
using lasagne::Runtime;
using Status = ParkedMessage::Status;

enum class Marks : std::uint8_t { written, lost };

// Does not tell what became of the first marks.
class UnsureStore final : public lasagne::ForwardingStore {
 public:
  UnsureStore(lasagne::Store& real, Marks marks) : ForwardingStore(real), marks_(marks) {}
  Result<Committed> append(const Commit& commit, Await await) override {
    const bool marks = std::ranges::any_of(commit.parked_put,
                                           [](const ParkedMessage& entry) { return entry.status == Status::calling; });
    if (!marks || std::exchange(told_, true)) return ForwardingStore::append(commit, await);
    if (marks_ == Marks::written) (void)ForwardingStore::append(commit, await);
    return lasagne::fail(lasagne::ErrorCode::commit_unknown, "the connection went");
  }

 private:
  const Marks marks_;
  bool told_ = false;
};

class UnknownMarksTest : public EffectsTest, public ::testing::WithParamInterface<Marks> {
 protected:
  // Has each letter posted, which fails as often as this.
  lasagne::Module module(int failures, HandlerOptions options) {
    return letters_with(
        [this, failures](const LetterWritten& event, Send& send, const std::stop_token&) {
          const Calls::Under under(calls);
          const std::scoped_lock lock(mutex_);
          if (++called[event.text] <= failures) throw std::runtime_error("the gateway is away");
          send(ConfirmLetter{event.letter_id, {}});
        },
        std::move(options));
  }
  std::map<std::string, int> called;

 private:
  std::mutex mutex_;
};

TEST_P(UnknownMarksTest, AreNoAttempts) {
  write_letters(3);
  UnsureStore unsure(*store, GetParam());
  HandlerOptions options;
  options.retry.attempts = 1;
  Runtime runtime(unsure, {module(0, options)});
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(called, (std::map<std::string, int>{{"0", 1}, {"1", 1}, {"2", 1}}));
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), 3U);
  EXPECT_TRUE(runtime.parked()->empty());
}

TEST_P(UnknownMarksTest, AreNoAttemptsOfAStartedRuntime) {
  write_letters(3);
  UnsureStore unsure(*store, GetParam());
  HandlerOptions options;
  options.retry.attempts = 1;
  Runtime runtime(unsure, {module(0, options)});
  runtime.start();
  ASSERT_TRUE(calls.await_all(3));
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_EQ(called, (std::map<std::string, int>{{"0", 1}, {"1", 1}, {"2", 1}}));
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), 3U);
  EXPECT_TRUE(runtime.parked()->empty());
}

// The first attempt was made, and the marks of the second one are unknown.
TEST_P(UnknownMarksTest, AreNoAttemptsAfterOneThatWasMade) {
  write_letters(1);
  lasagne::Timestamp now{1'000'000'000};
  HandlerOptions options;
  options.retry.attempts = 2;
  const auto clock = [&] { return now; };
  {
    Runtime runtime(*store, {module(1, options)}, {clock});
    ASSERT_TRUE(runtime.run_until_idle());
  }
  now = now + std::chrono::hours(1);
  UnsureStore unsure(*store, GetParam());
  Runtime runtime(unsure, {module(1, options)}, {clock});
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(called["0"], 2);
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), 1U);
  EXPECT_TRUE(runtime.parked()->empty());
}

INSTANTIATE_TEST_SUITE_P(Runtime, UnknownMarksTest, ::testing::Values(Marks::written, Marks::lost),
                         [](const auto& of) { return of.param == Marks::written ? "Written" : "Lost"; });

}  // namespace effect_marks_test
