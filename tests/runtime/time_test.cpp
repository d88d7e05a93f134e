// Clocks that go wrong, waits of a year, and the ends of time.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <limits>

#include "jobs_domain.hpp"
#include "store/log/log_store.hpp"
#include "store/sqlite/sqlite_backing.hpp"

namespace diary {

using lasagne::Decision;
using lasagne::Send;
using lasagne::Timestamp;
using lasagne::Uuid;

struct OpenDiary {
  Uuid diary_id;
  int days = 0;
  Timestamp first;
};
struct WriteDay {
  Uuid diary_id;
  int day = 0;
};
struct DiaryOpened {
  Uuid diary_id;
  int days = 0;
  Timestamp first;
};
struct DayWritten {
  Uuid diary_id;
  int day = 0;
};

struct Diary {
  static constexpr std::string_view category = "Diary";
  using Command = std::variant<OpenDiary, WriteDay>;
  using Event = std::variant<DiaryOpened, DayWritten>;
  using State = int;
  static Uuid id(const auto& command) { return command.diary_id; }
  static State evolve(State state, const DiaryOpened&) { return state; }
  static State evolve(State state, const DayWritten&) { return state + 1; }
  static Decision<Event> decide(const OpenDiary& command, const State&) {
    return DiaryOpened{command.diary_id, command.days, command.first};
  }
  static Decision<Event> decide(const WriteDay& command, const State&) {
    return DayWritten{command.diary_id, command.day};
  }
};

// A timer while a job is open.
struct JobDeadline {
  using Event = std::variant<jobs_domain::JobOpened, jobs_domain::JobClosed>;
  static std::string key(const Uuid& job_id) { return "close " + job_id.to_string(); }
  static void on(const jobs_domain::JobOpened& opened, Send& send) {
    send.after(std::chrono::hours(1), key(opened.job_id), jobs_domain::CloseJob{opened.job_id});
  }
  static void on(const jobs_domain::JobClosed& closed, Send& send) { send.cancel(key(closed.job_id)); }
};

// One timer for each day, all set at once.
struct Calendar {
  using Event = std::variant<DiaryOpened>;
  static void on(const DiaryOpened& opened, Send& send) {
    for (int day = 0; day < opened.days; ++day) {
      const auto due = opened.first + std::chrono::hours(24) * day;
      send.at(due, "day " + std::to_string(day), WriteDay{opened.diary_id, day});
    }
  }
};

}  // namespace diary

namespace {

using namespace diary;
using namespace std::chrono_literals;
using lasagne::Duration;
using lasagne::RetryPolicy;

constexpr Timestamp new_year{1'767'225'600'000'000};  // 2026-01-01
constexpr auto day = 24h;
const Uuid id = Uuid::derive({}, "diary");

// A SQLite store and a runtime with one clock, which the test moves.
class TimeTest : public ::testing::Test {
 protected:
  TimeTest() {
    auto name = (std::filesystem::temp_directory_path() / "lasagne-time-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    jobs_domain::faults = {};
    restart();
  }
  ~TimeTest() override {
    runtime.reset();
    store.reset();
    std::filesystem::remove_all(directory_);
  }

  // As after a crash: nothing is told to stop.
  void restart() {
    runtime.reset();
    store.reset();
    const auto clock = [this] { return now; };
    auto backing = lasagne::detail::open_sqlite_backing((directory_ / "store.db").string(), {}).value();
    store = lasagne::detail::LogStore::open(std::move(backing), clock).value();
    auto diaries = lasagne::Module{"diaries"}.decider<Diary>().saga<Calendar>();
    RetryPolicy retry;
    retry.jitter = 0;
    auto jobs = lasagne::Module{"jobs"}.decider<jobs_domain::Job>().retry_commands(retry);
    runtime = std::make_unique<lasagne::Runtime>(*store, std::vector<lasagne::Module>{diaries, jobs},
                                                 lasagne::RuntimeOptions{clock, {}});
  }
  void settle() {
    const auto done = runtime->run_until_idle();
    ASSERT_TRUE(done) << done.error().message;
  }
  // The days that are written, in order.
  std::vector<int> days() {
    std::vector<int> found;
    const auto slice = store->read_all(0, {lasagne::stored_names<DayWritten>(), {}, {}}, 10'000).value();
    for (const auto& message : slice.messages) found.push_back(lasagne::from_json<DayWritten>(message->data)->day);
    return found;
  }
  static std::vector<int> up_to(int last) {
    std::vector<int> all;
    for (int i = 0; i <= last; ++i) all.push_back(i);
    return all;
  }

  Timestamp now = new_year;
  std::unique_ptr<lasagne::Store> store;
  std::unique_ptr<lasagne::Runtime> runtime;
  std::filesystem::path directory_;
};

TEST_F(TimeTest, AYearOfTimersFiresEachOnItsDayAndOnceOverRestarts) {
  constexpr int year = 366;
  ASSERT_TRUE(runtime->execute(OpenDiary{id, year, new_year}));
  for (int today = 0; today < year; ++today) {
    now = new_year + day * today - Duration{1};
    settle();
    ASSERT_EQ(days(), up_to(today - 1)) << "before day " << today;
    if (today % 30 == 7) restart();
    now = new_year + day * today;
    settle();
    if (today % 30 == 8) restart();
    ASSERT_EQ(days(), up_to(today)) << "on day " << today;
  }
  EXPECT_FALSE(store->next_timer()->has_value());
  now = now + day * year;
  settle();
  EXPECT_EQ(days().size(), static_cast<std::size_t>(year));
}

TEST_F(TimeTest, AYearThatWasSleptThroughFiresInOrderOfDueTime) {
  ASSERT_TRUE(runtime->execute(OpenDiary{id, 366, new_year}));
  settle();
  restart();
  now = new_year + day * 400;
  settle();
  EXPECT_EQ(days(), up_to(365));
}

TEST_F(TimeTest, AClockThatGoesBackFiresNoTimerTwiceAndNoneEarly) {
  ASSERT_TRUE(runtime->execute(OpenDiary{id, 3, new_year}));
  now = new_year + day;
  settle();
  EXPECT_EQ(days(), up_to(1));
  now = new_year - day;
  settle();
  restart();
  settle();
  EXPECT_EQ(days(), up_to(1));
  now = new_year + day * 2 - Duration{1};
  settle();
  EXPECT_EQ(days(), up_to(1));
  now = new_year + day * 2;
  settle();
  EXPECT_EQ(days(), up_to(2));
}

TEST_F(TimeTest, TimersReachTheEndsOfTimeAndNotPastThem) {
  constexpr Timestamp last{253'402'300'799'999'999};
  ASSERT_TRUE(runtime->execute(OpenDiary{id, 3, last - day}));  // the third would be due after the year 9999
  now = last - Duration{1};
  settle();
  EXPECT_EQ(days(), up_to(0));
  restart();
  now = last;
  settle();
  EXPECT_EQ(days(), up_to(2));
  restart();
  ASSERT_TRUE(runtime->execute(OpenDiary{Uuid::derive({}, "past"), 1, Timestamp{-62'167'219'200'000'000}}));
  settle();
  EXPECT_EQ(days().size(), 4U) << "what was due in the year 0 is due";
}

TEST_F(TimeTest, ARetryDoesNotWaitForAClockThatWentBack) {
  jobs_domain::faults.failures["DoWork 5"] = 1;
  ASSERT_TRUE(runtime->execute(jobs_domain::OpenJob{id, "paint"}));
  ASSERT_TRUE(runtime->send(jobs_domain::DoWork{id, 5}));
  settle();
  ASSERT_EQ(runtime->parked()->size(), 1U) << "waits for its next attempt";
  now = now - day;
  settle();
  EXPECT_EQ(runtime->load<jobs_domain::Job>(id)->state.total, 5);
  EXPECT_TRUE(runtime->parked()->empty());
}

// A later entry of that kind must not wait behind an earlier one that is in its right.
TEST_F(TimeTest, NoRetryWaitsForAClockThatWentBackWhileOthersWaitInTheirRight) {
  const Uuid other = Uuid::derive({}, "other");
  jobs_domain::faults.failures["DoWork 5"] = 1;
  ASSERT_TRUE(runtime->execute(jobs_domain::OpenJob{id, "paint"}));
  ASSERT_TRUE(runtime->execute(jobs_domain::OpenJob{other, "sand"}));
  ASSERT_TRUE(runtime->send(jobs_domain::DoWork{id, 5}));
  settle();
  now = now - day;
  jobs_domain::faults.failures["DoWork 6"] = 1;
  ASSERT_TRUE(runtime->send(jobs_domain::DoWork{other, 6}));
  settle();
  EXPECT_EQ(runtime->load<jobs_domain::Job>(id)->state.total, 5);
  EXPECT_EQ(runtime->load<jobs_domain::Job>(other)->state.total, 0) << "its wait has just begun";
  now = now + 100ms;
  settle();
  EXPECT_EQ(runtime->load<jobs_domain::Job>(other)->state.total, 6);
}

// The stores have their own clocks, the system's.
TEST_F(TimeTest, AnHourPassesByTheRuntimesClock) {
  for (const auto& url : {std::string("memory:"), "sqlite:" + (directory_ / "hour.db").string()}) {
    const auto other = lasagne::open(url);
    const auto count = [&](std::string_view type) {
      return other->read_all(0, {{std::string(type)}, {}, {}}, 10).value().messages.size();
    };
    const Timestamp noon = new_year + std::chrono::hours(12);
    Timestamp clock = noon;
    const auto jobs = lasagne::Module{"jobs"}.decider<jobs_domain::Job>().forwarder<jobs_domain::JobForwarder>();
    const auto invoices = lasagne::Module{"invoices"}.decider<jobs_domain::Invoice>().saga<jobs_domain::Invoicing>();
    lasagne::Runtime waiting{*other, {jobs, invoices}, {.clock = [&] { return clock; }}};
    ASSERT_TRUE(waiting.send(jobs_domain::OpenJob{id, "paint"}));
    ASSERT_TRUE(waiting.send(jobs_domain::CloseJob{id}));
    ASSERT_TRUE(waiting.run_until_idle());
    const auto all = other->read_all(0, {}, 100).value();
    for (const auto& message : all.messages) EXPECT_EQ(message->recorded_at, noon) << url << ' ' << message->type;
    EXPECT_EQ(other->next_timer().value(), noon + std::chrono::hours(24)) << url << ": Send::after";
    clock = noon + std::chrono::hours(24) - Duration{1};
    ASSERT_TRUE(waiting.run_until_idle());
    EXPECT_EQ(count(lasagne::type_name<jobs_domain::InvoiceReminded>), 0U) << url;
    clock = clock + Duration{1};
    ASSERT_TRUE(waiting.run_until_idle());
    EXPECT_EQ(count(lasagne::type_name<jobs_domain::InvoiceReminded>), 1U) << url;
  }
}

TEST_F(TimeTest, TheTimeOfRecordingStaysWhereItWasWhileTheClockIsBehindIt) {
  ASSERT_TRUE(runtime->execute(jobs_domain::OpenJob{id, "paint"}));
  now = now - day;
  restart();
  ASSERT_TRUE(runtime->execute(jobs_domain::DoWork{id, 5}));
  const auto slice = store->read_stream("Job-" + id.to_string(), 0, lasagne::Direction::forwards, 10).value();
  ASSERT_EQ(slice.messages.size(), 2U);
  EXPECT_EQ(slice.messages[0]->recorded_at, new_year);
  EXPECT_EQ(slice.messages[1]->recorded_at, new_year);
}

TEST(TimersOfOneHop, AreThoseThatTheLastOfItsMessagesLeavesSet) {
  using namespace jobs_domain;
  faults = {};
  const auto store = lasagne::open("memory:");
  lasagne::Runtime runtime(*store, {lasagne::Module{"jobs"}.decider<Job>().saga<JobDeadline>()});
  const auto closed = Uuid::derive(Uuid{}, "closed");
  const auto opened_again = Uuid::derive(Uuid{}, "opened again");
  ASSERT_TRUE(runtime.send_all({OpenJob{closed, "a"}, CloseJob{closed}, OpenJob{opened_again, "a"},
                                CloseJob{opened_again}, OpenJob{opened_again, "b"}}));
  ASSERT_TRUE(runtime.run_until_idle());
  ASSERT_EQ(store->read_all(0, {{"JobOpened", "JobClosed"}, {}, {}}, 10)->messages.size(), 5U);
  const auto timers = store->due_timers(Timestamp{253'402'300'799'000'000}, 10);
  ASSERT_TRUE(timers);
  ASSERT_EQ(timers->size(), 1U);
  EXPECT_EQ(timers->at(0).key, "jobs/" + JobDeadline::key(opened_again));
}

TEST(Backoff, NeverLeavesItsBounds) {
  const auto infinity = std::numeric_limits<double>::infinity();
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto first : {Duration::min(), Duration{-1}, Duration{0}, Duration{1}, Duration::max()}) {
    for (const auto longest : {Duration{0}, Duration{1}, Duration{30'000'000}, Duration::max()}) {
      for (const double factor : {-1.0, 0.0, 1.0, 2.0, 1e300, infinity, nan}) {
        for (const double jitter : {-1.0, 0.0, 0.2, 1.0, 7.0, nan}) {
          for (const std::uint32_t attempts : {0U, 1U, 2U, 64U, 5000U, UINT32_MAX}) {
            const auto wait = RetryPolicy{attempts, first, factor, longest, jitter, {}}.backoff(attempts, 42);
            ASSERT_GE(wait, Duration{0}) << first << " * " << factor << " ~ " << jitter << " after " << attempts;
            ASSERT_LE(wait, longest) << first << " * " << factor << " ~ " << jitter << " after " << attempts;
          }
        }
      }
    }
  }
}

TEST(Backoff, GrowsByItsFactorUpToTheLongest) {
  RetryPolicy policy;
  policy.jitter = 0;
  EXPECT_EQ(policy.backoff(1, 0), 100ms);
  EXPECT_EQ(policy.backoff(2, 0), 200ms);
  EXPECT_EQ(policy.backoff(9, 0), 25'600ms);
  EXPECT_EQ(policy.backoff(10, 0), 30s);
  EXPECT_EQ(policy.backoff(UINT32_MAX, 0), 30s);
}

}  // namespace
