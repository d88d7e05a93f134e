// What fails is tried again, then parked, and holds back its key; people retry, edit and skip it.
#include "jobs_runtime.hpp"

namespace jobs_runtime {

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

}  // namespace jobs_runtime
