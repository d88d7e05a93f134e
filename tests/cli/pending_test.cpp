// What a trace shows of what is still to come, and what becomes of odd messages and odd outputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "runtime/jobs_domain.hpp"

namespace {

using namespace jobs_domain;
using lasagne::ExpectedRevision;
using lasagne::Module;
using lasagne::RetryPolicy;
using lasagne::Runtime;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using testing_programs::Arguments;
using testing_programs::Folder;
using testing_programs::Ran;

class PendingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    faults = {};
    store = lasagne::open(url);
    RetryPolicy patient;
    patient.first_backoff = std::chrono::hours(1);
    patient.longest_backoff = std::chrono::hours(1);
    runtime = std::make_unique<Runtime>(
        *store, std::vector<Module>{Module{"jobs"}.decider<Job>().retry_commands(patient).forwarder<JobForwarder>(),
                                    Module{"invoices"}.decider<Invoice>().saga<Invoicing>()});
  }
  void TearDown() override { faults = {}; }

  void settle() {
    const auto done = runtime->run_until_idle();
    ASSERT_TRUE(done) << done.error().message;
  }
  template <class Command>
  void send(const Command& command) {
    const auto sent = runtime->send(command);
    ASSERT_TRUE(sent) << sent.error().message;
  }
  // As somebody outside of the runtime would.
  void append(const std::string& type, const Uuid& id, const Uuid& cause) {
    lasagne::Commit commit;
    commit.appends.push_back(
        {"Odd-1", ExpectedRevision::any(), {{id, lasagne::MessageKind::event, type, "{}", {odd, cause, {}}}}});
    const auto appended = store->append(commit);
    ASSERT_TRUE(appended) << appended.error().message;
  }
  [[nodiscard]] Ran run(Arguments arguments) const {
    arguments.insert(arguments.end(), {"--store", url});
    return testing_programs::run("lasagne", arguments);
  }
  static std::string line_with(const Ran& ran, const std::string& text) {
    for (const auto& line : ran.lines()) {
      if (line.find(text) != line.npos) return line;
    }
    return "no line with " + text;
  }

  Folder folder;
  std::string url = "sqlite:" + folder.file("store.db");
  std::unique_ptr<lasagne::Store> store;
  std::unique_ptr<Runtime> runtime;
  Uuid job = Uuid::derive(Uuid{}, "job");
  Uuid odd = Uuid::derive(Uuid{}, "odd process");
  std::string job_stream = "Job-" + job.to_string();
};

TEST_F(PendingTest, ACommandThatNobodyHandledYetWaits) {
  send(OpenJob{job, "paint"});
  settle();
  send(CloseJob{job});
  const auto before = run({"trace", job_stream});
  EXPECT_THAT(line_with(before, " OpenJob "), EndsWith("  handled, 1 event"));
  EXPECT_THAT(line_with(before, " CloseJob "), EndsWith("  waiting"));
  settle();
  EXPECT_THAT(line_with(run({"trace", job_stream}), " CloseJob "), EndsWith("  handled, 1 event"));
}

TEST_F(PendingTest, ACommandThatChangedNothingDidNotWait) {
  send(OpenJob{job, "paint"});
  send(CloseJob{job});
  settle();
  send(CloseJob{job});
  settle();
  const auto last = run({"trace", job_stream}).lines().back();
  EXPECT_THAT(last, HasSubstr("command CloseJob"));
  EXPECT_THAT(last, EndsWith("  nothing recorded"));
}

TEST_F(PendingTest, ACommandBetweenAttemptsSaysUntilWhen) {
  send(OpenJob{job, "paint"});
  settle();
  faults.failures["DoWork 5"] = 1;
  send(DoWork{job, 5});
  send(DoWork{job, 6});
  settle();
  const auto lines = run({"trace", job_stream}).lines();
  EXPECT_THAT(lines.at(lines.size() - 2), HasSubstr("  waits until 20"));
  EXPECT_THAT(lines.at(lines.size() - 2), EndsWith("Z after 1 attempt: DoWork 5 hiccup"));
  EXPECT_THAT(lines.back(), EndsWith("  waits for an earlier message of its key"));
}

TEST_F(PendingTest, ATimerStandsBelowTheEventThatSetItUntilItIsCancelled) {
  ASSERT_TRUE(runtime->execute(OpenJob{job, "paint"}));
  ASSERT_TRUE(runtime->execute(CloseJob{job}));
  settle();
  const auto ran = run({"trace", job_stream});
  const auto lines = ran.lines();
  ASSERT_GE(lines.size(), 2U);
  EXPECT_THAT(lines.at(lines.size() - 2), HasSubstr("      event   InvoiceIssued  Invoice-"));
  EXPECT_THAT(lines.back(), MatchesRegex("        timer   RemindInvoice  invoices/remind/[-0-9a-f]+  due 20.*Z"));

  const auto issued = store->read_all(0, {{"InvoiceIssued"}, {}, {}}, 1)->messages.at(0);
  ASSERT_TRUE(runtime->execute(PayInvoice{*Uuid::parse(std::string_view(issued->stream).substr(8))}));
  settle();
  EXPECT_THAT(run({"trace", job_stream}).out, Not(HasSubstr("timer")));
}

TEST_F(PendingTest, ATimerOfAnotherProcessIsNotShown) {
  ASSERT_TRUE(runtime->execute(OpenJob{job, "paint"}));
  ASSERT_TRUE(runtime->execute(CloseJob{job}));
  settle();
  append("Oddity", Uuid::derive(odd, "1"), {});
  EXPECT_THAT(run({"trace", odd.to_string()}).out, Not(HasSubstr("timer")));
}

TEST_F(PendingTest, AMessageThatClaimsToBeItsOwnCauseIsShownAllTheSame) {
  const auto first = Uuid::derive(odd, "1");
  const auto second = Uuid::derive(odd, "2");
  append("Selfmade", first, first);
  append("FromTheFuture", second, Uuid::derive(odd, "3"));
  append("Later", Uuid::derive(odd, "3"), second);
  const auto lines = run({"trace", "Odd-1"}).lines();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines[1], HasSubstr("event   Selfmade"));
  EXPECT_THAT(lines[2], HasSubstr("event   FromTheFuture"));
  EXPECT_THAT(lines[3], HasSubstr("  event   Later"));
}

TEST_F(PendingTest, WhatAMessageHoldsDoesNotSteerTheTerminal) {
  append("Bell\a and \033[31mred\033[0m\nand more", Uuid::derive(odd, "1"), {});
  for (const Arguments& arguments : {Arguments{"trace", "Odd-1"}, {"read", "Odd-1"}, {"tail", "--no-follow"}}) {
    const auto ran = run(arguments);
    EXPECT_THAT(ran.out, HasSubstr("Bell? and ?[31mred?[0m and more")) << arguments[0];
  }
}

TEST_F(PendingTest, WithoutALimitAllOfAStreamIsRead) {
  lasagne::Append many{"Odd-1", ExpectedRevision::any(), {}};
  for (int i = 0; i < 3000; ++i) {
    const auto id = Uuid::derive(odd, std::to_string(i));
    many.messages.push_back({id, lasagne::MessageKind::event, "Filler", "{}", {odd, {}, {}}});
  }
  lasagne::Commit commit;
  commit.appends.push_back(std::move(many));
  ASSERT_TRUE(store->append(commit));
  EXPECT_EQ(run({"read", "Odd-1"}).lines().size(), 3000U);
}

TEST_F(PendingTest, AFullDiskIsAnError) {
  append("Oddity", Uuid::derive(odd, "1"), {});
  const std::string command =
      std::string(LASAGNE_BIN_DIR) + "/lasagne read Odd-1 --store " + url + " > /dev/full 2> " + folder.file("errors");
  const int status = std::system(command.c_str());
  EXPECT_EQ(testing_programs::ending_of(status), 2);
}

}  // namespace
