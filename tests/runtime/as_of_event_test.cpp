// A forwarder sees the aggregate as of its event, also when the beginning of the stream is gone; never later.
#include <gtest/gtest.h>

#include "jobs_domain.hpp"

namespace as_of_event_test {

using namespace jobs_domain;
using lasagne::Direction;
using lasagne::ExpectedRevision;
using lasagne::Module;
using lasagne::Revision;
using lasagne::Runtime;

struct WorkSeen {
  Uuid job_id;
  int amount = 0;
  int total = 0;  // of the state as of the event
};
struct SumState {
  int total = 0;
};
// The sum of what reads, so that a state tells which events it was folded from.
struct Sum {
  static constexpr std::string_view category = "Job";
  using Command = std::variant<CloseJob>;
  using Event = std::variant<JobOpened, WorkDone, JobClosed>;
  using State = SumState;
  static Uuid id(const auto& command) { return command.job_id; }
  static State evolve(State state, const JobOpened&) { return state; }
  static State evolve(State state, const WorkDone& event) { return {state.total + event.amount}; }
  static State evolve(State state, const JobClosed&) { return state; }
  static Decision<Event> decide(const CloseJob&, const State&) { return Decision<Event>{}; }
};
struct WorkForwarder {
  using Decider = Sum;
  using Event = std::variant<WorkDone>;
  static WorkSeen on(const WorkDone& event, const SumState& state) { return {event.job_id, event.amount, state.total}; }
};

class AsOfEvent : public ::testing::Test {
 protected:
  // The forwarder, and the decider whose stream it reads, live in modules of the same name that run in turn.
  void SetUp() override {
    faults = {};
    Runtime writer(*store, {Module{"jobs"}.decider<Job>()});
    ASSERT_TRUE(writer.execute(OpenJob{id, "a"}));
    for (const int amount : {1, 10, 100, 1000, 10'000}) ASSERT_TRUE(writer.execute(DoWork{id, amount}));  // 1 to 5
  }
  void limit(std::optional<Revision> truncate_before, std::optional<std::uint64_t> max_count = std::nullopt) {
    ASSERT_TRUE(store->set_stream_limits(stream, {truncate_before, max_count, std::nullopt}));
  }
  void run() {
    forwarding =
        std::make_unique<Runtime>(*store, std::vector{Module{"jobs"}.decider<Sum>().forwarder<WorkForwarder>()});
    ASSERT_TRUE(forwarding->run_until_idle());
  }
  // The totals that were published, in order.
  std::vector<int> totals() {
    std::vector<int> seen;
    const auto published = store->read_stream("jobs__external-events", 0, Direction::forwards, 100);
    if (!published) return seen;
    for (const auto& message : published->messages) seen.push_back(lasagne::from_json<WorkSeen>(message->data)->total);
    return seen;
  }
  // The positions that are parked, as revisions of the stream: the stream is all there is in the log but for what was
  // published after it.
  std::vector<Revision> parked(const std::string& why) {
    std::vector<Revision> revisions;
    const auto views = forwarding->parked();
    for (const auto& view : *views) {
      EXPECT_EQ(view.entry.processor.substr(0, 15), "jobs/forwarder/");
      if (view.entry.status == lasagne::ParkedMessage::Status::parked) {
        EXPECT_NE(view.entry.error.find("can no longer be determined: " + why), std::string::npos) << view.entry.error;
      }
      revisions.push_back(view.entry.position - 1);
    }
    return revisions;
  }

  const Uuid id = Uuid::derive(Uuid{}, "as of event");
  const std::string stream = "Job-" + id.to_string();
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  std::unique_ptr<Runtime> forwarding;
};

TEST_F(AsOfEvent, IsFoldedFromTheWholeStreamUpToTheEvent) {
  run();
  EXPECT_EQ(totals(), (std::vector{1, 11, 111, 1111, 11'111}));
}

TEST_F(AsOfEvent, OfATruncatedStreamIsFoldedFromWhereItBegins) {
  limit(1);
  run();
  EXPECT_EQ(totals(), (std::vector{1, 11, 111, 1111, 11'111}));
}

TEST_F(AsOfEvent, BeforeTheBeginningOfATruncatedStreamParks) {
  limit(4);
  run();
  EXPECT_TRUE(totals().empty()) << "what follows waits for the first";
  EXPECT_EQ(parked("the stream now begins at revision 4"), (std::vector<Revision>{1, 2, 3, 4, 5}));
  for (const Revision revision : {1U, 2U, 3U}) {
    ASSERT_TRUE(forwarding->skip_parked(forwarding->parked()->at(0).entry.processor, revision + 1));
    ASSERT_TRUE(forwarding->run_until_idle());
  }
  EXPECT_EQ(totals(), (std::vector{1000, 11'000}));
}

TEST_F(AsOfEvent, OfADeletedStreamParks) {
  ASSERT_TRUE(store->delete_stream(stream, ExpectedRevision::any()));
  run();
  EXPECT_TRUE(totals().empty());
  EXPECT_EQ(parked("the stream was deleted").size(), 5U);
}

TEST_F(AsOfEvent, OfADeletedStreamThatGoesOnParks) {
  ASSERT_TRUE(store->delete_stream(stream, ExpectedRevision::any()));
  Runtime writer(*store, {Module{"jobs"}.decider<Job>()});
  ASSERT_TRUE(writer.execute(OpenJob{id, "again"}));
  run();
  EXPECT_TRUE(totals().empty());
  EXPECT_EQ(parked("the stream now begins at revision 6").size(), 5U);
}

TEST_F(AsOfEvent, OfATombstonedStreamParks) {
  ASSERT_TRUE(store->tombstone_stream(stream, ExpectedRevision::any()));
  run();
  EXPECT_TRUE(totals().empty());
  EXPECT_EQ(parked("the stream was deleted").size(), 5U);
}

TEST_F(AsOfEvent, OfAStreamCutByCountIsToldWhereAllThatCountedThenStillReads) {
  limit(std::nullopt, 3);  // revisions 3 to 5 read: that is what counted as of revision 5
  run();
  EXPECT_TRUE(totals().empty());
  for (const Revision revision : {1U, 2U}) {
    ASSERT_TRUE(forwarding->skip_parked(forwarding->parked()->at(0).entry.processor, revision + 1));
    ASSERT_TRUE(forwarding->run_until_idle());
  }
  // As of revision 3 the sum began at revision 1, which is gone: 1000 would be wrong, and 11'100 of the future.
  EXPECT_EQ(parked("it counted from revision 1 on then"), (std::vector<Revision>{3, 4, 5}));
  for (const Revision revision : {3U, 4U}) {
    ASSERT_TRUE(forwarding->skip_parked(forwarding->parked()->at(0).entry.processor, revision + 1));
    ASSERT_TRUE(forwarding->run_until_idle());
  }
  EXPECT_EQ(totals(), std::vector{11'100});
}

TEST_F(AsOfEvent, IsTheSameWhetherAStateIsAtHandOrNot) {
  run();
  limit(4);
  Runtime writer(*store, {Module{"jobs"}.decider<Job>()});
  ASSERT_TRUE(writer.execute(OpenJob{id, "again"}));
  ASSERT_TRUE(writer.execute(DoWork{id, 5}));
  ASSERT_TRUE(forwarding->run_until_idle());  // has folded revision 5 before the beginning was cut off
  EXPECT_EQ(totals().back(), 11'005);
}

TEST_F(AsOfEvent, ACommandForATombstonedStreamParksAndStopsNobody) {
  ASSERT_TRUE(store->tombstone_stream(stream, ExpectedRevision::any()));
  Runtime runtime(*store, {Module{"jobs"}.decider<Job>()});
  const auto other = Uuid::derive(id, "other");
  ASSERT_TRUE(runtime.send(CloseJob{id}));
  ASSERT_TRUE(runtime.send(OpenJob{other, "b"}));
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(runtime.parked()->size(), 1U);
  EXPECT_TRUE(runtime.load<Job>(other)->state.open);
}

}  // namespace as_of_event_test
