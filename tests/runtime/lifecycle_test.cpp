// The life of a runtime: stopped late and started again, beside another one, over a store that fails.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "jobs_domain.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"

namespace lifecycle_test {

using namespace jobs_domain;
using lasagne::ErrorCode;
using lasagne::Module;
using lasagne::Runtime;
using namespace std::chrono_literals;

lasagne::Uuid id_of(int n) { return lasagne::Uuid::derive(lasagne::Uuid{}, "test " + std::to_string(n)); }

Module jobs_module() { return Module{"jobs"}.decider<Job>(); }

std::size_t count(lasagne::Store& store, const std::string& type) {
  return store.read_all(0, {{type}, {}, {}}, 1000)->messages.size();
}

// An effect that does not return before it is let go.
struct Stuck {
  using Event = std::variant<JobOpened>;
  std::shared_ptr<std::promise<void>> entered = std::make_shared<std::promise<void>>();
  std::shared_future<void> let_go;
  void on(const JobOpened&, Send&) const {
    entered->set_value();
    let_go.wait();
  }
};

TEST(Lifecycle, StartedAgainAfterAStopThatDidNotEndInTimeItGoesOn) {
  faults = {};
  const auto store = lasagne::open("memory:");
  std::promise<void> let_go;
  Stuck stuck;
  stuck.let_go = let_go.get_future();
  Runtime runtime(*store, {jobs_module().effect<Stuck>(stuck)});
  runtime.start();
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  stuck.entered->get_future().wait();
  EXPECT_FALSE(runtime.stop(1ms));
  let_go.set_value();
  runtime.start();
  ASSERT_TRUE(runtime.send(DoWork{id_of(1), 1}));
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_EQ(count(*store, "WorkDone"), 1U);
  EXPECT_TRUE(runtime.stop());
}

TEST(Lifecycle, RunUntilIdleIsRefusedWhileStarted) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {jobs_module()});
  runtime.start();
  const auto refused = runtime.run_until_idle();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
}

TEST(Lifecycle, ARuntimeThatLosesItsCheckpointTellsOfItOnce) {
  faults = {};
  const auto store = lasagne::open("memory:");
  std::vector<std::string> told;
  lasagne::RuntimeOptions options;
  options.log = [&](const lasagne::LogEntry& entry) { told.push_back(entry.text); };
  Runtime first(*store, {jobs_module()});
  Runtime second(*store, {jobs_module()}, options);
  ASSERT_TRUE(first.send(OpenJob{id_of(1), "a"}));
  ASSERT_TRUE(first.run_until_idle());
  ASSERT_TRUE(second.run_until_idle());
  for (int i = 2; i < 5; ++i) {
    ASSERT_TRUE(first.send(OpenJob{id_of(i), "a"}));
    ASSERT_TRUE(first.run_until_idle());
  }
  ASSERT_TRUE(second.send(OpenJob{id_of(9), "a"}));
  ASSERT_TRUE(second.run_until_idle());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("jobs/commands: another runtime moved the checkpoint"), std::string::npos) << told[0];
}

TEST(Lifecycle, AStoreThatFailsEndsTheProcessorsAndIsToldOf) {
  faults = {};
  const auto backing = std::make_shared<lasagne::detail::MemoryBacking>();
  std::atomic<bool> broken{false};
  backing->before_write([&](const auto&) -> lasagne::Result<void> {
    if (broken) return lasagne::fail(ErrorCode::failed, "the disk is full");
    return {};
  });
  auto store = lasagne::detail::LogStore::open(backing, [] { return lasagne::Timestamp{1}; });
  ASSERT_TRUE(store);
  std::promise<lasagne::Error> failed, failed_again;
  lasagne::RuntimeOptions options;
  std::atomic<int> failures{0};
  options.failed = [&](const lasagne::Error& error) { (failures++ == 0 ? failed : failed_again).set_value(error); };
  Runtime runtime(**store, {jobs_module()}, options);
  runtime.start();
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_FALSE(runtime.failure());

  broken = true;
  EXPECT_FALSE(runtime.send(DoWork{id_of(1), 1}));
  auto telling = failed.get_future();
  ASSERT_EQ(telling.wait_for(60s), std::future_status::ready);  // though the processors have nothing to do
  const auto told = telling.get();
  EXPECT_EQ(told.code, ErrorCode::failed);
  EXPECT_NE(told.message.find("the disk is full"), std::string::npos) << told.message;
  EXPECT_EQ(runtime.failure().value().message, told.message);
  EXPECT_EQ(runtime.wait_until_idle().error().code, ErrorCode::failed);
  runtime.start();
  EXPECT_TRUE(failed_again.get_future().wait_for(60s) == std::future_status::ready)
      << "the processors run again, and fail again";
  EXPECT_TRUE(runtime.stop());
}

TEST(Lifecycle, AHandlerThatThrowsInExecuteIsNoFaultOfTheCaller) {
  faults = {};
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {jobs_module()});
  ASSERT_TRUE(runtime.execute(OpenJob{id_of(1), "a"}));
  faults.deny = "DoWork 5";
  const auto refused = runtime.execute(DoWork{id_of(1), 5});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, lasagne::Refusal::Kind::failed);
  EXPECT_EQ(refused.error().error.code, ErrorCode::handler_failed);
  EXPECT_EQ(count(*store, "WorkDone"), 0U);
}

struct Thrower {
  static constexpr std::string_view category = "Thrower";
  using Command = std::variant<CloseJob>;
  using Event = std::variant<JobClosed>;
  using State = int;
  static Uuid id(const CloseJob& command) { return command.job_id; }
  static State evolve(State state, const JobClosed&) { return state; }
  static Decision<Event> decide(const CloseJob&, const State&) { throw 42; }
};

TEST(Lifecycle, WhatIsThrownInExecuteAndIsNoExceptionDoesNotReachTheCaller) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {Module{"throwing"}.decider<Thrower>()});
  const auto refused = runtime.execute(CloseJob{id_of(1)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, ErrorCode::handler_failed);
}

TEST(Lifecycle, StoppedAndStartedFromSeveralThreadsItEndsInOrderAndLosesNothing) {
  faults = {};
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {jobs_module().forwarder<JobForwarder>()});
  std::atomic<int> sent{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        runtime.start();
        sent += runtime.send(OpenJob{id_of(1000 * t + i), "a"}) ? 1 : 0;
        if (i % 3 == 0) (void)runtime.wait_until_idle();
        EXPECT_TRUE(runtime.stop());
        if (i % 5 == 0) (void)runtime.run_until_idle();
        (void)runtime.failure();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sent, 100);
  EXPECT_TRUE(runtime.stop());
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(count(*store, "JobOpened"), 100U);
}

TEST(Lifecycle, EveryOneOfSeveralStopsIsAnsweredWhenTheThreadsHaveEndedOrAtItsOwnBound) {
  faults = {};
  const auto store = lasagne::open("memory:");
  std::promise<void> let_go;
  Stuck stuck;
  stuck.let_go = let_go.get_future();
  Runtime runtime(*store, {jobs_module().effect<Stuck>(stuck)});
  runtime.start();
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  stuck.entered->get_future().wait();
  auto patient = std::async(std::launch::async, [&] { return runtime.stop(1h); });
  auto other = std::async(std::launch::async, [&] { return runtime.stop(std::chrono::milliseconds::max()); });
  EXPECT_FALSE(runtime.stop(1ms));
  auto again = std::async(std::launch::async, [&] { runtime.start(); });
  let_go.set_value();
  EXPECT_TRUE(patient.get());
  EXPECT_TRUE(other.get());
  again.get();
  EXPECT_TRUE(runtime.stop());
}

// Calls the runtime that runs it.
struct Meddler {
  using Event = std::variant<JobOpened>;
  inline static std::function<void()> meddle;
  static void on(const JobOpened&, Send&) { meddle(); }
};

struct MeddlingEffect : Meddler {};

class Meddling : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Lifecycle, Meddling, ::testing::Values(false, true),
                         [](const auto& effect) { return effect.param ? "Effect" : "Saga"; });

TEST_P(Meddling, WhatWouldWaitForItselfIsRefused) {
  faults = {};
  const auto store = lasagne::open("memory:");
  std::atomic<int> told{0};
  lasagne::RuntimeOptions options;
  options.log = [&](const lasagne::LogEntry& entry) {
    told += entry.text.find("Runtime::start was called by") != std::string::npos ? 1 : 0;
  };
  Runtime runtime(*store, {GetParam() ? jobs_module().effect<MeddlingEffect>() : jobs_module().saga<Meddler>()},
                  options);
  std::atomic<int> met{0};
  Meddler::meddle = [&] {
    runtime.start();
    EXPECT_EQ(runtime.run_until_idle().error().code, ErrorCode::invalid);
    EXPECT_EQ(runtime.wait_until_idle().error().code, ErrorCode::invalid);
    ++met;
  };
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(met, 1);
  EXPECT_EQ(told, 1);
  runtime.start();
  ASSERT_TRUE(runtime.send(OpenJob{id_of(2), "a"}));
  ASSERT_TRUE(runtime.wait_until_idle());
  EXPECT_EQ(met, 2);
  Meddler::meddle = [&] { EXPECT_FALSE(runtime.stop()) << "it can only be asked for"; };
  ASSERT_TRUE(runtime.send(OpenJob{id_of(3), "a"}));
  EXPECT_EQ(runtime.wait_until_idle().error().code, ErrorCode::unavailable);
  EXPECT_TRUE(runtime.stop());
  Meddler::meddle = nullptr;
}

// What a clock or a log asks the runtime must not wait for the stop that called it.
TEST(Lifecycle, AStopCallsTheClockWithNothingLocked) {
  faults = {};
  const auto store = lasagne::open("memory:");
  std::atomic<bool> stopping{false};
  std::atomic<int> unanswered{0};
  std::function<void()> ask;  // the runtime, on another thread
  lasagne::RuntimeOptions options;
  options.clock = [&] {
    if (stopping) ask();
    return lasagne::Timestamp{1};
  };
  std::mutex mutex;
  std::vector<std::future<void>> asking;
  {
    Runtime runtime(*store, {jobs_module().effect<MeddlingEffect>()}, options);
    ask = [&] {
      const std::scoped_lock lock(mutex);
      asking.push_back(std::async(std::launch::async, [&] { (void)runtime.failure(); }));
      if (asking.back().wait_for(10s) != std::future_status::ready) ++unanswered;
    };
    runtime.start();
    ASSERT_TRUE(runtime.wait_until_idle());
    stopping = true;
    EXPECT_TRUE(runtime.stop());
    stopping = false;
    asking.clear();
  }
  EXPECT_EQ(unanswered, 0);
}

TEST(Lifecycle, AStopDoesNotWaitLongerThanItsBound) {
  faults = {};
  const auto store = lasagne::open("memory:");
  std::promise<void> let_go;
  Stuck stuck;
  stuck.let_go = let_go.get_future();
  Runtime runtime(*store, {jobs_module().effect<Stuck>(stuck)});
  runtime.start();
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  stuck.entered->get_future().wait();
  // The handler is not let go while it waits. A bound of 30 times what was promised would be seen.
  auto stopped = std::async(std::launch::async, [&] { return runtime.stop(2s); });
  EXPECT_EQ(stopped.wait_for(60s), std::future_status::ready);
  let_go.set_value();
  EXPECT_FALSE(stopped.get());
}

// What one handler call sends.
struct FirstInvoicer {
  using Event = std::variant<JobOpened>;
  static void on(const JobOpened& event, Send& send) {
    send(IssueInvoice{send.new_id("invoice"), event.job_id, 1});
    send(IssueInvoice{send.new_id("second invoice"), event.job_id, 2});
  }
};
struct SecondInvoicer {
  using Event = std::variant<JobOpened>;
  static void on(const JobOpened& event, Send& send) {
    send(IssueInvoice{send.new_id("invoice"), event.job_id, 3});
    send.after(1h, "remind", RemindInvoice{event.job_id});
    send.cancel("remind");
    send.after(2h, "pay", PayInvoice{event.job_id});
    send.cancel("pay");
    send.after(3h, "pay", PayInvoice{event.job_id});
  }
};

class TwoSagas : public ::testing::Test {
 protected:
  void SetUp() override {
    faults = {};
    ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
    ASSERT_TRUE(runtime.run_until_idle());
  }
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  Runtime runtime{*store, {jobs_module().decider<Invoice>().saga<FirstInvoicer>().saga<SecondInvoicer>()}};
};

TEST_F(TwoSagas, MakeDifferentIdsForOnePurpose) {
  EXPECT_EQ(count(*store, "InvoiceIssued"), 3U);
  EXPECT_EQ(count(*store, "lasagne.CommandRejected"), 0U);
}

TEST_F(TwoSagas, CancelWhatTheyHaveJustSet) {
  const auto timers = store->due_timers(lasagne::Timestamp{253'402'300'799'000'000}, 10);
  ASSERT_TRUE(timers);
  ASSERT_EQ(timers->size(), 1U);
  EXPECT_EQ(timers->at(0).key, "jobs/pay");
}

// Listens to what is another module's own, and to what that module publishes.
struct Eavesdropper {
  using Event = std::variant<JobOpened, JobClosed, JobFinished>;
  static void on(const JobOpened&, Send& send) { note(send, "opened"); }
  static void on(const JobClosed&, Send& send) { note(send, "closed"); }
  static void on(const JobFinished&, Send& send) { note(send, "finished"); }
  static void note(Send& send, const std::string& what) { send(NoteRejection{send.new_id("note"), what}); }
};

// A forwarder that publishes the internal events as they are.
struct PlainForwarder {
  using Decider = Job;
  using Event = std::variant<JobOpened, JobClosed>;
  static auto on(const auto& event, const JobState&) { return event; }
};

TEST(Lifecycle, AModuleSeesOfAnotherOneWhatItPublishesOnly) {
  faults = {};
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {jobs_module().forwarder<JobForwarder>().forwarder<PlainForwarder>(),
                           Module{"notes"}.decider<Notes>().saga<Eavesdropper>()});
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  ASSERT_TRUE(runtime.send(CloseJob{id_of(1)}));
  ASSERT_TRUE(runtime.run_until_idle());
  ASSERT_EQ(count(*store, "JobClosed"), 2U);  // recorded, and published
  EXPECT_EQ(count(*store, "RejectionNoted"), 3U) << "of the three that were published";
}

TEST(Lifecycle, AHandlerThatListsAnInternalEventOfAnotherModuleIsRefused) {
  const auto store = lasagne::open("memory:");
  try {
    Runtime runtime(*store,
                    {jobs_module().forwarder<JobForwarder>(), Module{"notes"}.decider<Notes>().saga<Eavesdropper>()});
    FAIL() << "it never gets JobOpened";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "processor notes/saga/lifecycle_test.Eavesdropper lists JobOpened, which never comes to it: it is an "
                 "internal event of module jobs. Let a forwarder there publish an external event");
  }
}

// An attempt may be under way, and would put back what was there before.
TEST(Parked, WhatIsBeingRetriedIsNotRetriedOrEditedBesides) {
  faults = {};
  faults.failures["DoWork 5"] = 1;
  const auto store = lasagne::open("memory:");
  lasagne::Timestamp now{1'000'000};
  Runtime runtime(*store, {jobs_module()}, {[&] { return now; }});
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  ASSERT_TRUE(runtime.send(DoWork{id_of(1), 5}));
  ASSERT_TRUE(runtime.run_until_idle());
  const auto waiting = runtime.parked()->at(0).entry;
  ASSERT_EQ(waiting.status, lasagne::ParkedMessage::Status::retrying);
  EXPECT_EQ(runtime.retry_parked(waiting.processor, waiting.position).error().code, ErrorCode::invalid);
  EXPECT_EQ(runtime.edit_and_retry_parked(waiting.processor, waiting.position, "{}").error().code, ErrorCode::invalid);
  ASSERT_TRUE(runtime.skip_parked(waiting.processor, waiting.position));
  now = now + 1h;
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(count(*store, "WorkDone"), 0U);
  EXPECT_TRUE(runtime.parked()->empty());
}

}  // namespace lifecycle_test
