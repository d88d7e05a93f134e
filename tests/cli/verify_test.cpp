// lasagne verify and lasagne convert, as a person runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <sstream>
#include <string>

#include "cli/program.hpp"
#include "lasagne/store.hpp"

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_programs::Folder;
using testing_programs::Ran;

class VerifyCommandTest : public ::testing::Test {
 protected:
  void fill() {
    const auto store = lasagne::open(url);
    lasagne::Commit commit;
    auto& append = commit.appends.emplace_back(lasagne::Append{"A-1", lasagne::ExpectedRevision::any(), {}});
    for (int i = 0; i < 3; ++i) {
      auto& message = append.messages.emplace_back();
      message.id = lasagne::Uuid::generate();
      message.type = "Happened";
      message.data = R"({"amount":1})";
    }
    ASSERT_TRUE(store->append(commit, lasagne::Await::durable));
  }
  void sql(const std::string& text) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }

  Folder folder;
  const std::string path = folder.file("store.db");
  const std::string url = "sqlite:" + path;
};

TEST_F(VerifyCommandTest, ASoundStoreIsTold) {
  fill();
  const Ran ran = testing_programs::run("lasagne", {"verify", "--store", url});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "sound: 3 messages in 1 stream, up to position 3\n");
  EXPECT_EQ(ran.err, "");
  const Ran json = testing_programs::run("lasagne", {"verify", "--json", "--store", url});
  EXPECT_EQ(json.out,
            "{\"sound\":true,\"messages\":3,\"streams\":1,\"last_position\":3,\"cut\":false,\"findings\":[]}\n");
}

TEST_F(VerifyCommandTest, EachFindingIsTold) {
  fill();
  sql("UPDATE blocks SET messages = replace(messages, '1}', '2}'); UPDATE streams SET category = 'B'");
  const Ran ran = testing_programs::run("lasagne", {"verify", "--store", url});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.out, HasSubstr("The messages at positions 1 to 3 do not match their checksum"));
  EXPECT_THAT(ran.out, HasSubstr("Stream A-1 has the category B."));
  EXPECT_THAT(ran.out, HasSubstr("restore a backup"));
  const Ran json = testing_programs::run("lasagne", {"verify", "--json", "--limit", "1", "--store", url});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.out, StartsWith("{\"sound\":false,"));
  EXPECT_THAT(json.out, HasSubstr("\"cut\":true,\"findings\":[{\"position\":1,"));
}

TEST_F(VerifyCommandTest, WhatCannotBeVerifiedIsSaid) {
  EXPECT_EQ(testing_programs::run("lasagne", {"verify", "--store", url}).exit_code, 2);
  EXPECT_EQ(testing_programs::run("lasagne", {"verify"}).exit_code, 64);
  EXPECT_EQ(testing_programs::run("lasagne", {"verify", "--limit", "0", "--store", url}).exit_code, 64);
  const Ran memory = testing_programs::run("lasagne", {"verify", "--store", "memory:"});
  EXPECT_EQ(memory.exit_code, 2);
  EXPECT_THAT(memory.err, HasSubstr("cannot be verified"));
}

TEST_F(VerifyCommandTest, ConvertBringsAnOldStoreUpToDate) {
  std::ifstream golden(LASAGNE_SOURCE_DIR "/tests/store/schema_v1.sql");
  std::ostringstream schema;
  schema << golden.rdbuf();
  sql("PRAGMA journal_mode = WAL; PRAGMA application_id = 0x4C73676E; PRAGMA user_version = 1;" + schema.str());
  EXPECT_EQ(testing_programs::run("lasagne", {"verify", "--store", url}).exit_code, 2);
  const Ran converted = testing_programs::run("lasagne", {"convert", "--store", url});
  EXPECT_EQ(converted.exit_code, 0) << converted.err;
  EXPECT_EQ(converted.out, "converted\n");
  EXPECT_EQ(testing_programs::run("lasagne", {"verify", "--store", url}).exit_code, 0);
  EXPECT_THAT(testing_programs::run("lasagne", {"convert", "--store", url}).out, HasSubstr("nothing to do"));
}

}  // namespace
