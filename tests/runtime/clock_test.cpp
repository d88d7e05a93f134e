// One clock: that of the runtime is the one that messages are recorded by, in every store.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "lasagne/runtime.hpp"
#include "support/repeats_domain.hpp"

namespace clock_test {

using namespace repeats_domain;
using namespace std::chrono_literals;
using lasagne::Duration;
using lasagne::Timestamp;

class ClockTest : public testing::TestWithParam<const char*> {
 protected:
  ClockTest() {
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder " + folder);
  }
  ~ClockTest() override {
    runtime.reset();
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  void open(const lasagne::OpenOptions& options, std::function<Timestamp()> clock) {
    runtime.reset();
    store.reset();
    const std::string scheme = GetParam();
    store = lasagne::open(scheme == "memory" ? "memory:" : "sqlite:" + folder + "/store.db", options);
    lasagne::RuntimeOptions runtime_options;
    runtime_options.clock = std::move(clock);
    runtime = std::make_unique<lasagne::Runtime>(*store, modules(), runtime_options);
  }
  void order(int n) {
    const auto id = Uuid::derive({}, "order " + std::to_string(n));
    ASSERT_TRUE(runtime->send(Order{id, 1}));
    ASSERT_TRUE(runtime->run_until_idle());
  }
  std::vector<lasagne::MessagePtr> log() { return store->read_all(0, {}, 1'000)->messages; }
  std::size_t reminded() { return store->read_all(0, {{}, {"Calendar"}, {}}, 1'000)->messages.size(); }

  std::string folder = (std::filesystem::temp_directory_path() / "lasagne-clock-XXXXXX").string();
  Timestamp now{1'500'000'000'000'000};
  std::unique_ptr<lasagne::Store> store;
  std::unique_ptr<lasagne::Runtime> runtime;
};

TEST_P(ClockTest, TheRuntimesClockReachesTheTimeOfRecordingAndTheTimers) {
  open({}, [this] { return now; });
  order(1);
  for (const auto& message : log()) EXPECT_EQ(message->recorded_at, now) << message->type;
  const auto due = store->due_timers(now + Duration(1min), 10);
  ASSERT_TRUE(due);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->front().due, now + Duration(1min));
  now = now + Duration(59s);
  ASSERT_TRUE(runtime->run_until_idle());
  EXPECT_EQ(reminded(), 0U);
  now = now + Duration(1s);
  ASSERT_TRUE(runtime->run_until_idle());
  EXPECT_EQ(reminded(), 1U);
  EXPECT_EQ(log().back()->recorded_at, now);
}

TEST_P(ClockTest, TheStoresClockIsTheRuntimesUnlessThatHasItsOwn) {
  open({.clock = [this] { return now; }}, nullptr);
  order(1);
  for (const auto& message : log()) EXPECT_EQ(message->recorded_at, now) << message->type;
  now = now + Duration(1min);
  ASSERT_TRUE(runtime->run_until_idle());
  EXPECT_EQ(reminded(), 1U);
}

TEST_P(ClockTest, AStoreClockThatThrowsIsTheSystemsClock) {
  open({.clock = []() -> Timestamp { throw 42; }}, nullptr);
  EXPECT_GT(store->now().microseconds, now.microseconds);
  order(1);
  EXPECT_GT(log().back()->recorded_at, now);
}

TEST_P(ClockTest, OneMessageOfTheFarFutureDoesNotKeepTheTimeThere) {
  std::string told;
  const lasagne::OpenOptions options{.log = [&](const std::string& text) { told += text + "\n"; }};
  open(options, [this] { return now; });
  order(1);
  const auto today = now;
  now = now + Duration(std::chrono::days(365 * 80));
  order(2);
  EXPECT_NE(told.find("jumped"), std::string::npos) << told;
  now = today + Duration(1h);
  if (std::string(GetParam()) == "sqlite") open(options, [this] { return now; });  // also by what the file says
  order(3);
  EXPECT_NE(told.find("was ahead"), std::string::npos) << told;
  EXPECT_EQ(log().back()->recorded_at, now);
  now = now + Duration(1min);
  ASSERT_TRUE(runtime->run_until_idle());
  EXPECT_EQ(reminded(), 2U) << "those of the first and the third order";
}

TEST_P(ClockTest, ALogThatBeginsInTheFarFutureDoesNotStayThere) {
  std::string told;
  const lasagne::OpenOptions options{.log = [&](const std::string& text) { told += text + "\n"; }};
  const Timestamp today{1'790'000'000'000'000};
  now = today + Duration(std::chrono::days(365 * 80));
  open(options, [this] { return now; });
  order(1);
  now = today;
  if (std::string(GetParam()) == "sqlite") open(options, [this] { return now; });  // also by what the file says
  order(2);
  EXPECT_NE(told.find("was ahead"), std::string::npos) << told;
  EXPECT_EQ(log().back()->recorded_at, now);
}

INSTANTIATE_TEST_SUITE_P(Stores, ClockTest, testing::Values("memory", "sqlite"),
                         [](const auto& scheme) { return std::string(scheme.param); });

}  // namespace clock_test
