// A store beside other programs, other users, and files that do not belong to it.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child_process.hpp"
#include "lasagne/store.hpp"
#include "lasagne/verify.hpp"
#include "sqlite_fixture.hpp"
#include "store/log/log_store.hpp"
#include "store/sqlite/read_only_store.hpp"

namespace lasagne::detail {
namespace {

namespace fs = std::filesystem;

class SqliteBesideOthersTest : public SqliteTest {
 protected:
  static std::string bytes(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static Error refusal(const std::string& path, const OpenOptions& options = {}) {
    auto opened = open_sqlite_backing(path, options);
    EXPECT_FALSE(opened.has_value());
    return opened ? Error{} : opened.error();
  }
  // Message n of stream A-1, alone in a batch.
  static Batch batch(Position position) {
    Batch made;
    made.streams[1] = StreamRow{1, "A-1", StreamState::live, position - 1, 0, {}};
    made.messages = {{1, message(position, "A-1", position - 1)}};
    return made;
  }
  // A process that writes these batches and is killed, so that they stay in the write-ahead log.
  void write_and_die(Position from, Position to, const SqliteSettings& settings = {}) const {
    ChildProcess child{[&](auto reach) {
      auto backing = open_sqlite_backing(file(), {}, settings);
      for (auto position = from; position <= to; ++position)
        if (!backing || !(*backing)->write(batch(position))) return;
      reach();
    }};
    child.kill();
    ASSERT_GT(fs::file_size(file() + "-wal"), 0U);
  }
  void expect_refused_with_its_log_left(const std::string& what) const {
    const auto before = bytes(file());
    const auto log = bytes(file() + "-wal");
    for (const bool read_only : {false, true}) {
      const auto error = refusal(file(), {.read_only = read_only});
      EXPECT_EQ(error.code, ErrorCode::unsupported) << error.message;
      EXPECT_NE(error.message.find(what), std::string::npos) << error.message;
      EXPECT_NE(error.message.find(file() + "-wal"), std::string::npos) << error.message;
      EXPECT_TRUE(bytes(file()) == before);
      EXPECT_TRUE(bytes(file() + "-wal") == log);
    }
    const auto verified = verify_store("sqlite:" + file());
    ASSERT_FALSE(verified) << "another file's log is taken for damage";
    EXPECT_EQ(verified.error().code, ErrorCode::unsupported);
    EXPECT_NE(verified.error().message.find(what), std::string::npos) << verified.error().message;
    EXPECT_TRUE(bytes(file() + "-wal") == log);
  }
  void move_log_away() const {
    fs::remove(file() + "-wal");
    fs::remove(file() + "-shm");
  }
};

// Another program, with a write transaction open on the file until it ends.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& path, const char* sql = "BEGIN IMMEDIATE") {
    EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
    run(sql);
  }
  ~OtherProgram() { sqlite3_close(handle_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  void run(const char* sql) {
    EXPECT_EQ(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle_);
  }

 private:
  sqlite3* handle_ = nullptr;
};

TEST_F(SqliteBesideOthersTest, AFileThatIsLockedIsUnavailableAndTheWriterGoesOnAfterwards) {
  SqliteSettings settings;
  settings.busy_wait_ms = 0;
  auto opened = open_sqlite_backing(file(), {}, settings);
  ASSERT_TRUE(opened);
  auto& backing = **opened;
  ASSERT_TRUE(backing.write(batch(1)));
  {
    OtherProgram other{file()};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(backing.write(batch(2)).error().code, ErrorCode::unavailable);
    EXPECT_EQ(backing.scavenge({}).error().code, ErrorCode::unavailable);
    EXPECT_EQ(backing.load()->last_position, 1U);
  }
  auto second = batch(2);
  second.messages[0].message = message(2, "A-1", 1, "A type that is new");
  ASSERT_TRUE(backing.write(second));
  ASSERT_TRUE(backing.scavenge({}));
  EXPECT_EQ(backing.read_all(0, 2, {}, 10)->messages.at(1)->type, "A type that is new");
}

TEST_F(SqliteBesideOthersTest, AWriteWaitsForTheOtherProgramToEndItsTransaction) {
  auto store = open_store("sqlite:" + file(), {.busy_wait = std::chrono::minutes{5}});
  ASSERT_TRUE(store);
  OtherProgram other{file()};
  std::jthread ends{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});  // that the write waits by then makes the test harder
    other.run("ROLLBACK");
  }};
  Commit commit;
  NewMessage happened;
  happened.id.bytes[0] = 1;
  happened.type = "Happened";
  happened.data = "{}";
  commit.appends.push_back({"A-1", ExpectedRevision::any(), {happened}});
  EXPECT_TRUE((*store)->append(commit));
}

TEST_F(SqliteBesideOthersTest, AReaderThatHoldsTheLogBackIsToldOf) {
  SqliteSettings settings;
  settings.checkpoint_pages = 4;
  settings.restart_pages = 8;
  settings.restart_wait_ms = 0;
  std::vector<std::string> told;
  OpenOptions options;
  options.log = [&](const std::string& text) {
    told.push_back(text);
    throw 1;  // what a log function throws is no fault of the store
  };
  auto opened = open_sqlite_backing(file(), options, settings);
  ASSERT_TRUE(opened);
  Position position = 0;
  for (int i = 0; i < 30; ++i) ASSERT_TRUE((*opened)->write(batch(++position)));
  EXPECT_TRUE(told.empty());
  ChildProcess reader{[&](auto reach) {
    OtherProgram other{file(), "BEGIN; SELECT count(*) FROM messages"};
    reach();
  }};
  for (int i = 0; i < 200; ++i) ASSERT_TRUE((*opened)->write(batch(++position)));
  ASSERT_FALSE(told.empty());
  EXPECT_LT(told.size(), 10U);
  EXPECT_NE(told[0].find("process " + std::to_string(reader.pid())), std::string::npos) << told[0];
}

TEST_F(SqliteBesideOthersTest, WhatAKilledWriterLeftInItsLogIsRead) {
  write_and_die(1, 5);
  EXPECT_EQ(open(file(), {.read_only = true})->load()->last_position, 5U);
  EXPECT_EQ(open(file())->load()->last_position, 5U);
}

TEST_F(SqliteBesideOthersTest, ABackupBesideTheLogOfWhatItReplacedIsRefused) {
  open(file())->write(batch(1)).value();
  ASSERT_TRUE(run_command("sqlite3 " + file() + " \"VACUUM INTO '" + file("backup.db") + "'\""));
  write_and_die(2, 5);
  fs::copy_file(file("backup.db"), file(), fs::copy_options::overwrite_existing);
  expect_refused_with_its_log_left("belongs to another one");
  move_log_away();
  EXPECT_EQ(open(file())->load()->last_position, 1U);
}

// Byte for byte the file of an earlier day, so that only the links of its transactions tell.
TEST_F(SqliteBesideOthersTest, AnOlderCopyOfTheFileBesideALaterLogIsRefused) {
  open(file())->write(batch(1)).value();
  fs::copy_file(file(), file("backup.db"));
  open(file())->write(batch(2)).value();
  write_and_die(3, 5);
  fs::copy_file(file("backup.db"), file(), fs::copy_options::overwrite_existing);
  expect_refused_with_its_log_left("belongs to another one");
  move_log_away();
  EXPECT_EQ(open(file())->load()->last_position, 1U);
}

TEST_F(SqliteBesideOthersTest, AnOlderCopyOfTheFileBesideALogThatBeganAnewIsRefused) {
  SqliteSettings settings;
  settings.checkpoint_pages = 4;
  settings.restart_pages = 8;
  open(file())->write(batch(1)).value();
  fs::copy_file(file(), file("backup.db"));
  write_and_die(2, 40, settings);
  fs::copy_file(file("backup.db"), file(), fs::copy_options::overwrite_existing);
  expect_refused_with_its_log_left("belongs to another one");
}

TEST_F(SqliteBesideOthersTest, TheLogOfAnotherStoreIsRefused) {
  open(file("other.db"))->write(batch(1)).value();
  write_and_die(1, 5);
  fs::copy_file(file("other.db"), file(), fs::copy_options::overwrite_existing);
  expect_refused_with_its_log_left("belongs to another one");
}

// However often the log began anew or was copied in part, what a killed writer leaves belongs together.
TEST_F(SqliteBesideOthersTest, EveryStateThatAKilledWriterLeavesIsTaken) {
  SqliteSettings settings;
  settings.checkpoint_pages = 4;
  settings.restart_pages = 8;
  settings.restart_wait_ms = 0;
  Position last = 0;
  for (Position more = 1; more <= 24; ++more) {
    write_and_die(last + 1, last + more, settings);
    last += more;
    if (more % 3 != 0) continue;
    EXPECT_EQ(open(file(), {.read_only = true})->load()->last_position, last);
    if (more % 2 == 0) {
      EXPECT_EQ(open(file())->load()->last_position, last);
    }
  }
}

TEST_F(SqliteBesideOthersTest, AnEmptyFileOrNoneBesideAFullLogIsRefused) {
  write_and_die(1, 5);
  const auto file_was = bytes(file());
  fs::resize_file(file(), 0);
  expect_refused_with_its_log_left("there is nothing here");
  fs::remove(file());
  EXPECT_EQ(refusal(file()).code, ErrorCode::unsupported);
  EXPECT_FALSE(fs::exists(file()));
  std::ofstream{file(), std::ios::binary} << file_was;
  EXPECT_EQ(open(file())->load()->last_position, 5U);
}

TEST_F(SqliteBesideOthersTest, AFileThatIsMountedByItselfIsRefused) {
  open(file("outside.db"))->write(batch(1)).value();
  std::ofstream{file()};
  const auto message_file = file("message");
  {
    ChildProcess child{[&](auto reach) {
      const int spaces = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS;
      if (::unshare(spaces) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
          ::mount(file("outside.db").c_str(), file().c_str(), nullptr, MS_BIND, nullptr) == 0) {
        std::ofstream out{message_file};
        for (const bool read_only : {false, true}) {
          auto opened = open_sqlite_backing(file(), {.read_only = read_only});
          out << (opened ? "opened" : opened.error().message) << "\n";
        }
      }
      reach();
    }};
  }
  if (!fs::exists(message_file)) GTEST_SKIP() << "this system lets nobody mount";
  std::ifstream in{message_file};
  for (std::string line; std::getline(in, line);) EXPECT_NE(line.find("mounted by itself"), std::string::npos) << line;
}

TEST_F(SqliteBesideOthersTest, AStoreThatIsClosedIsVerifiedWithoutWriteAccess) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be another user";
  open(file())->write(batch(1)).value();
  ASSERT_EQ(::chmod(fs::path{file()}.parent_path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(2);
    const auto report = verify_store("sqlite:" + file());
    if (!report) std::fprintf(stderr, "%s\n", report.error().message.c_str());
    ::_exit(report && report->findings.empty() && report->last_position == 1 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_FALSE(fs::exists(file() + "-wal"));
  EXPECT_FALSE(fs::exists(file() + "-shm"));
}

// The reader may neither write the file nor make one beside it.
TEST_F(SqliteBesideOthersTest, AReaderWithoutWriteAccessReadsAStoreThatIsClosedOrWritten) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be another user";
  open(file())->write(batch(1)).value();
  ASSERT_EQ(::chmod(fs::path{file()}.parent_path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
  int answers[2];
  ASSERT_EQ(::pipe(answers), 0);
  const auto answer = [&] {
    Position position = 0;
    EXPECT_EQ(::read(answers[0], &position, sizeof position), static_cast<ssize_t>(sizeof position));
    return position;
  };
  ChildProcess child{[&](auto reach) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return;
    auto backing = open_sqlite_backing(file(), {.read_only = true});
    bool more = true;
    while (more) {
      auto read = backing ? (*backing)->load() : std::unexpected(backing.error());
      if (!read) std::fprintf(stderr, "%s\n", read.error().message.c_str());
      const Position last = read ? read->last_position : 0;
      if (::write(answers[1], &last, sizeof last) < 0) return;
      more = reach();
    }
  }};
  EXPECT_EQ(answer(), 1U);  // nobody has it open
  {
    auto writer = open(file());
    ASSERT_TRUE(writer->write(batch(2)));
    child.go_on();
    ASSERT_TRUE(child.await());
    EXPECT_EQ(answer(), 2U);  // beside its writer
  }
  child.go_on();
  ASSERT_TRUE(child.await());
  EXPECT_EQ(answer(), 2U);  // closed again
  EXPECT_FALSE(fs::exists(file() + "-shm"));
  open(file())->write(batch(3)).value();
  child.go_on();
  ASSERT_TRUE(child.await());
  EXPECT_EQ(answer(), 3U);  // and it saw that the file changed meanwhile
}

TEST_F(SqliteBesideOthersTest, DamagedPagesAreAFailureForEveryoneFromThenOn) {
  {
    auto writer = open(file());
    for (Position position = 1; position <= 500; ++position) ASSERT_TRUE(writer->write(batch(position)));
  }
  auto backing = open(file());
  {
    std::fstream damaged{file(), std::ios::in | std::ios::out | std::ios::binary};
    const auto size = fs::file_size(file());
    damaged.seekp(4096);
    damaged << std::string(size - 4096, '\x5a');
  }
  const auto read = backing->read_all(0, 500, {}, 500);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::failed) << read.error().message;
  EXPECT_NE(read.error().message.find("damaged"), std::string::npos) << read.error().message;
  EXPECT_EQ(backing->write(batch(501)).error().code, ErrorCode::failed);
  EXPECT_EQ(backing->load().error().code, ErrorCode::failed);
}

TEST_F(SqliteBesideOthersTest, AReaderSaysThatTheFileWasReplaced) {
  open(file())->write(batch(1)).value();
  open(file("other.db"))->write(batch(1)).value();
  const auto reading = open(file(), {.read_only = true});
  ASSERT_TRUE(reading->load());
  fs::rename(file("other.db"), file());
  const auto read = reading->load();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::failed);
  EXPECT_NE(read.error().message.find("replaced"), std::string::npos);
}

}  // namespace
}  // namespace lasagne::detail
