#include "sqlite_fixture.hpp"

namespace lasagne::detail {
namespace {

class SqliteBackingTest : public SqliteTest {};

std::vector<Position> positions(const std::vector<MessagePtr>& messages) {
  std::vector<Position> found;
  for (const auto& message : messages) found.push_back(message->position);
  return found;
}
using Positions = std::vector<Position>;

TEST_F(SqliteBackingTest, KeepsMessagesWhole) {
  auto batch = four_messages();
  auto first = std::make_shared<Message>(*batch.messages[0].message);
  first->kind = MessageKind::command;
  first->metadata.causation_id.bytes[3] = 7;
  first->metadata.traceparent = "00-aa-bb-01";
  batch.messages[0].message = first;
  auto backing = open(file());
  ASSERT_TRUE(backing->write(batch));
  const auto read = backing->read_all(0, 4, {}, 10);
  ASSERT_TRUE(read && read->messages.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const Message& was = *batch.messages[i].message;
    const Message& is = *read->messages[i];
    EXPECT_EQ(is.position, was.position);
    EXPECT_EQ(is.revision, was.revision);
    EXPECT_EQ(is.id, was.id);
    EXPECT_EQ(is.kind, was.kind);
    EXPECT_EQ(is.recorded_at, was.recorded_at);
    EXPECT_EQ(is.stream, was.stream);
    EXPECT_EQ(is.type, was.type);
    EXPECT_EQ(is.data, was.data);
    EXPECT_EQ(is.metadata, was.metadata);
  }
}

TEST_F(SqliteBackingTest, LoadsWhereItStoppedAlsoAfterScavenge) {
  auto backing = open(file());
  auto batch = four_messages();
  batch.checkpoints["p"] = 3;
  ASSERT_TRUE(backing->write(batch));
  Batch removal;
  removal.streams[1] = StreamRow{1, "A-1", StreamState::deleted, 2, 3, {}};
  ASSERT_TRUE(backing->write(removal));
  EXPECT_EQ(backing->scavenge(Timestamp{}).value(), 3U);
  backing.reset();
  backing = open(file());
  const auto opened = backing->load();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->last_position, 4U);
  EXPECT_EQ(opened->last_recorded_at.microseconds, 4'000'000);
  EXPECT_EQ(opened->last_stream_id, 2U);
  EXPECT_EQ(opened->checkpoints.at("p"), 3U);
  const auto stream = backing->find_stream("A-1");
  ASSERT_TRUE(stream && *stream);
  EXPECT_EQ((*stream)->state, StreamState::deleted);
  EXPECT_EQ((*stream)->head, 2U);
  EXPECT_EQ(positions(backing->read_all(0, 4, {}, 10)->messages), (Positions{2}));
}

TEST_F(SqliteBackingTest, ReadsStreamsBothWays) {
  auto backing = open(file());
  ASSERT_TRUE(backing->write(four_messages()));
  const auto row = backing->find_stream("A-1").value().value();
  EXPECT_EQ(row.head, 2U);
  EXPECT_EQ(positions(*backing->read_stream(row, 0, 2, Direction::forwards, 2)), (Positions{1, 3}));
  EXPECT_EQ(positions(*backing->read_stream(row, 0, 2, Direction::backwards, 2)), (Positions{4, 3}));
  EXPECT_FALSE(backing->find_stream("C-3").value());
}

TEST_F(SqliteBackingTest, FiltersByTypeStreamAndCategory) {
  auto backing = open(file());
  ASSERT_TRUE(backing->write(four_messages()));
  const auto read = [&](const Filter& filter, std::size_t limit = 10) {
    return *backing->read_all(0, 4, filter, limit);
  };
  EXPECT_EQ(positions(read({{"Other"}, {}, {}}).messages), (Positions{2, 4}));
  EXPECT_EQ(positions(read({{}, {"A"}, {}}).messages), (Positions{1, 3, 4}));
  EXPECT_EQ(positions(read({{}, {}, {"B-2"}}).messages), (Positions{2}));
  EXPECT_EQ(positions(read({{"Other"}, {"A"}, {"B-2"}}).messages), (Positions{2, 4}));
  EXPECT_TRUE(read({{"Unknown"}, {}, {}}).messages.empty());
  EXPECT_EQ(read({{"Unknown"}, {}, {}}).scanned_to, 4U);
  EXPECT_EQ(read({{"Other"}, {}, {}}, 1).scanned_to, 2U);
  EXPECT_EQ(positions(*backing->read_process(message(1, "A-1", 0)->metadata.correlation_id, 1, 10)), (Positions{3}));
}

TEST_F(SqliteBackingTest, ScavengesByCountAndAge) {
  auto backing = open(file());
  auto batch = four_messages();
  batch.streams[1].limits.max_count = 2;
  batch.streams[2].limits.max_age = Duration{1'000'000};
  ASSERT_TRUE(backing->write(batch));
  EXPECT_EQ(backing->scavenge(Timestamp{3'000'000}).value(), 1U);
  EXPECT_EQ(backing->scavenge(Timestamp{3'000'001}).value(), 1U);
  EXPECT_EQ(positions(backing->read_all(0, 4, {}, 10)->messages), (Positions{3, 4}));
  EXPECT_EQ(backing->find_stream("B-2").value()->head, 0U);
}

TEST_F(SqliteBackingTest, KeepsTimersAndParkedMessages) {
  auto backing = open(file());
  Timer timer{"k", Timestamp{5}, "A-1", {}};
  timer.message.id.bytes[0] = 9;
  timer.message.type = "Late";
  Batch batch;
  batch.timers["k"] = timer;
  batch.parked[{"p", 7}] = ParkedMessage{"p", 7, "A-1", ParkedMessage::Status::retrying, 2, Timestamp{8}, "why", "{}"};
  ASSERT_TRUE(backing->write(batch));
  EXPECT_EQ(backing->find_timer("k").value(), timer.message.id);
  EXPECT_EQ(backing->next_timer().value(), Timestamp{5});
  EXPECT_TRUE(backing->due_timers(Timestamp{4}, 10)->empty());
  EXPECT_EQ(backing->due_timers(Timestamp{5}, 10)->at(0).message.type, "Late");
  EXPECT_TRUE(*backing->has_parked("p", 7));
  EXPECT_EQ(backing->parked("", 0, 10)->at(0).error, "why");
  Batch removal;
  removal.timers["k"] = std::nullopt;
  removal.parked[{"p", 7}] = std::nullopt;
  ASSERT_TRUE(backing->write(removal));
  EXPECT_FALSE(backing->find_timer("k").value());
  EXPECT_FALSE(backing->next_timer().value());
  EXPECT_FALSE(*backing->has_parked("p", 7));
}

}  // namespace
}  // namespace lasagne::detail
