#include <gtest/gtest.h>

#include <thread>

#include "jobs_domain.hpp"

namespace {

using namespace jobs_domain;
using lasagne::Direction;
using lasagne::ExpectedRevision;
using lasagne::Module;
using lasagne::Position;
using lasagne::RetryPolicy;
using lasagne::Runtime;
using namespace std::chrono_literals;

lasagne::Uuid id_of(int n) { return lasagne::Uuid::derive(lasagne::Uuid{}, "test " + std::to_string(n)); }

class RuntimeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    faults = {};
    restart();
  }

  void restart() {
    runtime.reset();
    RetryPolicy retry;
    retry.attempts = 3;
    retry.jitter = 0;
    auto jobs = Module{"jobs"}.decider<Job>().retry_commands(retry).forwarder<JobForwarder>();
    auto invoices = Module{"invoices"}.decider<Invoice>().saga<Invoicing>({.retry = retry, .name = {}});
    if (with_effect) invoices.effect<MailRoom>(mail, {.retry = retry, .name = {}});
    auto watch = Module{"watch"}.decider<Notes>().saga<RejectionWatcher>();
    runtime = std::make_unique<Runtime>(*store, std::vector<Module>{jobs, invoices, watch},
                                        lasagne::RuntimeOptions{[this] { return now; }});
  }

  void settle() {
    const auto done = runtime->run_until_idle();
    ASSERT_TRUE(done) << done.error().message;
  }

  std::vector<std::string> types(std::string_view stream) {
    std::vector<std::string> names;
    const auto slice = store->read_stream(stream, 0, Direction::forwards, 1000);
    if (slice) {
      for (const auto& message : slice->messages) names.push_back(message->type);
    }
    return names;
  }
  std::size_t count(const std::string& type) {
    const auto slice = store->read_all(0, {{type}, {}, {}}, 10'000);
    return slice ? slice->messages.size() : 0;
  }
  template <class C>
  void send(const C& command) {
    const auto sent = runtime->send(command);
    ASSERT_TRUE(sent) << sent.error().message;
  }

  lasagne::Timestamp now{1'000'000'000};
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  MailRoom mail;
  bool with_effect = false;
  std::unique_ptr<Runtime> runtime;
};

TEST_F(RuntimeTest, ExecuteRecordsTheEventsAndAnswersTheETag) {
  const auto opened = runtime->execute(OpenJob{id_of(1), "paint"});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->etag->to_string(), "\"0\"");
  const auto worked = runtime->execute(DoWork{id_of(1), 5});
  ASSERT_TRUE(worked);
  EXPECT_EQ(worked->etag->revision, 1U);
  EXPECT_EQ(worked->correlation_id, opened->correlation_id) << "a command from outside joins its stream's process";
  EXPECT_EQ(store->durable_position(), store->visible_position());
}

TEST_F(RuntimeTest, ExecuteAnswersRejectionWithoutRecordingIt) {
  const auto refused = runtime->execute(DoWork{id_of(1), 5});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, lasagne::Refusal::Kind::rejected);
  EXPECT_EQ(refused.error().rejection.reason, "NotOpen");
  EXPECT_EQ(store->visible_position(), 0U);
}

TEST_F(RuntimeTest, ExecuteWithAStaleExpectedRevisionIsAConflictNamingTheActualOne) {
  ASSERT_TRUE(runtime->execute(OpenJob{id_of(1), "paint"}));
  ASSERT_TRUE(runtime->execute(DoWork{id_of(1), 5}));
  const auto stale = runtime->execute(
      DoWork{id_of(1), 1}, {.expected = ExpectedRevision::exactly(0), .correlation_id = {}, .traceparent = {}});
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().kind, lasagne::Refusal::Kind::conflict);
  EXPECT_EQ(stale.error().error.actual_revision, 1U);
}

TEST_F(RuntimeTest, ConcurrentExecutesWithoutExpectedRevisionAllSucceed) {
  ASSERT_TRUE(runtime->execute(OpenJob{id_of(1), "paint"}));
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) failed += runtime->execute(DoWork{id_of(1), 1}) ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed.load(), 0);
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 200);
}

TEST_F(RuntimeTest, AProcessRunsAcrossModulesToItsEnd) {
  send(OpenJob{id_of(1), "paint"});
  send(DoWork{id_of(1), 5});
  send(DoWork{id_of(1), 7});
  send(CloseJob{id_of(1)});
  settle();
  EXPECT_EQ(types("Job-" + id_of(1).to_string()),
            (std::vector<std::string>{"JobOpened", "WorkDone", "WorkDone", "JobClosed"}));
  EXPECT_EQ(types("jobs__external-events"), std::vector<std::string>{"JobFinished"});
  EXPECT_EQ(types("invoices__commands"), std::vector<std::string>{"IssueInvoice"});
  const auto external = store->read_stream("jobs__external-events", 0, Direction::forwards, 1);
  EXPECT_NE(external->messages[0]->data.find("\"total\":12"), std::string::npos) << "enriched as of the event";
}

TEST_F(RuntimeTest, ForwarderEnrichesFromTheAggregateAsOfTheEventNotAsOfNow) {
  send(OpenJob{id_of(1), "paint"});
  send(DoWork{id_of(1), 5});
  send(CloseJob{id_of(1)});
  send(OpenJob{id_of(1), "again"});
  send(DoWork{id_of(1), 90});
  settle();
  const auto external = store->read_stream("jobs__external-events", 0, Direction::forwards, 10);
  ASSERT_TRUE(external);
  EXPECT_NE(external->messages[0]->data.find("\"total\":5"), std::string::npos);
}

TEST_F(RuntimeTest, CorrelationAndCausationGoThroughTheWholeChain) {
  ASSERT_TRUE(runtime->execute(OpenJob{id_of(1), "paint"},
                               {.expected = {}, .correlation_id = id_of(99), .traceparent = "00-aa-bb-01"}));
  send(CloseJob{id_of(1)});
  settle();
  const auto process = store->read_process(id_of(99), 0, 100);
  ASSERT_TRUE(process);
  std::map<lasagne::Uuid, std::string> seen;
  std::vector<std::string> order;
  for (const auto& message : *process) {
    seen[message->id] = message->type;
    order.push_back(seen[message->metadata.causation_id] + ">" + message->type);
  }
  EXPECT_EQ(order, (std::vector<std::string>{">JobOpened", ">CloseJob", "CloseJob>JobClosed", "JobClosed>JobFinished",
                                             "JobFinished>IssueInvoice", "IssueInvoice>InvoiceIssued"}));
}

TEST_F(RuntimeTest, ARejectedBusCommandIsRecordedAndSagasSeeIt) {
  send(DoWork{id_of(1), 5});
  settle();
  EXPECT_EQ(types("jobs__command-rejections"), std::vector<std::string>{"lasagne.CommandRejected"});
  EXPECT_EQ(count("RejectionNoted"), 1U);
}

TEST_F(RuntimeTest, TheSameCommandIdIsSentOnce) {
  const lasagne::SendOptions once{.id = id_of(7), .correlation_id = {}, .traceparent = {}};
  ASSERT_TRUE(runtime->send(OpenJob{id_of(1), "paint"}, once));
  ASSERT_TRUE(runtime->send(OpenJob{id_of(1), "paint"}, once));
  settle();
  EXPECT_EQ(count("OpenJob"), 1U);
}

TEST_F(RuntimeTest, NothingIsRepeatedAfterARestart) {
  send(OpenJob{id_of(1), "paint"});
  send(CloseJob{id_of(1)});
  settle();
  const Position end = store->visible_position();
  restart();
  settle();
  EXPECT_EQ(store->visible_position(), end);
}

TEST_F(RuntimeTest, ATransientFailureIsRetriedAfterItsBackoffWithoutBlockingOtherKeys) {
  faults.failures["DoWork 5"] = 1;
  send(OpenJob{id_of(1), "a"});
  send(OpenJob{id_of(2), "b"});
  send(DoWork{id_of(1), 5});
  send(DoWork{id_of(1), 6});
  send(DoWork{id_of(2), 7});
  settle();
  EXPECT_EQ(runtime->load<Job>(id_of(2))->state.total, 7);
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 0) << "the successor waits for its key's first";
  now = now + 100ms;
  settle();
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 11);
  EXPECT_TRUE(runtime->parked()->empty());
}

TEST_F(RuntimeTest, AttemptsAndWaitsSurviveARestart) {
  faults.failures["DoWork 5"] = 2;
  send(OpenJob{id_of(1), "a"});
  send(DoWork{id_of(1), 5});
  settle();
  restart();
  settle();
  ASSERT_EQ(runtime->parked()->size(), 1U);
  EXPECT_EQ(runtime->parked()->at(0).entry.attempts, 1U);
  now = now + 100ms;
  settle();
  EXPECT_EQ(runtime->parked()->at(0).entry.attempts, 2U);
  restart();
  now = now + 200ms;
  settle();
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 5);
}

TEST_F(RuntimeTest, AMessageGivenUpOnIsParkedWithItsErrorAndHoldsBackItsKeyOnly) {
  faults.deny = "DoWork 5";
  send(OpenJob{id_of(1), "a"});
  send(OpenJob{id_of(2), "b"});
  send(DoWork{id_of(1), 5});
  send(DoWork{id_of(1), 6});
  send(DoWork{id_of(2), 7});
  settle();
  EXPECT_EQ(runtime->load<Job>(id_of(2))->state.total, 7);
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 0);
  const auto parked = runtime->parked();
  ASSERT_EQ(parked->size(), 2U);
  EXPECT_EQ(parked->at(0).entry.error, "DoWork 5 is broken");
  EXPECT_EQ(parked->at(0).entry.key, "Job-" + id_of(1).to_string());
  EXPECT_EQ(parked->at(1).entry.status, lasagne::ParkedMessage::Status::queued);
}

class ParkedTest : public RuntimeTest {
 protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    faults.deny = "DoWork 5";
    send(OpenJob{id_of(1), "a"});
    for (const int amount : {5, 6, 7}) send(DoWork{id_of(1), amount});
    settle();
    ASSERT_EQ(runtime->parked()->size(), 3U);
    first = runtime->parked()->at(0).entry.position;
  }
  Position first = 0;
};

TEST_F(ParkedTest, RetriedOnceMendedTheKeyGoesOnInOrder) {
  faults.deny.clear();
  ASSERT_TRUE(runtime->retry_parked("jobs/commands", first));
  settle();
  EXPECT_TRUE(runtime->parked()->empty());
  const auto stream = store->read_stream("Job-" + id_of(1).to_string(), 1, Direction::forwards, 10);
  ASSERT_EQ(stream->messages.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NE(stream->messages[i]->data.find("\"amount\":" + std::to_string(5 + i)), std::string::npos);
  }
}

TEST_F(ParkedTest, RetriedWithoutMendingItParksAgain) {
  ASSERT_TRUE(runtime->retry_parked("jobs/commands", first));
  settle();
  EXPECT_EQ(runtime->parked()->size(), 3U);
}

TEST_F(ParkedTest, NothingQueuesBehindWhatAnotherRuntimeHasSettled) {
  const auto jobs = Module{"jobs"}.decider<Job>().forwarder<JobForwarder>();
  Runtime other(*store, {jobs}, {[this] { return now; }});
  ASSERT_TRUE(other.run_until_idle());  // knows of the parked message now
  faults.deny.clear();
  ASSERT_TRUE(runtime->retry_parked("jobs/commands", first));
  settle();
  send(DoWork{id_of(1), 9});
  ASSERT_TRUE(other.run_until_idle());
  settle();
  EXPECT_TRUE(runtime->parked()->empty());
  EXPECT_EQ(count("WorkDone"), 4U);
}

TEST_F(ParkedTest, SkippedTheSuccessorsGoOn) {
  ASSERT_TRUE(runtime->skip_parked("jobs/commands", first));
  settle();
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 13);
  EXPECT_TRUE(runtime->parked()->empty());
}

TEST_F(ParkedTest, SkippedASuccessorGoesOnHoweverManyOthersAreParkedBetweenThem) {
  ASSERT_TRUE(runtime->skip_parked("jobs/commands", first));
  settle();
  send(DoWork{id_of(1), 5});
  for (int i = 2; i < 1100; ++i) send(DoWork{id_of(i), 5});
  send(DoWork{id_of(1), 8});
  settle();
  const auto parked = runtime->parked(10'000);
  ASSERT_EQ(parked->size(), 1100U);
  EXPECT_EQ(parked->back().entry.key, parked->front().entry.key);
  ASSERT_TRUE(runtime->skip_parked("jobs/commands", parked->front().entry.position));
  settle();
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 6 + 7 + 8);
  EXPECT_EQ(runtime->parked(10'000)->size(), 1098U);
}

TEST_F(ParkedTest, EditedAndRetriedTheNewDataIsHandled) {
  ASSERT_TRUE(runtime->edit_and_retry_parked("jobs/commands", first,
                                             R"({"job_id":")" + id_of(1).to_string() + R"(","amount":50})"));
  settle();
  EXPECT_EQ(runtime->load<Job>(id_of(1))->state.total, 63);
}

TEST_F(ParkedTest, EditingToSomethingThatIsNotJsonIsRefused) {
  const auto refused = runtime->edit_and_retry_parked("jobs/commands", first, "{");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, lasagne::ErrorCode::invalid);
}

TEST_F(ParkedTest, WhatIsNotParkedIsNotFound) {
  const auto missing = runtime->retry_parked("jobs/commands", 1);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, lasagne::ErrorCode::not_found);
}

TEST_F(RuntimeTest, AMessageOfAnUnknownTypeParksAndStopsNobody) {
  lasagne::Commit foreign;
  foreign.appends.push_back(
      {"jobs__commands", ExpectedRevision::any(), {{id_of(50), lasagne::MessageKind::command, "PaintMoon", "{}", {}}}});
  ASSERT_TRUE(store->append(foreign));
  send(OpenJob{id_of(1), "a"});
  settle();
  EXPECT_EQ(count("JobOpened"), 1U);
  ASSERT_EQ(runtime->parked()->size(), 1U);
  EXPECT_NE(runtime->parked()->at(0).entry.error.find("PaintMoon"), std::string::npos);
}

TEST_F(RuntimeTest, AMessageThatDoesNotDecodeParksNamingThePath) {
  lasagne::Commit foreign;
  foreign.appends.push_back({"jobs__commands",
                             ExpectedRevision::any(),
                             {{id_of(50), lasagne::MessageKind::command, "DoWork", R"({"job_id":7})", {}}}});
  ASSERT_TRUE(store->append(foreign));
  settle();
  ASSERT_EQ(runtime->parked()->size(), 1U);
  EXPECT_NE(runtime->parked()->at(0).entry.error.find("job_id"), std::string::npos);
}

TEST_F(RuntimeTest, ATimerFiresOnceAndOnlyWhenDue) {
  send(OpenJob{id_of(1), "a"});
  send(CloseJob{id_of(1)});
  settle();
  EXPECT_EQ(count("RemindInvoice"), 0U);
  now = store->read_all(0, {{"InvoiceIssued"}, {}, {}}, 1)->messages.at(0)->recorded_at + 24h;
  restart();
  settle();
  settle();
  EXPECT_EQ(count("RemindInvoice"), 1U);
  EXPECT_EQ(count("InvoiceReminded"), 1U);
}

TEST_F(RuntimeTest, ATimerWhoseStreamIsClosedForGoodIsKeptAsideAndStopsNobody) {
  send(OpenJob{id_of(1), "a"});
  send(CloseJob{id_of(1)});
  settle();
  ASSERT_TRUE(store->tombstone_stream("invoices__commands", ExpectedRevision::any()));
  now = store->read_all(0, {{"InvoiceIssued"}, {}, {}}, 1)->messages.at(0)->recorded_at + 24h;
  settle();
  EXPECT_EQ(types("timers__undeliverable"), std::vector<std::string>{"RemindInvoice"});
}

TEST_F(RuntimeTest, ACancelledTimerNeverFires) {
  send(OpenJob{id_of(1), "a"});
  send(CloseJob{id_of(1)});
  settle();
  const auto issued = store->read_all(0, {{"InvoiceIssued"}, {}, {}}, 1)->messages.at(0);
  send(PayInvoice{*lasagne::Uuid::parse(std::string_view(issued->stream).substr(8))});
  settle();
  now = issued->recorded_at + 48h;
  settle();
  EXPECT_EQ(count("RemindInvoice"), 0U);
}

TEST_F(RuntimeTest, AnEffectRunsWithAStableIdempotencyKeyAndAnswersWithACommand) {
  with_effect = true;
  mail.pays = true;
  restart();
  faults.failures["MailRoom"] = 1;
  send(OpenJob{id_of(1), "a"});
  send(CloseJob{id_of(1)});
  settle();
  EXPECT_TRUE(mail.sent->empty());
  now = now + 1s;
  settle();
  EXPECT_EQ(mail.sent->size(), 1U);
  EXPECT_EQ(count("InvoicePaid"), 1U);
  const auto issued = store->read_all(0, {{"InvoiceIssued"}, {}, {}}, 1)->messages.at(0);
  EXPECT_EQ(mail.sent->at(0), lasagne::Uuid::derive(issued->id, "invoices/effect/MailRoom call").to_string());
}

TEST_F(RuntimeTest, ASagaThatFailsForGoodParksUnderItsProcess) {
  faults.deny = "Invoicing";
  send(OpenJob{id_of(1), "a"});
  send(CloseJob{id_of(1)});
  settle();
  ASSERT_EQ(runtime->parked()->size(), 1U);
  faults.deny.clear();
  const auto entry = runtime->parked()->at(0).entry;
  ASSERT_TRUE(runtime->retry_parked(entry.processor, entry.position));
  settle();
  EXPECT_EQ(count("InvoiceIssued"), 1U);
}

TEST_F(RuntimeTest, ACommandThatComesAgainAfterItsBusForgotItStopsNobody) {
  lasagne::SendOptions again;
  again.id = id_of(999);
  send(OpenJob{id_of(1), "a"});
  ASSERT_TRUE(runtime->send(OpenJob{id_of(1), "a"}, again));  // rejected: it is open
  for (int i = 2; i < 2 + static_cast<int>(lasagne::Limits::recent_ids_per_stream); ++i) send(OpenJob{id_of(i), "a"});
  ASSERT_TRUE(runtime->send(OpenJob{id_of(1), "a"}, again));  // and so again, with the same id
  send(DoWork{id_of(1), 5});
  settle();
  EXPECT_EQ(count("WorkDone"), 1U);
  EXPECT_EQ(count("lasagne.CommandRejected"), 1U);
}

TEST_F(RuntimeTest, TwoRuntimesOnOneStoreDoNothingTwice) {
  const auto jobs = Module{"jobs"}.decider<Job>().forwarder<JobForwarder>();
  Runtime other(*store, {jobs}, {[this] { return now; }});
  for (int i = 0; i < 20; ++i) send(OpenJob{id_of(i), "a"});
  std::thread racing([&] { (void)other.run_until_idle(); });
  (void)runtime->run_until_idle();
  racing.join();
  settle();
  EXPECT_EQ(count("JobOpened"), 20U);
}

TEST_F(RuntimeTest, StartedItWorksInTheBackgroundAndStopsWithinItsBound) {
  with_effect = true;
  mail.pays = true;
  restart();
  runtime->start();
  for (int i = 0; i < 50; ++i) {
    send(OpenJob{id_of(i), "a"});
    send(CloseJob{id_of(i)});
  }
  ASSERT_TRUE(runtime->wait_until_idle());
  EXPECT_EQ(count("InvoicePaid"), 50U);
  EXPECT_EQ(store->durable_position(), store->visible_position());
  EXPECT_TRUE(runtime->stop());
  send(OpenJob{id_of(1000), "late"});
  runtime->start();
  ASSERT_TRUE(runtime->wait_until_idle());
  EXPECT_EQ(count("JobOpened"), 51U);
}

TEST(Registration, ContradictingModulesAreRefused) {
  const auto store = lasagne::open("memory:");
  EXPECT_THROW(Runtime(*store, {Module{"a"}.decider<Job>(), Module{"b"}.decider<Job>()}), std::invalid_argument);
  EXPECT_THROW(Runtime(*store, {Module{"a__b"}}), std::invalid_argument);
  EXPECT_THROW(Runtime(*store, {Module{"a"}, Module{"a"}}), std::invalid_argument);
  EXPECT_THROW(Runtime(*store, {Module{"a"}.routes_to<OpenJob>("b c")}), std::invalid_argument);
}

TEST(Registration, NamesThatNoStoreWouldTakeAreRefused) {
  const auto store = lasagne::open("memory:");
  constexpr std::size_t module_bytes =
      lasagne::Limits::stream_name_bytes - std::string_view("__command-rejections").size();
  EXPECT_NO_THROW(Runtime(*store, {Module{std::string(module_bytes, 'a')}.decider<Job>()}));
  EXPECT_THROW(Runtime(*store, {Module{std::string(module_bytes + 1, 'a')}.decider<Job>()}), std::invalid_argument);
  const auto with_name = [](std::size_t bytes) {
    lasagne::HandlerOptions options;
    options.name = std::string(bytes, 'p');
    return Module{"a"}.decider<Job>().decider<Invoice>().saga<Invoicing>({}, options);
  };
  EXPECT_NO_THROW(Runtime(*store, {with_name(lasagne::Limits::key_bytes)}));
  EXPECT_THROW(Runtime(*store, {with_name(lasagne::Limits::key_bytes + 1)}), std::invalid_argument);
}

}  // namespace
