#include <fstream>
#include <iterator>

#include <sqlite3.h>
#include <unistd.h>

#include "child_process.hpp"
#include "sqlite_fixture.hpp"
#include "store/log/log_store.hpp"
#include "store/sqlite/read_only_store.hpp"

namespace lasagne::detail {
namespace {

class SqliteOpenTest : public SqliteTest {
 protected:
  static ErrorCode refusal(const std::string& path, const OpenOptions& options = {}) {
    const auto opened = open_sqlite_backing(path, options);
    EXPECT_FALSE(opened.has_value());
    if (opened) return {};
    EXPECT_FALSE(opened.error().message.empty());
    return opened.error().code;
  }
  static std::string bytes(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static void sql(const std::string& path, const char* text) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, text, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
};

TEST_F(SqliteOpenTest, RefusesForeignFilesAndLeavesThem) {
  std::ofstream{file("text")}
      << "just some text, long enough to hold what a header would hold ................ and more ....";
  sql(file("other"), "CREATE TABLE t(a); PRAGMA application_id = 77;");
  sql(file("wal"), "PRAGMA journal_mode = WAL; CREATE TABLE t(a);");
  for (const auto* name : {"text", "other", "wal"}) {
    const auto before = bytes(file(name));
    EXPECT_EQ(refusal(file(name)), ErrorCode::unsupported) << name;
    EXPECT_EQ(bytes(file(name)), before) << name;
    EXPECT_FALSE(std::filesystem::exists(file(name) + std::string{"-writer"}));
  }
}

TEST_F(SqliteOpenTest, RefusesNewerVersion) {
  open(file()).reset();
  sql(file(), "PRAGMA user_version = 3");
  const auto before = bytes(file());
  EXPECT_EQ(refusal(file()), ErrorCode::unsupported);
  EXPECT_EQ(refusal(file(), {.read_only = true}), ErrorCode::unsupported);
  EXPECT_EQ(bytes(file()), before);
}

TEST_F(SqliteOpenTest, TakesEmptyFileAsNew) {
  std::ofstream{file()};
  auto backing = open(file());
  ASSERT_TRUE(backing->write(four_messages()));
}

TEST_F(SqliteOpenTest, RefusesPathsThatCannotBeStores) {
  EXPECT_EQ(refusal(file(".")), ErrorCode::unsupported);
  EXPECT_EQ(refusal(file("no/such/store.db")), ErrorCode::not_found);
  EXPECT_EQ(refusal(file(), {.create = false}), ErrorCode::not_found);
  EXPECT_EQ(refusal(file(), {.read_only = true}), ErrorCode::not_found);
  EXPECT_EQ(refusal(""), ErrorCode::invalid);
  EXPECT_EQ(refusal(":memory:"), ErrorCode::invalid);
}

TEST_F(SqliteOpenTest, OneWriterInAProcess) {
  auto first = open(file());
  const auto second = open_sqlite_backing(file(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::in_use);
  EXPECT_NE(second.error().message.find(std::to_string(::getpid())), std::string::npos);
  first.reset();
  EXPECT_TRUE(open_sqlite_backing(file(), {}));
}

TEST_F(SqliteOpenTest, OneWriterAmongProcesses) {
  {
    ChildProcess child{[&](auto reach) {
      auto backing = open_sqlite_backing(file(), {});
      reach();
    }};
    const auto second = open_sqlite_backing(file(), {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::in_use);
    EXPECT_NE(second.error().message.find(std::to_string(child.pid())), std::string::npos);
    child.go_on();
    EXPECT_TRUE(open_sqlite_backing(file(), {.writer_wait = std::chrono::seconds{20}}));
  }
}

TEST_F(SqliteOpenTest, ReadsBesideAWriterInAnotherProcess) {
  open(file()).reset();
  ChildProcess child{[&](auto reach) {
    auto backing = open_sqlite_backing(file(), {});
    reach();
    (void)(*backing)->write(four_messages());
    reach();
  }};
  auto store = open_read_only_store(open(file(), {.read_only = true}), file(), [] { return Timestamp{}; });
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->visible_position(), 0U);
  EXPECT_FALSE((*store)->wait(0, std::chrono::steady_clock::now()));
  child.go_on();
  EXPECT_TRUE((*store)->wait(0, std::chrono::steady_clock::now() + std::chrono::seconds{20}));
  EXPECT_EQ((*store)->read_all(0, {}, 10)->messages.size(), 4U);
  const auto slice = (*store)->read_stream("A-1", 0, Direction::forwards, 10);
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->head, 2U);
  EXPECT_TRUE(slice->end);
  EXPECT_EQ((*store)->read_stream("C-1", 0, Direction::forwards, 10).error().code, ErrorCode::not_found);
  EXPECT_EQ((*store)->append({}, Await::durable).error().code, ErrorCode::invalid);
}

// Both stores read the same, whatever of the stream is left to read.
TEST_F(SqliteOpenTest, ReadsWhatTheWriterReadsUnderEveryLimit) {
  Timestamp now{1'000'000};
  const auto clock = [&] { return now; };
  auto writing = LogStore::open(open(file()), clock);
  ASSERT_TRUE(writing);
  for (std::uint8_t i = 1; i <= 7; ++i) {
    Commit commit;
    auto& append = commit.appends.emplace_back(Append{"A-1", ExpectedRevision::any(), {}});
    NewMessage& message = append.messages.emplace_back();
    message.id.bytes[0] = i;
    message.type = "Happened";
    message.data = "{}";
    message.metadata.correlation_id.bytes[0] = i;
    ASSERT_TRUE((*writing)->append(commit, Await::durable));
    now = now + std::chrono::seconds{1};
  }
  auto reading = open_read_only_store(open(file(), {.read_only = true}), file(), clock);
  ASSERT_TRUE(reading);
  const auto second = std::chrono::seconds{1};
  for (const StreamLimits& limits : {StreamLimits{}, StreamLimits{2, {}, {}}, StreamLimits{2, 3, {}},
                                     StreamLimits{2, {}, 2 * second}, StreamLimits{2, {}, Duration{1}}}) {
    ASSERT_TRUE((*writing)->set_stream_limits("A-1", limits));
    for (const auto direction : {Direction::forwards, Direction::backwards}) {
      for (Revision from = 0; from <= 8; ++from) {
        for (const std::size_t limit : {0U, 1U, 2U, 9U}) {
          SCOPED_TRACE(std::to_string(from) + " " + std::to_string(limit));
          const auto there = (*writing)->read_stream("A-1", from, direction, limit);
          const auto here = (*reading)->read_stream("A-1", from, direction, limit);
          ASSERT_TRUE(there && here);
          EXPECT_EQ(here->first, there->first);
          EXPECT_EQ(here->head, there->head);
          EXPECT_EQ(here->end, there->end);
          EXPECT_EQ(here->correlation_id, there->correlation_id);
          ASSERT_EQ(here->messages.size(), there->messages.size());
          for (std::size_t i = 0; i < here->messages.size(); ++i) {
            EXPECT_EQ(here->messages[i]->position, there->messages[i]->position);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace lasagne::detail
