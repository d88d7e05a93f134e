// Commands from outside: what is answered, and when; several at once; loading.
#include <gtest/gtest.h>

#include "jobs_domain.hpp"
#include "lasagne/forwarding_store.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"

namespace commands_test {

using namespace jobs_domain;
using lasagne::Await;
using lasagne::Commit;
using lasagne::Committed;
using lasagne::Direction;
using lasagne::ErrorCode;
using lasagne::Module;
using lasagne::Position;
using lasagne::Result;
using lasagne::Revision;
using lasagne::Runtime;
using lasagne::StreamSlice;

Uuid id_of(int n) { return Uuid::derive(Uuid{}, "commands " + std::to_string(n)); }

// Counts what is read of streams, and can refuse to flush.
class WatchedStore final : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<StreamSlice> read_stream(std::string_view stream, Revision from, Direction direction,
                                  std::size_t limit) override {
    auto slice = ForwardingStore::read_stream(stream, from, direction, limit);
    if (slice) messages_read += slice->messages.size();
    return slice;
  }
  Result<Committed> append(const Commit& commit, Await await) override {
    commits.push_back(commit);
    if (disk_fails && await == Await::durable) return lasagne::fail(ErrorCode::failed, "the disk fails");
    return ForwardingStore::append(commit, disk_fails ? Await::visible : await);
  }
  Result<void> flush(Position position) override {
    if (disk_fails && position > durable_position()) return lasagne::fail(ErrorCode::failed, "the disk fails");
    return ForwardingStore::flush(position);
  }
  std::size_t messages_read = 0;
  bool disk_fails = false;
  std::vector<Commit> commits;
};

class Commands : public ::testing::Test {
 protected:
  Commands() { faults = {}; }
  WatchedStore store{lasagne::open("memory:")};
  lasagne::Timestamp now{1'000'000'000};
  Runtime runtime{
      store, {Module{"jobs"}.decider<Job>(), Module{"notes"}.decider<Notes>()}, {.clock = [this] { return now; }}};
};

TEST_F(Commands, ExecuteAnswersWithTheRecordedEventsTheirRevisionAndPosition) {
  ASSERT_TRUE(runtime.execute(OpenJob{id_of(9), "other"}));
  const auto opened = runtime.execute(OpenJob{id_of(1), "paint"}, {.traceparent = "00-aa-bb-01"});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->position, 2U);
  EXPECT_EQ(opened->etag->revision, 0U);
  ASSERT_EQ(opened->events.size(), 1U);
  const auto& event = *opened->events[0];
  EXPECT_EQ(event.type, lasagne::type_name<JobOpened>);
  EXPECT_EQ(event.position, opened->position);
  EXPECT_EQ(event.revision, 0U);
  EXPECT_EQ(event.stream, opened->stream);
  EXPECT_EQ(event.recorded_at, now);
  EXPECT_EQ(event.metadata.correlation_id, opened->correlation_id);
  EXPECT_EQ(event.metadata.traceparent, "00-aa-bb-01");
  EXPECT_EQ(lasagne::from_json<JobOpened>(event.data)->title, "paint");

  ASSERT_TRUE(runtime.execute(CloseJob{id_of(1)}));
  const auto nothing = runtime.execute(CloseJob{id_of(1)});
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->events.empty());
  EXPECT_EQ(nothing->etag->revision, 1U);
  EXPECT_EQ(nothing->position, 3U) << "what the answer rests on";
}

// What a rejection rests on might be gone after a crash, and the command accepted.
TEST_F(Commands, ARejectionIsAnsweredOnlyOnceWhatItRestsOnIsDurable) {
  ASSERT_TRUE(runtime.execute(OpenJob{id_of(1), "a"}));
  store.disk_fails = true;
  EXPECT_FALSE(runtime.execute(CloseJob{id_of(1)})) << "this is visible only";
  const auto refused = runtime.execute(DoWork{id_of(1), 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, lasagne::Refusal::Kind::failed) << "the job might be open again after a crash";
  store.disk_fails = false;
  const auto rejected = runtime.execute(DoWork{id_of(1), 1});
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().kind, lasagne::Refusal::Kind::rejected);
  EXPECT_EQ(store.durable_position(), store.visible_position());
}

TEST_F(Commands, NothingToDoIsAnsweredOnlyOnceWhatItRestsOnIsDurable) {
  ASSERT_TRUE(runtime.execute(OpenJob{id_of(1), "a"}));
  store.disk_fails = true;
  EXPECT_FALSE(runtime.execute(CloseJob{id_of(1)}));
  EXPECT_FALSE(runtime.execute(CloseJob{id_of(1)}));
  store.disk_fails = false;
  EXPECT_TRUE(runtime.execute(CloseJob{id_of(1)}));
}

TEST_F(Commands, LoadAnswersOnlyWhatIsDurable) {
  ASSERT_TRUE(runtime.execute(OpenJob{id_of(1), "a"}));
  EXPECT_TRUE(runtime.load<Job>(id_of(1))->state.open);
  store.disk_fails = true;
  EXPECT_FALSE(runtime.execute(CloseJob{id_of(1)}));
  EXPECT_FALSE(runtime.load<Job>(id_of(1))) << "that it is closed might be gone after a crash";
  EXPECT_FALSE(runtime.load<Job>(id_of(2))) << "that there is none rests on the log's end, too";
  store.disk_fails = false;
  const auto loaded = runtime.load<Job>(id_of(1));
  ASSERT_TRUE(loaded);
  EXPECT_FALSE(loaded->state.open);
  EXPECT_EQ(loaded->etag->revision, 1U);
  EXPECT_EQ(store.durable_position(), store.visible_position());
  EXPECT_FALSE(runtime.load<Job>(id_of(2))->etag);
}

TEST_F(Commands, LoadTakesAStateThatIsAtHandAndLeavesItThere) {
  ASSERT_TRUE(runtime.execute(OpenJob{id_of(1), "a"}));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(runtime.execute(DoWork{id_of(1), 1}));
  store.messages_read = 0;
  for (int i = 0; i < 3; ++i) {
    const auto loaded = runtime.load<Job>(id_of(1));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->state.total, 1000);
    EXPECT_EQ(loaded->etag->revision, 1000U);
  }
  ASSERT_TRUE(runtime.execute(DoWork{id_of(1), 1}));
  EXPECT_EQ(runtime.load<Job>(id_of(1))->state.total, 1001);
  EXPECT_EQ(store.messages_read, 0U) << "nothing was folded again";
}

TEST_F(Commands, SentTogetherTheyAreInTheLogTogetherAndInOrder) {
  store.commits.clear();
  const auto sent = runtime.send_all({OpenJob{id_of(1), "a"},
                                      {DoWork{id_of(1), 5}, {.id = id_of(100), .traceparent = "00-aa-bb-01"}},
                                      NoteRejection{id_of(2), "note"},
                                      DoWork{id_of(1), 6}});
  ASSERT_TRUE(sent) << sent.error().message;
  ASSERT_EQ(sent->size(), 4U);
  EXPECT_EQ(store.commits.size(), 1U);
  EXPECT_EQ(sent->at(1).id, id_of(100));
  EXPECT_EQ(sent->at(3).position, 4U);
  EXPECT_EQ(store.durable_position(), 4U);
  const auto bus = store.read_stream("jobs__commands", 0, Direction::forwards, 10);
  ASSERT_EQ(bus->messages.size(), 3U);
  EXPECT_EQ(bus->messages[1]->id, id_of(100));
  EXPECT_EQ(bus->messages[1]->metadata.traceparent, "00-aa-bb-01");
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(runtime.load<Job>(id_of(1))->state.total, 11);
}

struct Unheard {
  Uuid job_id;
};

TEST_F(Commands, OfWhichOneCannotBeSentNoneIsSent) {
  const auto refused = runtime.send_all({OpenJob{id_of(1), "a"}, Unheard{id_of(2)}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_NE(refused.error().message.find("Unheard"), std::string::npos) << refused.error().message;
  const auto large = runtime.send_all({OpenJob{id_of(1), "a"}, OpenJob{id_of(3), std::string(2 << 20, 'x')}});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::invalid);
  EXPECT_EQ(store.visible_position(), 0U);
  const auto none = runtime.send_all({});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST_F(Commands, AreRecordedByTheRuntimesClock) {
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  ASSERT_TRUE(runtime.run_until_idle());
  now = now + std::chrono::hours(1);
  ASSERT_TRUE(runtime.execute(DoWork{id_of(1), 1}));
  const auto all = store.read_all(0, {}, 10)->messages;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]->recorded_at, lasagne::Timestamp{1'000'000'000});
  EXPECT_EQ(all[1]->recorded_at, lasagne::Timestamp{1'000'000'000});
  EXPECT_EQ(all[2]->recorded_at, now);
}

// What is only visible of a command that was handled is handled again after a crash, and counted once.
struct CountWorks {
  using Event = std::variant<WorkDone>;
  static void on(const WorkDone& event, Send& send) {
    send(NoteRejection{send.new_id("note"), std::to_string(event.amount)});
  }
};

TEST(HandledOnce, ACommandThatIsHandledAgainAfterItsAnswerWasLostLeavesNoSecondEvent) {
  faults = {};
  // Each commit is in the log, and its first answer is lost on the way.
  class LosingAnswers final : public lasagne::ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Result<Committed> append(const Commit& commit, Await await) override {
      auto committed = ForwardingStore::append(commit, await);
      const bool lost = commit.checkpoint && !commit.appends.empty() && ++hops % 2 == 1;
      if (committed && lost) return lasagne::fail(ErrorCode::commit_unknown, "the answer was lost");
      return committed;
    }
    int hops = 0;
  };
  LosingAnswers store(lasagne::open("memory:"));
  Runtime runtime(store, {Module{"jobs"}.decider<Job>().decider<Notes>().saga<CountWorks>()});
  ASSERT_TRUE(runtime.send(OpenJob{id_of(1), "a"}));
  ASSERT_TRUE(runtime.run_until_idle());
  for (int i = 1; i <= 10; ++i) {
    ASSERT_TRUE(runtime.send(DoWork{id_of(1), i}));
    ASSERT_TRUE(runtime.run_until_idle());
  }
  const auto types = [&](std::string_view type) {
    std::vector<std::string> causes;
    const auto slice = store.read_all(0, {{std::string(type)}, {}, {}}, 1000);
    for (const auto& message : slice->messages) {
      causes.push_back(message->metadata.causation_id.to_string());
    }
    return causes;
  };
  for (const auto type : {lasagne::type_name<WorkDone>, lasagne::type_name<RejectionNoted>}) {
    auto causes = types(type);
    EXPECT_EQ(causes.size(), 10U) << type;
    std::ranges::sort(causes);
    EXPECT_EQ(std::ranges::adjacent_find(causes), causes.end()) << "one cause, two effects: " << type;
  }
  EXPECT_EQ(runtime.load<Job>(id_of(1))->state.total, 55);
}

}  // namespace commands_test
