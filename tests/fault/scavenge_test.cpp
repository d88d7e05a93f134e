// A scavenge whose reads fail: it says what failed, or has removed everything that it should.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "fault/fault_vfs.hpp"
#include "store/log/log_store.hpp"
#include "store/sqlite/sqlite_backing.hpp"

namespace fault {
namespace {

using namespace lasagne;

// The table of streams has several pages, and hardly any of them is in the cache.
class Scavenge : public ::testing::Test {
 protected:
  static constexpr int streams = 300;

  Scavenge() : folder_((std::filesystem::temp_directory_path() / "lasagne-fault-XXXXXX").string()) {
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    FaultVfs::instance().calm();
    FaultVfs::instance().forget();
    const auto store = open(full());
    Commit commit;
    for (int stream = 0; stream < streams; ++stream) {
      auto& append = commit.appends.emplace_back(Append{name_of(stream), ExpectedRevision::no_stream(), {}});
      for (int i = 0; i < 2; ++i)
        append.messages.push_back({Uuid::generate(), MessageKind::event, "Happened", "{}", {}});
    }
    EXPECT_TRUE(store->append(commit));
    for (int stream = 0; stream < streams; ++stream) {
      EXPECT_TRUE(store->set_stream_limits(name_of(stream), {.max_count = 1}));
    }
  }
  ~Scavenge() override { std::filesystem::remove_all(folder_); }

  static std::string name_of(int stream) { return fmt::format("AStreamWithALongName{:0>200}-1", stream); }
  std::string full() const { return folder_ + "/full.db"; }
  static std::unique_ptr<Store> open(const std::string& path) {
    detail::SqliteSettings settings;
    settings.vfs = FaultVfs::registered_name;
    settings.writer_cache_kib = 16;
    settings.reader_cache_kib = 16;
    auto backing = detail::open_sqlite_backing(path, {}, settings);
    if (!backing) throw std::runtime_error(backing.error().message);
    return detail::LogStore::open(*std::move(backing), [] { return Timestamp{1}; }).value();
  }
  // Of a copy, with a read that fails.
  Result<std::uint64_t> scavenge(std::uint64_t failing_read) {
    const auto path = fmt::format("{}/copy-{}.db", folder_, failing_read);
    std::filesystem::copy_file(full(), path);
    FaultVfs::instance().calm();
    FaultVfs::instance().forget();
    const auto store = open(path);
    FaultVfs::instance().calm();
    FaultVfs::instance().plan({Operation::read, failing_read, SQLITE_IOERR_READ});
    return store->scavenge();
  }

 private:
  std::string folder_;
};

TEST_F(Scavenge, DoesNotTakeAFailedReadForTheEndOfWhatThereIs) {
  constexpr std::uint64_t each = 40;  // it first reads which streams there are; of the other reads some fail
  std::uint64_t failures = 0;
  for (std::uint64_t read = 1;; read += read < each ? 1 : each) {
    const auto removed = scavenge(read);
    EXPECT_EQ(removed.value_or(streams), static_cast<std::uint64_t>(streams)) << "read " << read << " failed";
    if (HasFailure() || !FaultVfs::instance().struck()) break;
    if (removed) continue;
    ++failures;
    EXPECT_NE(removed.error().message.find("disk I/O error"), std::string::npos) << removed.error().message;
  }
  EXPECT_GT(failures, 0U);
}

}  // namespace
}  // namespace fault
