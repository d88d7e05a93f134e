// lasagne read, lasagne tail.
#include <algorithm>
#include <sstream>

#include "cli/cli_store.hpp"

namespace cli_test {

class ReadTest : public CliTest {
 protected:
  static std::vector<std::string> types_of(const Ran& ran) {
    std::vector<std::string> types;
    for (const auto& line : ran.lines()) {
      std::istringstream words(line);
      std::string position, time, type;
      words >> position >> time >> type;
      types.push_back(type);
    }
    return types;
  }
};

TEST_F(ReadTest, ForwardsBackwardsAndFromARevision) {
  const auto forwards = run({"read", job_stream});
  EXPECT_EQ(forwards.exit_code, 0) << forwards.err;
  EXPECT_THAT(types_of(forwards), ElementsAre("JobOpened", "WorkDone", "JobClosed", "JobOpened"));
  EXPECT_THAT(forwards.lines()[1], HasSubstr(job_stream + "@1  {\"job_id\":\"" + job.to_string() + "\",\"amount\":5"));
  auto lines = forwards.lines();
  std::reverse(lines.begin(), lines.end());
  EXPECT_EQ(run({"read", job_stream, "--backwards"}).lines(), lines);
  EXPECT_THAT(types_of(run({"read", job_stream, "--from", "2"})), ElementsAre("JobClosed", "JobOpened"));
  EXPECT_THAT(types_of(run({"read", job_stream, "--from", "1", "--backwards"})), ElementsAre("WorkDone", "JobOpened"));
  EXPECT_THAT(types_of(run({"read", job_stream, "--from", "0", "--backwards"})), ElementsAre("JobOpened"));
  EXPECT_THAT(types_of(run({"read", job_stream, "--from", "99"})), ElementsAre());
}

TEST_F(ReadTest, AtMostTheLimit) {
  EXPECT_THAT(types_of(run({"read", job_stream, "--limit", "2"})), ElementsAre("JobOpened", "WorkDone"));
  EXPECT_THAT(types_of(run({"read", job_stream, "--limit", "1", "--backwards"})), ElementsAre("JobOpened"));
  EXPECT_THAT(types_of(run({"read", job_stream, "--limit", "0"})), ElementsAre());
}

TEST_F(ReadTest, LongStreamsInPages) {
  append("Long-1", "Counted", 1234);
  EXPECT_EQ(run({"read", "Long-1", "--limit", "5000"}).lines().size(), 1234U);
  EXPECT_EQ(run({"read", "Long-1", "--limit", "5000", "--backwards"}).lines().size(), 1234U);
  const auto some = run({"read", "Long-1", "--from", "100", "--limit", "1001"}).lines();
  ASSERT_EQ(some.size(), 1001U);
  EXPECT_THAT(some.front(), HasSubstr("Long-1@100 "));
  EXPECT_THAT(some.back(), HasSubstr("Long-1@1100 "));
  const auto newest = run({"read", "Long-1", "--limit", "700", "--backwards"}).lines();
  ASSERT_EQ(newest.size(), 700U);
  EXPECT_THAT(newest.back(), HasSubstr("Long-1@534 "));
}

struct JsonMessage {
  std::uint64_t position = 0;
  std::string stream;
  std::uint64_t revision = 0;
  std::string kind;
  std::string type;
  Uuid id;
  Timestamp recorded_at;
  WorkDone data;
};

TEST_F(ReadTest, OneJsonObjectALine) {
  append("Text-1", "Line\"with\\odd\nname");
  const auto text = run({"read", "Text-1", "--json"});
  ASSERT_EQ(text.lines().size(), 1U) << text.out;
  EXPECT_EQ(lasagne::json_problem(text.lines()[0]), std::nullopt) << text.out;

  const auto ran = run({"read", job_stream, "--json"});
  ASSERT_EQ(ran.lines().size(), 4U);
  for (const auto& line : ran.lines()) EXPECT_EQ(lasagne::json_problem(line), std::nullopt) << line;
  const auto work = lasagne::from_json<JsonMessage>(ran.lines()[1]);
  ASSERT_TRUE(work) << work.error().to_string();
  EXPECT_EQ(work->stream, job_stream);
  EXPECT_EQ(work->revision, 1U);
  EXPECT_EQ(work->kind, "event");
  EXPECT_EQ(work->type, "WorkDone");
  EXPECT_EQ(work->data.amount, 5);
  EXPECT_THAT(ran.lines()[1], HasSubstr("\"metadata\":{\"$correlationId\":\"" + process.to_string() + "\""));
  EXPECT_THAT(run({"read", "jobs__commands", "--json"}).out, HasSubstr(R"("kind":"command","type":"DoWork")"));
}

TEST_F(ReadTest, NoSuchStream) {
  const auto ran = run({"read", "Job-unknown"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("Job-unknown"));
}

// tail

TEST_F(ReadTest, TailToTheEndWithFilters) {
  const auto all = run({"tail", "--no-follow"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(all.lines().size(), store->visible_position());
  EXPECT_THAT(types_of(run({"tail", "--no-follow", "--category", "Job"})),
              ElementsAre("JobOpened", "WorkDone", "JobClosed", "JobOpened"));
  EXPECT_THAT(types_of(run({"tail", "--no-follow", "--type", "WorkDone", "--type", "InvoicePaid"})),
              ElementsAre("WorkDone", "InvoicePaid"));
  EXPECT_THAT(types_of(run({"tail", "--no-follow", "--type", "JobOpened", "--category", "Invoice"})), ElementsAre());
  EXPECT_THAT(types_of(run({"tail", "--no-follow", "--category", "Job", "--after", "1"})),
              ElementsAre("WorkDone", "JobClosed", "JobOpened"));
  const auto json = run({"tail", "--no-follow", "--json"});
  EXPECT_EQ(json.lines().size(), all.lines().size());
  for (const auto& line : json.lines()) EXPECT_EQ(lasagne::json_problem(line), std::nullopt) << line;
}

TEST_F(ReadTest, TailFollowsAWriterInAnotherProcess) {
  Program tail("lasagne", {"tail", "--store", url, "--category", "Job", "--json"});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(tail.line()) << tail.err();
  append("Else-1", "NotWanted");
  append("Job-2", "First");
  const auto first = tail.line();
  ASSERT_TRUE(first) << tail.err();
  EXPECT_THAT(*first, HasSubstr("\"type\":\"First\""));
  append("Job-3", "Second");
  const auto second = tail.line();
  ASSERT_TRUE(second) << tail.err();
  EXPECT_THAT(*second, HasSubstr("\"type\":\"Second\""));
  EXPECT_EQ(tail.ended(), std::nullopt);
  tail.kill(SIGTERM);
  EXPECT_EQ(tail.wait(), 0);
  EXPECT_EQ(tail.err(), "");
}

TEST_F(ReadTest, TailStopsOnInterrupt) {
  Program tail("lasagne", {"tail", "--store", url});
  ASSERT_TRUE(tail.line());
  tail.kill(SIGINT);
  EXPECT_EQ(tail.wait(), 0);
}

}  // namespace cli_test
