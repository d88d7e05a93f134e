// What a runtime refuses, and what it tells of, before it does anything.
#include <gtest/gtest.h>

#include <filesystem>

#include "jobs_domain.hpp"

namespace start_checks_test {

using namespace jobs_domain;
using lasagne::ErrorCode;
using lasagne::LogEntry;
using lasagne::Module;
using lasagne::Runtime;

Uuid id_of(int n) { return Uuid::derive(Uuid{}, "start checks " + std::to_string(n)); }

class StartChecks : public ::testing::Test {
 protected:
  void SetUp() override { faults = {}; }
  lasagne::RuntimeOptions logged() {
    lasagne::RuntimeOptions options;
    options.log = [this](const LogEntry& entry) { told.push_back(entry); };
    return options;
  }

  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  std::vector<LogEntry> told;
};

TEST_F(StartChecks, AReadOnlyStoreIsRefused) {
  std::string directory = (std::filesystem::temp_directory_path() / "lasagne-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string url = "sqlite:" + directory + "/jobs.db";
  (void)lasagne::open(url);
  {
    const auto reading = lasagne::open(url, {.read_only = true});
    try {
      const Runtime runtime(*reading, {Module{"jobs"}.decider<Job>()});
      ADD_FAILURE() << "it was taken";
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find("read-only"), std::string::npos) << error.what();
    }
  }
  std::filesystem::remove_all(directory);
}

TEST_F(StartChecks, CommandsOfAModuleThatWasRenamedAreToldOf) {
  {
    Runtime before(*store, {Module{"jobs"}.decider<Job>()});
    ASSERT_TRUE(before.send(OpenJob{id_of(1), "a"}));
    ASSERT_TRUE(before.run_until_idle());
    ASSERT_TRUE(before.send(DoWork{id_of(1), 5}));
  }
  Runtime renamed(*store, {Module{"works"}.decider<Job>()}, logged());
  ASSERT_TRUE(renamed.run_until_idle());
  ASSERT_TRUE(renamed.run_until_idle());
  ASSERT_EQ(told.size(), 1U) << "once";
  EXPECT_EQ(told[0].level, LogEntry::Level::warning);
  EXPECT_NE(told[0].text.find("jobs__commands"), std::string::npos) << told[0].text;
  EXPECT_NE(told[0].text.find("DoWork"), std::string::npos) << told[0].text;
}

TEST_F(StartChecks, ABusThatIsReadToItsEndIsNotToldOf) {
  {
    Runtime before(*store, {Module{"jobs"}.decider<Job>()});
    ASSERT_TRUE(before.send(OpenJob{id_of(1), "a"}));
    ASSERT_TRUE(before.run_until_idle());
  }
  Runtime renamed(*store, {Module{"works"}.decider<Job>()}, logged());
  renamed.start();
  EXPECT_TRUE(renamed.stop());
  EXPECT_TRUE(told.empty());
}

TEST_F(StartChecks, CommandsOnABusThatOnlyARouteNamesAreToldOf) {
  Runtime sender(*store, {Module{"notes"}.decider<Notes>().routes_to<OpenJob>("jobs")}, logged());
  ASSERT_TRUE(sender.send(OpenJob{id_of(1), "a"}));
  sender.start();
  EXPECT_TRUE(sender.stop());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].text.find("jobs__commands"), std::string::npos) << told[0].text;
}

TEST_F(StartChecks, ACheckpointPastTheLogsEndIsToldOf) {
  lasagne::Commit commit;
  commit.checkpoint = lasagne::CheckpointMove{"jobs/commands", 0, 1000};
  ASSERT_TRUE(store->append(commit));
  Runtime runtime(*store, {Module{"jobs"}.decider<Job>()}, logged());
  runtime.start();
  EXPECT_TRUE(runtime.stop());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].level, LogEntry::Level::error);
  EXPECT_NE(told[0].text.find("jobs/commands: its checkpoint is 1000, but the log ends at 0"), std::string::npos)
      << told[0].text;
}

TEST_F(StartChecks, AMessageParkedForAHandlerThatIsGoneIsNotRetriedAndMayBeSkipped) {
  faults.deny = "DoWork 5";
  {
    Runtime before(*store, {Module{"jobs"}.decider<Job>()});
    ASSERT_TRUE(before.send(OpenJob{id_of(1), "a"}));
    ASSERT_TRUE(before.send(DoWork{id_of(1), 5}));
    ASSERT_TRUE(before.run_until_idle());
  }
  Runtime renamed(*store, {Module{"works"}.decider<Job>()});
  const auto parked = renamed.parked()->at(0).entry;
  for (const auto& refused : {renamed.retry_parked(parked.processor, parked.position),
                              renamed.edit_and_retry_parked(parked.processor, parked.position, "{}")}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    EXPECT_NE(refused.error().message.find("jobs/commands"), std::string::npos) << refused.error().message;
  }
  EXPECT_EQ(renamed.parked()->at(0).entry.status, lasagne::ParkedMessage::Status::parked);
  ASSERT_TRUE(renamed.skip_parked(parked.processor, parked.position));
  EXPECT_TRUE(renamed.parked()->empty());
}

}  // namespace start_checks_test
