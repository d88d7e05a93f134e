// A directory of its own for each test, and short ways to write batches.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "store/sqlite/sqlite_backing.hpp"

namespace lasagne::detail {

class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest() {
    std::string name = (std::filesystem::temp_directory_path() / "lasagne-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~SqliteTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string file(const std::string& name = "store.db") const { return (directory_ / name).string(); }

  static std::shared_ptr<Backing> open(const std::string& path, const OpenOptions& options = {}) {
    auto opened = open_sqlite_backing(path, options);
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    return opened ? *opened : nullptr;
  }

  static MessagePtr message(Position position, const std::string& stream, Revision revision,
                            std::string type = "Happened") {
    auto made = std::make_shared<Message>();
    made->position = position;
    made->revision = revision;
    made->id.bytes[15] = static_cast<std::uint8_t>(position);
    made->recorded_at = Timestamp{static_cast<std::int64_t>(position) * 1'000'000};
    made->stream = stream;
    made->type = std::move(type);
    made->data = R"({"n":)" + std::to_string(position) + "}";
    made->metadata.correlation_id.bytes[0] = static_cast<std::uint8_t>(1 + position % 2);
    return made;
  }

  // Streams A-1 (id 1, revisions 0..2) and B-2 (id 2, revision 0) at positions 1, 2, 3 and 4.
  static Batch four_messages() {
    Batch batch;
    batch.streams[1] = StreamRow{1, "A-1", StreamState::live, 2, 0, {}};
    batch.streams[2] = StreamRow{2, "B-2", StreamState::live, 0, 0, {}};
    batch.messages = {{1, message(1, "A-1", 0)},
                      {2, message(2, "B-2", 0, "Other")},
                      {1, message(3, "A-1", 1)},
                      {1, message(4, "A-1", 2, "Other")}};
    return batch;
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace lasagne::detail
