// lasagne trace, lasagne parked, and what goes wrong.
#include <fstream>
#include <sstream>

#include "cli/cli_store.hpp"

namespace cli_test {

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The first words of a trace's lines, with their indentation.
std::vector<std::string> outline_of(const Ran& ran) {
  std::vector<std::string> outline;
  for (const auto& line : ran.lines()) {
    const auto start = line.find_first_not_of(' ');
    std::istringstream words(line);
    std::string kind;
    std::string type;
    words >> kind >> type;
    outline.push_back(std::string(start, ' ') + kind + " " + type);
  }
  return outline;
}

std::string line_with(const Ran& ran, const std::string& text) {
  for (const auto& line : ran.lines()) {
    if (line.find(text) != line.npos) return line;
  }
  return "no line with " + text;
}

}  // namespace

// trace

TEST_F(CliTest, TraceShowsOneProcessAsLayers) {
  const auto ran = run({"trace", process.to_string()});
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  auto outline = outline_of(ran);
  ASSERT_FALSE(outline.empty());
  EXPECT_EQ(outline.front(), "process " + process.to_string());
  outline.erase(outline.begin());
  EXPECT_THAT(outline, ElementsAre("event JobOpened",             //
                                   "event WorkDone",              //
                                   "event JobClosed",             //
                                   "  event JobFinished",         //
                                   "    command IssueInvoice",    //
                                   "      event InvoiceIssued",   //
                                   "event JobOpened",             //
                                   "command PayInvoice",          //
                                   "  event InvoicePaid",         //
                                   "command PayInvoice",          //
                                   "  event CommandRejected",     //
                                   "    command NoteRejection",   //
                                   "      event RejectionNoted",  //
                                   "command DoWork"))
      << ran.out;
}

TEST_F(CliTest, TraceShowsStreamsRevisionsTimesAndOutcomes) {
  const auto ran = run({"trace", process.to_string()});
  EXPECT_THAT(line_with(ran, " WorkDone "), HasSubstr(job_stream + "@1  +"));
  EXPECT_THAT(line_with(ran, " IssueInvoice "), HasSubstr("invoices__commands"));
  EXPECT_THAT(line_with(ran, " IssueInvoice "), EndsWith("  handled, 1 event"));
  EXPECT_THAT(line_with(ran, "rejected:"), HasSubstr("command PayInvoice"));
  EXPECT_THAT(line_with(ran, "rejected:"), EndsWith("  rejected: AlreadyPaid"));
  EXPECT_THAT(line_with(ran, "parked:"), HasSubstr("command DoWork"));
  EXPECT_THAT(line_with(ran, "parked:"), HasSubstr("parked: DoWork 13 is broken"));
  EXPECT_THAT(ran.out, Not(HasSubstr("\033["))) << "no colours outside of a terminal";
}

TEST_F(CliTest, TraceFindsTheProcessOfAStream) {
  const auto by_id = run({"trace", process.to_string()});
  EXPECT_EQ(run({"trace", job_stream}).out, by_id.out);
  EXPECT_EQ(run({"trace", "Invoice-" + invoice.to_string()}).out, by_id.out);
  close();
  EXPECT_EQ(run({"trace", job_stream}).out, by_id.out) << "also when nobody writes";
}

TEST_F(CliTest, TraceOfNothing) {
  const auto process_unknown = run({"trace", Uuid::derive(job, "unknown").to_string()});
  EXPECT_EQ(process_unknown.exit_code, 2);
  EXPECT_THAT(process_unknown.err, HasSubstr("no message of process " + Uuid::derive(job, "unknown").to_string()));
  const auto stream_unknown = run({"trace", "Job-unknown"});
  EXPECT_EQ(stream_unknown.exit_code, 2);
  EXPECT_THAT(stream_unknown.err, HasSubstr("\"Job-unknown\" is neither a correlation id nor a stream of this store"));
  EXPECT_EQ(stream_unknown.out, "");
}

TEST_F(CliTest, TraceShowsAnEventBesideTheParkedReactionToIt) {
  faults.deny = "Invoicing";
  const Uuid second = Uuid::derive(Uuid{}, "second job");
  ASSERT_TRUE(runtime->execute(OpenJob{second, "roof"}));
  ASSERT_TRUE(runtime->execute(CloseJob{second}));
  settle();
  const auto ran = run({"trace", "Job-" + second.to_string()});
  EXPECT_THAT(line_with(ran, " JobFinished "), HasSubstr("parked: Invoicing is broken"));
}

// parked

TEST_F(CliTest, ParkedShowsWhatIsHeldBack) {
  const auto ran = run({"parked"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  ASSERT_EQ(ran.lines().size(), 1U) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("  parked  "));
  EXPECT_THAT(ran.out, HasSubstr(job_stream));
  EXPECT_THAT(ran.out, HasSubstr("DoWork 13 is broken"));
  send(DoWork{job, 1});
  const auto two = run({"parked", "--json"});
  ASSERT_EQ(two.lines().size(), 2U) << two.out;
  for (const auto& line : two.lines()) EXPECT_EQ(lasagne::json_problem(line), std::nullopt) << line;
  EXPECT_THAT(two.lines()[0], HasSubstr(R"("status":"parked","attempts":1)"));
  EXPECT_THAT(two.lines()[1], HasSubstr(R"("status":"queued")"));
  EXPECT_THAT(run({"trace", process.to_string()}).out, HasSubstr("waits for an earlier message of its key"));
}

TEST_F(CliTest, NothingParked) {
  const auto parked = runtime->parked();
  ASSERT_TRUE(parked && parked->size() == 1);
  ASSERT_TRUE(runtime->skip_parked(parked->front().entry.processor, parked->front().entry.position));
  const auto ran = run({"parked"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.out, "");
}

// what goes wrong

TEST_F(CliTest, NoSuchStore) {
  const auto path = folder.file("absent.db");
  const auto ran = testing_programs::run("lasagne", {"read", "Job-1", "--store", "sqlite:" + path});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, ::testing::StartsWith("lasagne: "));
  EXPECT_THAT(ran.err, HasSubstr(path));
  EXPECT_FALSE(std::filesystem::exists(path)) << "looking does not make a store";
}

TEST_F(CliTest, NotAStore) {
  const auto path = folder.file("letter.txt");
  std::ofstream(path) << "Dear Sir or Madam, this file is not a database at all, however long you look at it.\n";
  const auto before = text_of(path);
  const auto ran = testing_programs::run("lasagne", {"tail", "--no-follow", "--store", "sqlite:" + path});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr(path));
  EXPECT_EQ(text_of(path), before);
}

TEST_F(CliTest, UnknownKindOfStore) {
  const auto ran = testing_programs::run("lasagne", {"parked", "--store", "carrier-pigeon:coop"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("carrier-pigeon:coop"));
}

TEST_F(CliTest, Usage) {
  for (const auto& arguments : std::vector<Arguments>{{},
                                                      {"frobnicate"},
                                                      {"read"},
                                                      {"read", "--store", url},
                                                      {"read", "Job-1"},
                                                      {"trace", "--store", url},
                                                      {"read", "Job-1", "--store", url, "--limit", "many"},
                                                      {"tail", "--store", url, "--sideways"}}) {
    const auto ran = testing_programs::run("lasagne", arguments);
    EXPECT_EQ(ran.exit_code, 64) << ::testing::PrintToString(arguments);
    EXPECT_NE(ran.err, "") << ::testing::PrintToString(arguments);
    EXPECT_EQ(ran.out, "");
  }
  const auto help = testing_programs::run("lasagne", {"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* said : {"trace", "read", "tail", "parked", "Exit codes"}) EXPECT_THAT(help.out, HasSubstr(said));
  const auto version = testing_programs::run("lasagne", {"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, ::testing::MatchesRegex("[0-9]+[.][0-9]+[.][0-9]+\n"));
}

TEST_F(CliTest, TheStoreMayComeFromTheEnvironment) {
  const auto ran = testing_programs::run("lasagne", {"read", job_stream}, {"LASAGNE_STORE=" + url});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.lines().size(), 4U);
}

TEST_F(CliTest, AClosedPipeEndsItQuietly) {
  append("Long-1", "Counted", 900, 1000);  // far more than a pipe holds
  for (const auto& arguments : std::vector<Arguments>{{"read", "Long-1"}, {"tail", "--no-follow"}, {"tail"}}) {
    auto with_store = arguments;
    with_store.insert(with_store.end(), {"--store", url});
    Program program("lasagne", with_store);
    ASSERT_TRUE(program.line());
    program.close_output();
    EXPECT_EQ(program.wait(), 0) << ::testing::PrintToString(arguments);
    EXPECT_EQ(program.err(), "");
  }
}

// What a message holds can neither break a JSON line nor steer the terminal, wherever it is shown.
TEST_F(CliTest, ShowsNothingRawOfWhatMessagesHold) {
  const std::string nasty = "\x1b[2J\xe2\x80\xaeX\xc2\x9b\x7f";
  const std::string in_json = R"({"text":"\u001b[2J)" + std::string("\xe2\x80\xaeX\xc2\x9b\x7f") + "\",\n\"n\":1}";
  lasagne::Commit commit;
  commit.appends.push_back(
      {"Nasty-" + nasty,
       ExpectedRevision::any(),
       {{Uuid::generate(), lasagne::MessageKind::event, "Type" + nasty, in_json, {process, {}, {}}}}});
  commit.parked_put.push_back(
      {"jobs/commands", 1, nasty, lasagne::ParkedMessage::Status::parked, 1, {}, "no " + nasty, {}});
  const auto appended = store->append(commit);
  ASSERT_TRUE(appended) << appended.error().message;
  close();
  const std::vector<Arguments> commands{{"tail", "--no-follow"},
                                        {"tail", "--no-follow", "--json"},
                                        {"parked"},
                                        {"parked", "--json"},
                                        {"trace", process.to_string()},
                                        {"read", "Nasty-" + nasty},
                                        {"read", "--json", "Nasty-" + nasty},
                                        {"read", "None-" + nasty}};
  for (const auto& arguments : commands) {
    const auto ran = run(arguments);
    for (const std::string raw : {"\x1b", "\xe2\x80\xae", "\xc2\x9b", "\x7f"}) {
      EXPECT_THAT(ran.out, Not(HasSubstr(raw))) << arguments[0];
      EXPECT_THAT(ran.err, Not(HasSubstr(raw))) << arguments[0];
    }
    if (std::ranges::find(arguments, "--json") == arguments.end()) continue;
    std::stringstream lines(ran.out);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_FALSE(lasagne::json_problem(line)) << line;
    EXPECT_GT(count, 0U) << arguments[0];
  }
}

}  // namespace cli_test
