// Effects over crashes: what was only visible is gone, and the next runtime finds what was durable.
#include <gtest/gtest.h>

#include <map>

#include "lasagne/forwarding_store.hpp"
#include "letters.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"

namespace effect_restart_test {

using namespace letters;
using lasagne::Await;
using lasagne::Commit;
using lasagne::Committed;
using lasagne::HandlerOptions;
using lasagne::Module;
using lasagne::ParkedMessage;
using lasagne::Result;
using lasagne::Runtime;
using lasagne::Timestamp;
using namespace std::chrono_literals;

// Takes nothing any more once the process has ended, so to speak: not even a flush.
class CrashingStore final : public lasagne::ForwardingStore {
 public:
  CrashingStore(lasagne::Store& real, const bool& crashed) : ForwardingStore(real), crashed_(crashed) {}
  Result<Committed> append(const Commit& commit, Await await) override {
    if (crashed_) return ended();
    return ForwardingStore::append(commit, await);
  }
  Result<void> flush(lasagne::Position position) override {
    if (crashed_) return ended();
    return ForwardingStore::flush(position);
  }

 private:
  static std::unexpected<lasagne::Error> ended() {
    return lasagne::fail(lasagne::ErrorCode::failed, "the process has ended");
  }
  const bool& crashed_;
};

class EffectCrashTest : public ::testing::Test {
 protected:
  std::unique_ptr<lasagne::Store> open() {
    return *lasagne::detail::LogStore::open(backing, [this] { return now; });
  }
  // False: it crashed.
  bool run(HandlerOptions options = {}) {
    crashes = false;
    const auto store = open();
    CrashingStore crashing(*store, crashes);
    Runtime runtime(crashing, {module(std::move(options))}, {[this] { return now; }});
    const auto ran = runtime.run_until_idle();
    EXPECT_EQ(ran.has_value(), !crashes);
    return ran.has_value();
  }
  Module module(HandlerOptions options) {
    return letters_with(
        [this](const LetterWritten& event, Send& send, const std::stop_token&) {
          ++calls[event.text];
          ++all_calls;
          crashes = event.text == killer || all_calls == crash_at_call;
          send(ConfirmLetter{event.letter_id, {}});
        },
        std::move(options));
  }
  std::vector<ParkedMessage> held() { return *open()->parked({}, 0, 1000); }

  std::shared_ptr<lasagne::detail::MemoryBacking> backing = std::make_shared<lasagne::detail::MemoryBacking>();
  Timestamp now{1'000'000};
  bool crashes = false;
  std::string killer;
  int crash_at_call = 0;
  std::map<std::string, int> calls;  // by text
  int all_calls = 0;
};

TEST_F(EffectCrashTest, AnEffectThatEndsTheProcessParksAfterItsAttemptsAndItsNeighboursAreCalledOnceMoreAtMost) {
  {
    const auto store = open();
    for (std::size_t n = 0; n < 40; ++n) write(*store, n, std::to_string(n));
  }
  killer = "7";
  int crashed = 0;
  while (!run() && crashed < 20) {
    ++crashed;
    now = now + 1h;
  }
  EXPECT_EQ(crashed, 5);  // RetryPolicy::attempts
  EXPECT_EQ(calls[killer], 5);
  for (const auto& [text, count] : calls) {
    if (text != killer) {
      EXPECT_LE(count, 2) << text;
    }
  }
  EXPECT_EQ(calls.size(), 40U);
  const auto store = open();
  EXPECT_EQ(all<LetterConfirmed>(*store).size(), 39U);
  const auto parked = held();
  ASSERT_EQ(parked.size(), 1U);
  EXPECT_EQ(parked[0].status, ParkedMessage::Status::parked);
  EXPECT_EQ(parked[0].attempts, 5U);
  EXPECT_NE(parked[0].error.find("the process ended during the call"), std::string::npos) << parked[0].error;
}

TEST_F(EffectCrashTest, ACrashRepeatsNoMoreCallsThanAreMadeAtOnceAlsoFarBehind) {
  const std::size_t far = 2000;
  {
    const auto store = open();
    Runtime writer(*store, {Module{"letters"}.decider<Letter>()});
    for (std::size_t n = 0; n < far; ++n) ASSERT_TRUE(writer.send(WriteLetter{letter(n), std::to_string(n)}));
    ASSERT_TRUE(writer.run_until_idle());
  }
  HandlerOptions options;
  options.calls_at_once = 8;
  crash_at_call = 1234;
  EXPECT_FALSE(run(options));
  now = now + 1h;
  EXPECT_TRUE(run(options));
  EXPECT_EQ(calls.size(), far);
  EXPECT_LE(all_calls, static_cast<int>(far) + 8);
  EXPECT_GT(all_calls, static_cast<int>(far));  // that one was not answered
  EXPECT_TRUE(held().empty());
}

TEST_F(EffectCrashTest, WithOneAttemptNothingIsCalledTwice) {
  {
    const auto store = open();
    for (std::size_t n = 0; n < 3; ++n) write(*store, n, std::to_string(n));
  }
  killer = "1";
  HandlerOptions options;
  options.retry.attempts = 1;
  options.calls_at_once = 1;
  EXPECT_FALSE(run(options));
  EXPECT_TRUE(run(options));
  EXPECT_EQ(calls, (std::map<std::string, int>{{"0", 1}, {"1", 1}, {"2", 1}}));
  ASSERT_EQ(held().size(), 1U);
}

TEST_F(EffectCrashTest, AMessageThatIsBeingCalledIsNeitherRetriedNorEditedAndMayBeSkipped) {
  {
    const auto store = open();
    write(*store, 0, "0");
  }
  killer = "0";
  EXPECT_FALSE(run());
  const auto entry = held().at(0);
  EXPECT_EQ(entry.status, ParkedMessage::Status::calling);
  EXPECT_EQ(entry.attempts, 1U);
  const auto store = open();
  Runtime runtime(*store, {module({})}, {[this] { return now; }});
  EXPECT_EQ(runtime.retry_parked(entry.processor, entry.position).error().code, lasagne::ErrorCode::invalid);
  EXPECT_EQ(runtime.edit_and_retry_parked(entry.processor, entry.position, "{}").error().code,
            lasagne::ErrorCode::invalid);
  EXPECT_TRUE(runtime.skip_parked(entry.processor, entry.position));
  EXPECT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(calls["0"], 1);
}

}  // namespace effect_restart_test
