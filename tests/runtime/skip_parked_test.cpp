// Skipping parked messages while others work.
#include <gtest/gtest.h>

#include <functional>

#include "lasagne/forwarding_store.hpp"
#include "letters.hpp"

namespace skip_parked_test {

using namespace letters;
using lasagne::Await;
using lasagne::Commit;
using lasagne::Committed;
using lasagne::HandlerOptions;
using lasagne::Module;
using lasagne::Result;
using lasagne::Runtime;

// Somebody else does something between what a skip reads and what it commits.
class BusyStore final : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    const bool skips = !commit.checkpoint && !commit.parked_removed.empty();
    if (skips && meanwhile) std::exchange(meanwhile, nullptr)();
    return ForwardingStore::append(commit, await);
  }
  std::function<void()> meanwhile;
};

// Confirms letters of one text in order, but none that says "no".
struct Clerk {
  using Event = std::variant<LetterWritten>;
  static std::string key(const LetterWritten&) { return "all"; }
  static void on(const LetterWritten& event, Send& send) {
    if (event.text == "no") throw std::runtime_error("this letter is refused");
    send(ConfirmLetter{event.letter_id, {}});
  }
};
struct ClerkOutside : Clerk {};

enum class Kind : std::uint8_t { saga, effect };

class SkipParkedTest : public ::testing::TestWithParam<Kind> {
 protected:
  static Module module() {
    HandlerOptions options;
    options.retry.attempts = 1;
    Module letters = Module{"letters"}.decider<Letter>();
    if (GetParam() == Kind::saga) return std::move(letters).saga<Clerk>(options);
    return std::move(letters).effect(ClerkOutside{}, options);
  }

  std::unique_ptr<lasagne::Store> real = lasagne::open("memory:");
  BusyStore store{*real};
};

TEST_P(SkipParkedTest, AMessageThatIsQueuedBehindItMeanwhileIsHandled) {
  Runtime runtime(store, {module()});
  ASSERT_TRUE(runtime.execute(WriteLetter{letter(1), "no"}));
  ASSERT_TRUE(runtime.run_until_idle());
  ASSERT_EQ(runtime.parked()->size(), 1U);
  const auto entry = runtime.parked()->at(0).entry;
  store.meanwhile = [&] {
    for (std::size_t n = 2; n <= 3; ++n) {
      ASSERT_TRUE(runtime.execute(WriteLetter{letter(n), "yes"}));
      ASSERT_TRUE(runtime.run_until_idle());
    }
    ASSERT_EQ(runtime.parked()->size(), 3U);
  };
  ASSERT_TRUE(runtime.skip_parked(entry.processor, entry.position));
  ASSERT_TRUE(runtime.run_until_idle());
  const auto confirmed = all<LetterConfirmed>(*real);
  ASSERT_EQ(confirmed.size(), 2U);
  EXPECT_EQ(confirmed[0].letter_id, letter(2));
  EXPECT_EQ(confirmed[1].letter_id, letter(3));
  EXPECT_TRUE(runtime.parked()->empty());
}

// The process ends before it can go on with what it queued.
TEST_P(SkipParkedTest, AMessageThatWasQueuedBehindItIsHandledAfterARestart) {
  {
    Runtime runtime(store, {module()});
    ASSERT_TRUE(runtime.execute(WriteLetter{letter(1), "no"}));
    ASSERT_TRUE(runtime.run_until_idle());
    const auto entry = runtime.parked()->at(0).entry;
    store.meanwhile = [&] {
      ASSERT_TRUE(runtime.execute(WriteLetter{letter(2), "yes"}));
      ASSERT_TRUE(runtime.run_until_idle());
    };
    ASSERT_TRUE(runtime.skip_parked(entry.processor, entry.position));
  }
  Runtime runtime(store, {module()});
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(all<LetterConfirmed>(*real).size(), 1U);
  EXPECT_TRUE(runtime.parked()->empty());
}

INSTANTIATE_TEST_SUITE_P(Runtime, SkipParkedTest, ::testing::Values(Kind::saga, Kind::effect),
                         [](const auto& of) { return of.param == Kind::saga ? "OfASaga" : "OfAnEffect"; });

}  // namespace skip_parked_test
