// The bounds of ProcessorLimits and RuntimeLimits: at each of them, and one past it.
#include <gtest/gtest.h>

#include "jobs_domain.hpp"
#include "lasagne/forwarding_store.hpp"
#include "runtime/processor_set.hpp"
#include "runtime/runtime_impl.hpp"

namespace bounds_test {

using namespace jobs_domain;
using lasagne::Await;
using lasagne::Commit;
using lasagne::Committed;
using lasagne::ErrorCode;
using lasagne::ExpectedRevision;
using lasagne::MessageKind;
using lasagne::Module;
using lasagne::NewMessage;
using lasagne::Result;
using lasagne::Runtime;
using lasagne::detail::Processor;
using lasagne::detail::ProcessorLimits;
using lasagne::detail::RuntimeLimits;
using namespace std::chrono_literals;

constexpr Timestamp now{1'000'000};

Uuid id_of(std::size_t n) { return Uuid::derive(Uuid{}, "bounds " + std::to_string(n)); }

// Keeps what each commit was, and refuses as many as told to.
class WatchedStore : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    if (conflicts > 0) {
      --conflicts;
      return lasagne::fail(ErrorCode::conflict, "somebody was faster");
    }
    commits.push_back(commit);
    return real().append(commit, await);
  }

  std::vector<Commit> commits;
  std::size_t conflicts = 0;
};

// One command that a saga turns into a hundred.
struct NotesToCome {
  Uuid note_id;
};
struct Repeat {
  Uuid note_id;
};
struct Repeater {
  static constexpr std::string_view category = "Repeater";
  using Command = std::variant<Repeat>;
  using Event = std::variant<NotesToCome>;
  using State = int;
  static Uuid id(const Repeat& command) { return command.note_id; }
  static State evolve(State state, const NotesToCome&) { return state; }
  static lasagne::Decision<Event> decide(const Repeat& command, const State&) { return NotesToCome{command.note_id}; }
};
struct FanOut {
  static constexpr std::size_t width = 100;
  using Event = std::variant<NotesToCome>;
  static void on(const NotesToCome&, Send& send) {
    for (std::size_t i = 0; i < width; ++i) {
      send(NoteRejection{send.new_id("note " + std::to_string(i)), "repeated"});
    }
  }
};

class Bounds : public ::testing::Test {
 protected:
  Bounds() { faults = {}; }

  Processor& processor(const std::string& name) {
    for (const auto& each : processors) {
      if (each->name() == name) return *each;
    }
    throw std::logic_error("no processor " + name);
  }

  template <class Message>
  void append(const std::string& stream, MessageKind kind, std::size_t count, const std::function<Message(int)>& make) {
    for (std::size_t begin = 0; begin < count; begin += lasagne::Limits::messages_per_commit) {
      Commit commit;
      commit.appends.push_back({stream, ExpectedRevision::any(), {}});
      for (std::size_t i = begin; i < std::min(count, begin + lasagne::Limits::messages_per_commit); ++i) {
        auto encoded = lasagne::detail::encode(make(static_cast<int>(i)));
        const auto id = id_of(++made_);
        commit.appends[0].messages.push_back(
            {id, kind, std::move(encoded.type), std::move(encoded.data), {id, id, {}}});
      }
      const auto appended = real->append(commit);
      ASSERT_TRUE(appended) << appended.error().message;
    }
  }
  void send_notes(std::size_t count) {
    append<NoteRejection>("work__commands", MessageKind::command, count,
                          [](int i) { return NoteRejection{id_of(1'000'000 + static_cast<std::size_t>(i)), "noted"}; });
  }

  std::unique_ptr<lasagne::Store> real = lasagne::open("memory:");
  WatchedStore store{*real};
  lasagne::detail::Registry registry{
      {Module{"work"}.decider<Job>().decider<Notes>().decider<Repeater>().saga<FanOut>()}};
  lasagne::detail::StateCache cache;
  const lasagne::detail::RuntimeLog log;
  std::vector<std::unique_ptr<Processor>> processors = lasagne::detail::make_processors(store, registry, cache, log);
  Processor& bus = processor("work/commands");

 private:
  std::size_t made_ = 0;
};

TEST_F(Bounds, AHopTakesABatchAndNoMessageMore) {
  send_notes(ProcessorLimits::batch_messages + 1);
  ASSERT_TRUE(bus.step(now).value());
  ASSERT_TRUE(bus.step(now).value());
  EXPECT_FALSE(bus.step(now).value());
  ASSERT_EQ(store.commits.size(), 2U);
  EXPECT_EQ(store.commits[0].checkpoint->to, ProcessorLimits::batch_messages);
  EXPECT_EQ(store.commits[0].appends.size(), ProcessorLimits::batch_messages);
  EXPECT_EQ(store.commits[1].appends.size(), 1U);
}

TEST_F(Bounds, AHopTakesMoreOnlyFarFromTheEnd) {
  send_notes(ProcessorLimits::far_messages);
  ASSERT_TRUE(bus.step(now).value());
  EXPECT_EQ(bus.position(), ProcessorLimits::batch_messages) << "what is this near the end is not far";
  send_notes(1000);
  ASSERT_TRUE(bus.step(now).value());
  EXPECT_EQ(bus.position(), ProcessorLimits::batch_messages + ProcessorLimits::batch_behind);
}

TEST_F(Bounds, AHopEndsOnceItHasStagedItsOutput) {
  append<NotesToCome>("Repeater-x", MessageKind::event, 10, [](int) { return NotesToCome{}; });
  ASSERT_TRUE(processor("work/saga/bounds_test.FanOut").step(now).value());
  constexpr auto taken = (ProcessorLimits::batch_output + FanOut::width - 1) / FanOut::width;
  ASSERT_EQ(store.commits.size(), 1U);
  EXPECT_EQ(store.commits[0].checkpoint->to, taken);
  EXPECT_EQ(store.commits[0].appends[0].messages.size(), taken * FanOut::width);
}

TEST_F(Bounds, WhatConcernsNobodyMovesTheCheckpointAfterAWhileOnly) {
  auto& saga = processor("work/saga/bounds_test.FanOut");
  send_notes(ProcessorLimits::unmarked_scan - 1);
  EXPECT_FALSE(saga.step(now).value());
  EXPECT_EQ(saga.position(), ProcessorLimits::unmarked_scan - 1) << "it has read on";
  EXPECT_EQ(real->checkpoint("work/saga/bounds_test.FanOut"), 0U);
  send_notes(1);
  EXPECT_TRUE(saga.step(now).value());
  EXPECT_EQ(real->checkpoint("work/saga/bounds_test.FanOut"), ProcessorLimits::unmarked_scan);
}

TEST_F(Bounds, AProcessorThatHoldsTooManyMessagesReadsNoFurtherUntilTheyAreSettled) {
  append<OpenJob>("work__commands", MessageKind::command, 1, [](int) { return OpenJob{id_of(0), "a"}; });
  faults.deny = "DoWork 0";
  append<DoWork>("work__commands", MessageKind::command, ProcessorLimits::held_messages + 1000,
                 [](int i) { return DoWork{id_of(0), i == 0 ? 0 : 1}; });
  while (bus.step(now).value()) {
  }
  const auto stopped_at = bus.position();
  const auto held = stopped_at - 1;  // all but the first message
  EXPECT_GE(held, ProcessorLimits::held_messages);
  EXPECT_LT(held, ProcessorLimits::held_messages + ProcessorLimits::batch_behind) << "one hop past it at most";
  bus.reload();  // as after a restart
  EXPECT_FALSE(bus.step(now).value());
  EXPECT_EQ(bus.position(), stopped_at);

  // Mended and retried, the key goes on in order, and what had not been read joins it.
  faults.deny.clear();
  const auto blocked = real->parked("work/commands", 0, 1)->at(0);
  Runtime runtime(*real, {Module{"work"}.decider<Job>()});
  ASSERT_TRUE(runtime.retry_parked(blocked.processor, blocked.position));
  bus.reload();
  while (bus.step(now).value()) {
  }
  EXPECT_EQ(real->parked("work/commands", 0, 1)->size(), 0U);
  const auto last = real->read_stream("Job-" + id_of(0).to_string(), UINT64_MAX, lasagne::Direction::backwards, 1);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->messages.at(0)->revision, ProcessorLimits::held_messages + 1000);
}

TEST_F(Bounds, AfterConflictsInARowAProcessorPausesAndThenBeginsAnew) {
  send_notes(1);
  store.conflicts = ProcessorLimits::conflicts_in_a_row + 1;
  for (std::size_t i = 0; i < ProcessorLimits::conflicts_in_a_row; ++i) ASSERT_TRUE(bus.step(now).value());
  const auto paused = bus.step(now);
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().code, ErrorCode::unavailable);
  ASSERT_TRUE(bus.step(now).value());
  EXPECT_EQ(store.commits.size(), 1U);
}

TEST_F(Bounds, TimersFireSoManyInAStepAndTheOthersInTheNext) {
  Commit commit;
  for (std::size_t i = 0; i < ProcessorLimits::timers_in_a_row + 1; ++i) {
    auto encoded = lasagne::detail::encode(NoteRejection{id_of(i), "timed"});
    const NewMessage message{id_of(i), MessageKind::command, encoded.type, encoded.data, {id_of(i), id_of(i), {}}};
    commit.timers_set.push_back({"work/" + std::to_string(i), now, "work__commands", message});
  }
  ASSERT_TRUE(real->append(commit));
  auto& timers = processor("timers");
  ASSERT_TRUE(timers.step(now).value());
  EXPECT_EQ(store.commits.size(), ProcessorLimits::timers_in_a_row);
  ASSERT_TRUE(timers.step(now).value());
  EXPECT_EQ(store.commits.size(), ProcessorLimits::timers_in_a_row + 1);
  EXPECT_FALSE(timers.step(now).value());
}

TEST_F(Bounds, ExecuteDecidesAgainAfterSoManyConflictsAndAnswersTheNext) {
  Runtime runtime(store, {Module{"work"}.decider<Job>()});
  store.conflicts = RuntimeLimits::reloads_on_conflict;
  EXPECT_TRUE(runtime.execute(OpenJob{id_of(1), "a"}));
  store.conflicts = RuntimeLimits::reloads_on_conflict + 1;
  const auto refused = runtime.execute(DoWork{id_of(1), 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, lasagne::Refusal::Kind::conflict);
  EXPECT_EQ(store.conflicts, 0U);
  EXPECT_TRUE(runtime.execute(DoWork{id_of(1), 1})) << "the state was not spoiled";
}

// Two handlers that give each other something to do for ever.
struct Echo {
  using Event = std::variant<RejectionNoted>;
  static void on(const RejectionNoted&, Send& send) { send(NoteRejection{send.new_id("echo"), "again"}); }
};

TEST_F(Bounds, WorkThatNeverEndsIsGivenUpAfterItsRoundsAndSaysSo) {
  lasagne::RuntimeOptions options;
  options.rounds_until_idle = 50;
  Runtime runtime(store, {Module{"work"}.decider<Notes>().saga<Echo>()}, options);
  ASSERT_TRUE(runtime.send(NoteRejection{id_of(1), "first"}));
  const auto ended = runtime.run_until_idle();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::handler_failed);
  EXPECT_NE(ended.error().message.find("50 rounds"), std::string::npos) << ended.error().message;
}

TEST_F(Bounds, WorkThatEndsWithinItsRoundsIsDone) {
  lasagne::RuntimeOptions options;
  options.rounds_until_idle = 2;  // the first does all of it, the second finds that there is nothing left
  Runtime runtime(store, {Module{"work"}.decider<Notes>()}, options);
  ASSERT_TRUE(runtime.send(NoteRejection{id_of(1), "only"}));
  EXPECT_TRUE(runtime.run_until_idle());
}

}  // namespace bounds_test
