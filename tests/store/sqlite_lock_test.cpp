// Who may write a file, and what happens to its locks and to the files beside it.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child_process.hpp"
#include "lasagne/store.hpp"
#include "sqlite_fixture.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/read_only_store.hpp"

namespace lasagne::detail {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

class SqliteLockTest : public SqliteTest {
 protected:
  [[nodiscard]] std::string url() const { return "sqlite:" + file(); }

  static Commit commit(std::uint8_t number) {
    Commit made;
    NewMessage message;
    message.id.bytes[0] = number;
    message.id.bytes[15] = 1;
    message.type = "Happened";
    message.data = "{}";
    message.metadata.correlation_id.bytes[0] = number;
    made.appends.push_back({"A-1", ExpectedRevision::any(), {message}});
    return made;
  }
  static std::string text(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  // Of a second writer; fails the test when there is none.
  static Error refusal(const std::string& path, const OpenOptions& options = {}) {
    auto opened = open_sqlite_backing(path, options);
    EXPECT_FALSE(opened.has_value());
    return opened ? Error{} : opened.error();
  }
  static std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{}));
  }
  static Batch one_message() {
    Batch batch;
    batch.streams[1] = StreamRow{1, "A-1", StreamState::live, 0, 0, {}};
    batch.messages = {{1, message(1, "A-1", 0)}};
    return batch;
  }
};

// A process loses all its POSIX locks on a file when it closes any descriptor of it. Then the sqlite3 shell takes the
// store for unused and removes the write-ahead log from under it.
TEST_F(SqliteLockTest, OpeningTheFileAgainTakesNoLockOfTheProcessAway) {
  constexpr std::uint8_t acknowledged = 40;
  const std::string backup = "sqlite3 " + file() + " '.backup " + file("copy.db") + "'";
  ChildProcess child{[&](auto reach) {
    auto store = open_store(url());
    bool good = (*store)->append(commit(1)).has_value();
    good = good && open_store(url(), {.read_only = true}).has_value();
    good = good && !open_store(url()).has_value();
    if (!good || !reach()) return;
    for (std::uint8_t number = 2; number <= acknowledged; ++number)
      if (!(*store)->append(commit(number))) return;
    reach();
  }};
  ASSERT_TRUE(run_command(backup));
  child.go_on();
  ASSERT_TRUE(child.await());
  child.kill();
  const auto store = open_store(url());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->visible_position(), acknowledged);
}

TEST_F(SqliteLockTest, RefusedOpeningsLeaveNoDescriptorsBehind) {
  auto writer = open(file());
  (void)refusal(file());
  const auto before = open_descriptors();
  for (int i = 0; i < 20; ++i) (void)refusal(file());
  EXPECT_EQ(open_descriptors(), before);
  writer.reset();
  for (int i = 0; i < 20; ++i) open(file()).reset();
  EXPECT_LT(open_descriptors(), before);
}

TEST_F(SqliteLockTest, TwoNamesOfOneFileHaveOneWriter) {
  {
    const auto writer = open(file());
    fs::create_hard_link(file(), file("second.db"));
    EXPECT_EQ(refusal(file("second.db")).code, ErrorCode::in_use);
    ASSERT_TRUE(writer->write(one_message()));
  }
  // The log lies beside one name only: no name is good while there are two.
  for (const auto* name : {"store.db", "second.db"}) {
    EXPECT_EQ(refusal(file(name)).code, ErrorCode::unsupported) << name;
    EXPECT_EQ(refusal(file(name), {.read_only = true}).code, ErrorCode::unsupported) << name;
  }
  fs::remove(file("second.db"));
  EXPECT_EQ(open(file())->load()->last_position, 1U);
}

TEST_F(SqliteLockTest, WithoutTheWriterFileThereIsStillOneWriter) {
  const auto writer = open(file());
  fs::remove(file() + "-writer");
  EXPECT_EQ(refusal(file()).code, ErrorCode::in_use);
  ASSERT_TRUE(writer->write(one_message()));
  EXPECT_EQ(std::stoi(text(file() + "-writer")), ::getpid());
}

TEST_F(SqliteLockTest, AReaderIsWokenAfterTheWriterFileWasRemoved) {
  open(file()).reset();
  ChildProcess child{[&](auto reach) {
    auto backing = open_sqlite_backing(file(), {});
    reach();
    (void)(*backing)->write(four_messages());
    reach();
  }};
  auto store = open_read_only_store(open(file(), {.read_only = true}), file(), [] { return Timestamp{}; });
  ASSERT_TRUE(store);
  fs::remove(file() + "-writer");
  child.go_on();
  // Far more than it needs, far less than the wait of somebody who is never woken.
  EXPECT_TRUE((*store)->wait(0, std::chrono::steady_clock::now() + seconds{60}));
  ASSERT_TRUE(child.await());
}

TEST_F(SqliteLockTest, AWriterFileThatIsNoneIsRefusedAndLeftAsItIs) {
  const std::string victim(100, 'v');
  std::ofstream{file("victim")} << victim;
  const auto refused = [&](const std::string& what) {
    const auto error = refusal(file());
    EXPECT_EQ(error.code, ErrorCode::unavailable) << what;
    EXPECT_NE(error.message.find(file() + "-writer: "), std::string::npos) << error.message;
    EXPECT_NE(error.message.find(what), std::string::npos) << error.message;
    EXPECT_EQ(text(file("victim")), victim) << what;
    fs::remove(file() + "-writer");
  };
  fs::create_symlink(file("victim"), file() + "-writer");
  refused("symbolic link");
  fs::create_hard_link(file("victim"), file() + "-writer");
  refused("several names");
  fs::copy_file(file("victim"), file() + "-writer");
  refused("something other");
  EXPECT_TRUE(open(file()));
}

TEST_F(SqliteLockTest, LinksInPlaceOfTheFilesBesideItAreRefused) {
  const std::string victim(100, 'v');
  for (const auto* suffix : {"-wal", "-shm", "-journal"}) {
    open(file()).reset();
    std::ofstream{file("victim")} << victim;
    fs::create_symlink(file("victim"), file() + suffix);
    for (const bool read_only : {false, true})
      EXPECT_EQ(refusal(file(), {.read_only = read_only}).code, ErrorCode::unsupported) << suffix;
    EXPECT_EQ(text(file("victim")), victim) << suffix;
    fs::remove(file() + suffix);
  }
}

// What is written to a file that nobody finds again must not be acknowledged.
TEST_F(SqliteLockTest, AFileThatWasRenamedStopsItsWriter) {
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    SCOPED_TRACE(suffix);
    auto writer = open(file());
    fs::rename(file() + suffix, file("elsewhere"));
    const auto written = writer->write(one_message());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::failed);
    EXPECT_NE(written.error().message.find("renamed"), std::string::npos) << written.error().message;
    fs::rename(file("elsewhere"), file() + suffix);
    EXPECT_EQ(writer->write(one_message()).error().code, ErrorCode::failed);
    writer.reset();
    EXPECT_EQ(open(file())->load()->last_position, 0U);
  }
}

TEST_F(SqliteLockTest, AFileThatWasReplacedStopsItsWriter) {
  open(file("other.db")).reset();
  auto writer = open(file());
  fs::rename(file("other.db"), file());
  EXPECT_EQ(writer->write(one_message()).error().code, ErrorCode::failed);
  EXPECT_EQ(writer->scavenge({}).error().code, ErrorCode::failed);
}

TEST_F(SqliteLockTest, AFileThatMovesWhileABatchIsWrittenDoesNotAcknowledgeIt) {
  auto writer = open(file());
  bool moved = false;
  const auto move_in_the_middle = [&]() -> std::shared_ptr<const Batch> {
    if (!std::exchange(moved, true)) fs::rename(file(), file("elsewhere"));
    return nullptr;
  };
  EXPECT_EQ(writer->write_growing(one_message(), move_in_the_middle).error().code, ErrorCode::failed);
  EXPECT_TRUE(moved);
}

TEST_F(SqliteLockTest, AnotherUsersFileIsNamedAsTheCause) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be another user";
  open(file()).reset();
  ASSERT_EQ(::chmod(file().c_str(), 0666), 0);
  ASSERT_EQ(::chmod(fs::path{file()}.parent_path().c_str(), 0777), 0);
  std::string message;
  const auto message_file = file("message");
  {
    ChildProcess child{[&](auto reach) {
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) return;
      auto opened = open_sqlite_backing(file(), {});
      std::ofstream{message_file} << (opened ? "opened" : opened.error().message) << std::flush;
      reach();
    }};
  }
  message = text(message_file);
  EXPECT_NE(message.find("-writer: "), std::string::npos) << message;
  EXPECT_NE(message.find("belongs to user 0"), std::string::npos) << message;
  EXPECT_NE(message.find("65534"), std::string::npos) << message;
}

// Process 1 of one container is not process 1 of another.
TEST_F(SqliteLockTest, AProcessOfAnotherPidNamespaceIsNotThisOne) {
  const auto writer = open(file());
  EXPECT_NE(refusal(file()).message.find("(this one)"), std::string::npos);
  std::ofstream{file() + "-writer"} << ::getpid() << "\npid:[1]\nsome-boot\nsome-host\n";
  const auto error = refusal(file());
  EXPECT_EQ(error.message.find("this one"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("some-host"), std::string::npos) << error.message;
}

// Whether this process has a POSIX lock on the bytes that SQLite locks, as another process sees it.
bool has_sqlite_lock(const std::string& path) {
  const auto parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x4000'0000;
    lock.l_len = 512;
    const bool locked = ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid == parent;
    ::_exit(locked ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

// A program may read its store with SQLite in the same process.
TEST_F(SqliteLockTest, ConnectionsOpenedPastLasagneKeepTheirLocks) {
  open(file()).reset();
  const auto before = open_descriptors();
  sqlite3* own = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &own), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(own, "BEGIN; SELECT count(*) FROM messages", nullptr, nullptr, nullptr), SQLITE_OK);
  ASSERT_TRUE(has_sqlite_lock(file()));
  open(file()).reset();
  EXPECT_TRUE(has_sqlite_lock(file()));
  sqlite3_close(own);
  open(file()).reset();
  EXPECT_FALSE(has_sqlite_lock(file()));
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(SqliteLockTest, AReadLockKeepsWritersOutAndNobodyElse) {
  using sqlite::Access;
  using sqlite::DatabaseFile;
  using Lock = DatabaseFile::Lock;
  open(file()).reset();
  const auto file_for = [&](Access access) { return DatabaseFile::open(file(), access, false).value(); };
  auto first = file_for(Access::read);
  auto second = file_for(Access::read);
  auto writer = file_for(Access::write);
  EXPECT_EQ(first.try_lock(), Lock::taken);
  EXPECT_EQ(second.try_lock(), Lock::taken);
  EXPECT_EQ(writer.try_lock(), Lock::held_by_readers);
  first.unlock();
  EXPECT_EQ(writer.try_lock(), Lock::held_by_readers);
  second.unlock();
  EXPECT_EQ(writer.try_lock(), Lock::taken);
  EXPECT_EQ(first.try_lock(), Lock::held_by_writer);
  EXPECT_EQ(file_for(Access::write).try_lock(), Lock::held_by_writer);
  writer.unlock();
  EXPECT_EQ(first.try_lock(), Lock::taken);
}

TEST_F(SqliteLockTest, AWriterWaitsForAReadToEndAlsoIfItWaitsForNoOtherWriter) {
  open(file()).reset();
  auto reading = sqlite::DatabaseFile::open(file(), sqlite::Access::read, false).value();
  ASSERT_EQ(reading.try_lock(), sqlite::DatabaseFile::Lock::taken);
  std::jthread ends{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});  // that the writer waits by then makes the test harder
    reading.unlock();
  }};
  EXPECT_TRUE(open_sqlite_backing(file(), {}));
}

}  // namespace
}  // namespace lasagne::detail
