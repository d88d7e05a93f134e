// A store that fails under a started runtime.
#include <gtest/gtest.h>

#include <future>

#include "letters.hpp"
#include "store/watched_backing.hpp"

namespace store_failure_test {

using namespace letters;
using lasagne::ErrorCode;
using lasagne::Module;
using lasagne::Runtime;

constexpr std::string_view untouched = "Untouched-1";

// Does not return before it is let go.
struct Stuck {
  using Event = std::variant<LetterWritten>;
  std::shared_ptr<std::promise<void>> entered = std::make_shared<std::promise<void>>();
  std::shared_future<void> let_go;
  void on(const LetterWritten&, Send&) const {
    entered->set_value();
    let_go.wait();
  }
};

struct Archiver {
  using Event = std::variant<LetterConfirmed>;
  static void on(const LetterConfirmed&, Send&) {}
};

class StoreFailureTest : public ::testing::Test {
 protected:
  std::unique_ptr<lasagne::Store> open() {
    return *lasagne::detail::LogStore::open(backing, [] { return lasagne::Timestamp{1}; });
  }
  void SetUp() override {
    lasagne::Commit commit;
    const auto id = letter(0);
    commit.appends.push_back({std::string(untouched),
                              lasagne::ExpectedRevision::any(),
                              {{id, lasagne::MessageKind::event, "Touched", "{}", {id, {}, {}}}}});
    ASSERT_TRUE(open()->append(commit));
    store = open();
  }
  // As somebody who looks at a stream that nobody has read since the store was opened.
  void find_damage() {
    backing->damaged = true;
    const auto read = store->read_stream(untouched, 0, lasagne::Direction::forwards, 1);
    ASSERT_FALSE(read);
    ASSERT_EQ(read.error().code, ErrorCode::failed);
  }

  std::shared_ptr<lasagne::detail::WatchedBacking> backing = std::make_shared<lasagne::detail::WatchedBacking>();
  std::unique_ptr<lasagne::Store> store;
};

// The processors have nothing to do, and the thread of most of them is busy: that of the effect hears of it.
TEST_F(StoreFailureTest, IsToldOfByAnEffectThatIsIdleWhenAUserFindsDamage) {
  std::promise<void> let_go;
  Stuck stuck;
  stuck.let_go = let_go.get_future();
  std::promise<lasagne::Error> failed;
  lasagne::RuntimeOptions options;
  options.failed = [&](const lasagne::Error& error) { failed.set_value(error); };
  Runtime runtime(*store, {Module{"letters"}.decider<Letter>().saga(stuck).effect(Archiver{})}, options);
  runtime.start();
  ASSERT_TRUE(runtime.wait_until_idle());
  write(*store, 1, "a letter");
  stuck.entered->get_future().wait();
  find_damage();
  EXPECT_EQ(failed.get_future().wait_for(patience), std::future_status::ready);
  EXPECT_TRUE(runtime.failure());
  let_go.set_value();
  EXPECT_TRUE(runtime.stop());
}

TEST_F(StoreFailureTest, IsToldOfByProcessorsThatAreIdleWhenAUserFindsDamage) {
  std::promise<lasagne::Error> failed;
  lasagne::RuntimeOptions options;
  options.failed = [&](const lasagne::Error& error) { failed.set_value(error); };
  Runtime runtime(*store, {Module{"letters"}.decider<Letter>()}, options);
  runtime.start();
  ASSERT_TRUE(runtime.wait_until_idle());
  find_damage();
  EXPECT_EQ(failed.get_future().wait_for(patience), std::future_status::ready);
  EXPECT_TRUE(runtime.stop());
}

}  // namespace store_failure_test
