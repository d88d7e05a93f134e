// Files of format 1: they read, and become files of format 2, whatever interrupts that.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <random>

#include <sys/wait.h>
#include <unistd.h>

#include "sqlite_fixture.hpp"
#include "sqlite_text.hpp"

namespace lasagne::detail {
namespace {

constexpr int messages = 3'000;

class SqliteConversionTest : public SqliteTest {
 protected:
  // Seven streams in turn; of the third the beginning was scavenged, of the fifth, which holds the last message, all.
  static void make_old_file(const std::string& path) {
    run_sql(path, "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x4C73676E; PRAGMA user_version = 1; BEGIN;" +
                      golden("schema_v1.sql") +
                      fmt::format(R"(
      INSERT INTO types VALUES(1, 'Happened'), (2, 'Do');
      WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 7)
        INSERT INTO streams(id, name, category) SELECT n, 'S-' || n, 'S' FROM n;
      WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {0})
        INSERT INTO log SELECT n, n % 7 + 1, (n - 1) / 7, n % 2 + 1, n % 2, CAST(printf('%016d', n) AS BLOB),
          CAST(printf('%016d', n % 50) AS BLOB), CASE n % 3 WHEN 0 THEN CAST(printf('%016d', n - 1) AS BLOB) END,
          CASE n % 5 WHEN 0 THEN '00-"trace"-' || n END, 1700000000000000 + n * 1000,
          printf('{{"n": %d, "text": "%.*c"}}', n, n % 200, 'x') FROM n;
      DELETE FROM log WHERE stream_id = 3 AND revision < 20;
      UPDATE streams SET first_readable = 20, head = (SELECT max(revision) FROM log WHERE stream_id = 3) WHERE id = 3;
      UPDATE streams SET state = 1, head = (SELECT max(revision) FROM log WHERE stream_id = 5) WHERE id = 5;
      INSERT INTO log_end VALUES(0, {0}, 1700000000000000 + {0} * 1000);
      DELETE FROM log WHERE stream_id = 5;
      INSERT INTO checkpoints VALUES('p', 17), ('q', {0});
      INSERT INTO timers VALUES('t', 5, 'S-1', x'00112233445566778899aabbccddeeff', 1, 'Do', '{{}}',
        x'00112233445566778899aabbccddeeff', NULL, NULL);
      INSERT INTO parked VALUES('p', 17, 'k', 1, 3, 0, 'why', '');
      COMMIT;)",
                                  messages));
  }
  static SqliteSettings small_steps() {
    SqliteSettings settings;
    settings.converted_at_once = 50;
    settings.checkpoint_pages = 20;
    return settings;
  }
};

TEST_F(SqliteConversionTest, AnOldFileReadsAsItIs) {
  make_old_file(file());
  const auto told = tell(*open(file(), {.read_only = true}));
  EXPECT_NE(told.find("end 3000 "), std::string::npos);
  EXPECT_NE(told.find("{\"n\": 2999, \"text\": "), std::string::npos);
  EXPECT_NE(told.find("00-\"trace\"-5"), std::string::npos);
  EXPECT_EQ(query(file(), "PRAGMA user_version"), "1\n");
}

TEST_F(SqliteConversionTest, OpeningForWritingConvertsAndTellsProgress) {
  make_old_file(file());
  const auto before = tell(*open(file(), {.read_only = true}));
  const auto view =
      "SELECT position, stream, revision, kind, type, json(data), recorded_at, id, correlation_id, "
      "causation_id, traceparent FROM messages ORDER BY position";
  const auto rows = query(file(), view);
  std::vector<std::uint64_t> progress;
  OpenOptions options;
  options.progress = [&](const Progress& at) {
    EXPECT_EQ(at.total, static_cast<std::uint64_t>(messages));
    progress.push_back(at.done);
    throw 1;  // NOLINT: nobody minds
  };
  {
    auto backing = open_sqlite_backing(file(), options, small_steps());
    ASSERT_TRUE(backing) << backing.error().message;
    EXPECT_EQ(tell(**backing), before);
  }
  EXPECT_GT(progress.size(), 20U);
  EXPECT_TRUE(std::ranges::is_sorted(progress));
  EXPECT_EQ(schema_of(file()), golden("schema_v2.sql"));
  EXPECT_EQ(query(file(), "PRAGMA user_version"), "2\n");
  EXPECT_EQ(query(file(), view), rows);
  auto again = open(file());
  EXPECT_EQ(tell(*again), before);
  Batch batch;
  batch.messages = {{1, message(messages + 1, "S-1", (messages - 1) / 7)}};
  EXPECT_TRUE(again->write(batch));
}

TEST_F(SqliteConversionTest, AnEmptyOldFileBecomesAnEmptyNewOne) {
  run_sql(file(), "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x4C73676E; PRAGMA user_version = 1;" +
                      golden("schema_v1.sql"));
  auto backing = open(file());
  ASSERT_TRUE(backing);
  EXPECT_EQ(backing->load()->last_position, 0U);
  EXPECT_TRUE(backing->write(four_messages()));
}

// A child process converts; it is killed at random instants until it gets to the end.
TEST_F(SqliteConversionTest, GoesOnAfterEveryKill) {
  make_old_file(file());
  const auto before = tell(*open(file(), {.read_only = true}));
  std::mt19937 random(static_cast<unsigned>(::testing::UnitTest::GetInstance()->random_seed()));
  constexpr int most_kills = 40;
  int kills = 0;
  for (bool done = false; !done && kills < most_kills; ++kills) {
    std::uniform_int_distribution<int> calls(1, 4);
    std::uniform_int_distribution<int> pause(0, 3'000);
    const int last_call = calls(random);
    const int microseconds = pause(random);
    const pid_t child = ::fork();
    if (child == 0) {
      OpenOptions options;
      int call = 0;
      // Half of the time between two transactions, else somewhere after.
      options.progress = [&](const Progress&) {
        if (++call != last_call) return;
        if (microseconds % 2 == 0) ::kill(::getpid(), SIGKILL);
        ::ualarm(static_cast<useconds_t>(microseconds) + 1, 0);
      };
      ::signal(SIGALRM, [](int) { ::kill(::getpid(), SIGKILL); });
      const auto opened = open_sqlite_backing(file(), options, small_steps());
      ::_exit(opened ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    done = WIFEXITED(status);
    if (done) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
    }
    if (kills % 8 == 0) {
      EXPECT_EQ(tell(*open(file(), {.read_only = true})), before) << "after kill " << kills;
    }
  }
  EXPECT_GT(kills, 1);
  EXPECT_EQ(tell(*open(file())), before);
  EXPECT_EQ(schema_of(file()), golden("schema_v2.sql"));
}

TEST_F(SqliteConversionTest, ReadersThatAreOpenFollowIt) {
  make_old_file(file());
  auto reading = open(file(), {.read_only = true});
  const auto before = tell(*reading);
  ASSERT_TRUE(open_sqlite_backing(file(), {}, small_steps()));
  EXPECT_EQ(query(file(), "PRAGMA user_version"), "2\n");
  EXPECT_EQ(reading->load()->last_position, static_cast<Position>(messages));
  EXPECT_EQ(tell(*reading), before);
}

// The log that the failed conversion left, beside the file as a checkpoint made it.
TEST_F(SqliteConversionTest, AFailedOneThatSomebodyReadsBesideLeavesAFileThatOpens) {
  make_old_file(file());
  run_sql(file(), "UPDATE log SET data = '{\"n\": 1' WHERE position = 2900");
  const auto before = tell(*open(file(), {.read_only = true}));
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &reader), SQLITE_OK);
  OpenOptions options;
  options.progress = [&](const Progress& at) {
    if (at.done < 2'000 || sqlite3_get_autocommit(reader) == 0) return;
    EXPECT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM log", nullptr, nullptr, nullptr), SQLITE_OK);
  };
  auto settings = small_steps();
  settings.busy_wait_ms = 10;
  const auto refused = open_sqlite_backing(file(), options, settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::failed) << refused.error().message;
  EXPECT_EQ(sqlite3_exec(reader, "COMMIT; PRAGMA wal_checkpoint(PASSIVE)", nullptr, nullptr, nullptr), SQLITE_OK);
  for (const auto* suffix : {"", "-wal"}) std::filesystem::copy_file(file() + suffix, file("copy.db") + suffix);
  sqlite3_close(reader);
  for (const auto& path : {file(), file("copy.db")}) {
    const auto again = open_sqlite_backing(path, {.read_only = true});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(tell(**again), before);
    EXPECT_EQ(open_sqlite_backing(path, {}).error().code, ErrorCode::failed);
    EXPECT_EQ(query(path, "PRAGMA user_version"), "1\n") << "with nobody beside it, it is as it was";
  }
}

TEST_F(SqliteConversionTest, WhatCannotBeConvertedIsLeftAsItWas) {
  for (const auto* edit :
       {"UPDATE log SET data = '{\"n\": 1' WHERE position = 1000", "UPDATE log SET kind = 7 WHERE position = 1000",
        "UPDATE log SET revision = revision + 5000 WHERE position = 1000", "DELETE FROM types WHERE id = 1",
        "DELETE FROM streams WHERE id = 7", "UPDATE log SET id = x'00' WHERE position = 1000"}) {
    SCOPED_TRACE(edit);
    const auto path = file(std::to_string(std::hash<std::string>{}(edit)));
    make_old_file(path);
    run_sql(path, edit);
    const auto schema = schema_of(path);
    const auto refused = open_sqlite_backing(path, {}, small_steps());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::failed);
    EXPECT_EQ(schema_of(path), schema);
    EXPECT_EQ(query(path, "PRAGMA user_version"), "1\n");
  }
}

}  // namespace
}  // namespace lasagne::detail
