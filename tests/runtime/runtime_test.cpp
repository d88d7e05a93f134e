// What a runtime does while nothing fails.
#include <thread>

#include "jobs_runtime.hpp"

namespace jobs_runtime {

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

}  // namespace jobs_runtime
