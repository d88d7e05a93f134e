// What scavenging leaves of a file: each message that still reads, every index that leads to it, and sound checksums.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "lasagne/verify.hpp"
#include "sqlite_fixture.hpp"
#include "sqlite_text.hpp"
#include "store/sqlite/last_batch.hpp"

namespace lasagne::detail {
namespace {

class SqliteScavengeTest : public SqliteTest {
 protected:
  std::string findings() {
    const auto report = verify_store("sqlite:" + file());
    if (!report) return report.error().message;
    std::string text;
    for (const auto& finding : report->findings) text += finding.what + "\n";
    return text;
  }

  // A stream of its own for each message but the last ones, which are of the stream Z-1 and are scavenged.
  void make_store_with_a_scavenged_end(std::uint64_t streams) {
    auto backing = open(file());
    for (std::uint64_t id = 1; id <= streams; ++id) {
      Batch batch;
      batch.streams[id] = StreamRow{id, "A-" + std::to_string(id), StreamState::live, 0, 0, {}};
      auto written = std::make_shared<Message>(*message(id, batch.streams[id].name, 0));
      written->metadata.correlation_id = Uuid::derive(Uuid{}, std::to_string(id));
      batch.messages.push_back({id, std::move(written)});
      ASSERT_TRUE(backing->write(batch));
    }
    Batch last;
    last.streams[streams + 1] = StreamRow{streams + 1, "Z-1", StreamState::live, 1, 0, {}};
    last.messages = {{streams + 1, message(streams + 1, "Z-1", 0)}, {streams + 1, message(streams + 2, "Z-1", 1)}};
    ASSERT_TRUE(backing->write(last));
    Batch limits;
    limits.streams[streams + 1] = StreamRow{streams + 1, "Z-1", StreamState::deleted, 1, 2, {}};
    ASSERT_TRUE(backing->write(limits));
    ASSERT_EQ(backing->scavenge(Timestamp{}).value(), 2U);
  }

  // The steps of SQLite's machine that looking at the end of the log takes.
  std::uint64_t steps_to_check_the_end() {
    std::uint64_t steps = 0;
    auto connection = sqlite::Connection::open(file(), SQLITE_OPEN_READONLY, {});
    EXPECT_TRUE(connection);
    const auto count = [](void* at) { return ++*static_cast<std::uint64_t*>(at), 0; };
    EXPECT_TRUE(sqlite::check_end(*connection));  // reads the schema
    sqlite3_progress_handler(connection->handle(), 1, count, &steps);
    EXPECT_TRUE(sqlite::check_end(*connection));
    sqlite3_progress_handler(connection->handle(), 0, nullptr, nullptr);
    return steps;
  }
};

TEST_F(SqliteScavengeTest, OpeningALogWhoseEndWasScavengedTakesNoLongerWhenItIsLong) {
  make_store_with_a_scavenged_end(5);
  const auto few = steps_to_check_the_end();
  std::filesystem::remove(file());
  make_store_with_a_scavenged_end(300);
  EXPECT_GT(few, 0U);
  EXPECT_EQ(steps_to_check_the_end(), few);
}

TEST_F(SqliteScavengeTest, OpeningFindsThatALastBlockWasChangedAfterItWasScavenged) {
  {
    auto backing = open(file());
    ASSERT_TRUE(backing->write(four_messages()));
    Batch limits;
    limits.streams[1] =
        StreamRow{1, "A-1", StreamState::live, 2, 0, {.truncate_before = 1, .max_count = {}, .max_age = {}}};
    ASSERT_TRUE(backing->write(limits));
    ASSERT_EQ(backing->scavenge(Timestamp{}).value(), 1U);
  }
  ASSERT_TRUE(open(file()));
  run_sql(file(), R"(UPDATE blocks SET messages = replace(messages, '{"n":4}', '{"n":5}'))");
  const auto opened = open_sqlite_backing(file(), {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::failed);
  EXPECT_NE(findings(), "");
}

// Streams and processes that lie in one another in every way, with limits that move on between one scavenging and the
// next.
TEST_F(SqliteScavengeTest, LeavesWhatStillReadsAndSoundIndexesWhateverItTakes) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    auto backing = open(file(std::to_string(seed)));
    const std::uint64_t streams = 1 + below(6);
    const std::size_t long_data = below(2) == 0 ? 0 : 300;
    std::map<std::uint64_t, StreamRow> rows;
    std::map<std::uint64_t, Revision> first;
    std::vector<std::pair<std::uint64_t, MessagePtr>> all;
    Position position = 0;
    std::set<Position> gone;
    for (int round = 0; round < 6; ++round) {
      Batch batch;
      for (auto count = below(120); count > 0; --count) {
        const auto id = 1 + below(std::min<std::uint64_t>(streams, rows.size() + 1));  // ids come in order
        auto& row =
            rows.try_emplace(id, StreamRow{id, "S-" + std::to_string(id), StreamState::live, {}, 0, {}}).first->second;
        row.head = row.head ? *row.head + 1 : 0;
        auto made = std::make_shared<Message>(*message(++position, row.name, *row.head));
        made->id = Uuid::derive(Uuid{}, std::to_string(position));
        made->metadata.correlation_id = Uuid::derive(Uuid{}, std::to_string(below(4)));
        made->data += std::string(below(long_data + 1), ' ');
        batch.streams[id] = row;
        batch.messages.push_back({id, made});
        all.emplace_back(id, std::move(made));
        if (below(25) != 0) continue;
        ASSERT_TRUE(backing->write(std::exchange(batch, {})));
      }
      for (auto& [id, row] : rows) {
        if (below(2) == 0) continue;
        first[id] = std::max(first[id], below(*row.head + 2));
        row.limits.truncate_before = first[id];
        batch.streams[id] = row;
      }
      ASSERT_TRUE(backing->write(batch));
      std::uint64_t removed = 0;
      for (const auto& [id, made] : all)
        removed += made->revision < first[id] && gone.insert(made->position).second ? 1 : 0;
      ASSERT_EQ(backing->scavenge(Timestamp{}).value(), removed) << "seed " << seed;
      const auto report = verify_store("sqlite:" + file(std::to_string(seed)));
      ASSERT_TRUE(report) << report.error().message;
      for (const auto& finding : report->findings) ADD_FAILURE() << "seed " << seed << ": " << finding.what;
      std::map<Uuid, std::string> processes;
      std::map<std::uint64_t, std::string> of_streams;
      std::string log;
      for (const auto& [id, made] : all) {
        if (gone.contains(made->position)) continue;
        log += tell(*made);
        of_streams[id] += tell(*made);
        processes[made->metadata.correlation_id] += tell(*made);
      }
      const auto read = backing->read_all(0, position, {}, all.size() + 1);
      ASSERT_TRUE(read);
      EXPECT_EQ(tell(Result<std::vector<MessagePtr>>(read->messages)), log);
      for (const auto& [id, row] : rows) {
        const auto found = backing->find_stream(row.name);
        ASSERT_TRUE(found && *found);
        EXPECT_EQ((*found)->head, row.head);
        EXPECT_EQ(tell(backing->read_stream(**found, 0, *row.head, Direction::forwards, all.size())), of_streams[id]);
      }
      for (const auto& [process, expected] : processes)
        EXPECT_EQ(tell(backing->read_process(process, 0, all.size())), expected) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace lasagne::detail
