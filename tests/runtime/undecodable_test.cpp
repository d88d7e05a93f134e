// Messages of unknown types, and messages that no longer decode: each kind of handler keeps them aside, and goes on.
#include <gtest/gtest.h>

#include "jobs_domain.hpp"

namespace undecodable_test {}
template <>
inline constexpr std::string_view lasagne::namespace_name<"undecodable_test"> = "";

namespace undecodable_test {

using namespace jobs_domain;
using lasagne::Direction;
using lasagne::ExpectedRevision;
using lasagne::MessageKind;
using lasagne::Module;
using lasagne::ParkedMessage;

lasagne::Uuid id_of(int n) { return lasagne::Uuid::derive(lasagne::Uuid{}, "undecodable " + std::to_string(n)); }

// Follows finished jobs, with a stream of its own for each.
struct JobFollowed {
  Uuid job_id;
};
struct Follower {
  static constexpr std::string_view category = "Follower";
  using Input = std::variant<JobFinished>;
  using Event = std::variant<JobFollowed>;
  struct State {
    int followed = 0;
  };
  static Uuid id(const JobFinished& event) { return event.job_id; }
  static State evolve(State state, const JobFollowed&) { return {state.followed + 1}; }
  static std::vector<Event> on(const JobFinished& event, const State&, Send&) { return {JobFollowed{event.job_id}}; }
};

// Turns each failure into an event, and must not be asked to for what it cannot read.
struct Try {
  Uuid attempt_id;
  int number = 0;
};
struct Tried {
  Uuid attempt_id;
  int number = 0;
};
struct TryFailed {
  Uuid attempt_id;
};
struct Attempt {
  static constexpr std::string_view category = "Attempt";
  using Command = std::variant<Try>;
  using Event = std::variant<Tried, TryFailed>;
  using State = int;
  static Uuid id(const Try& command) { return command.attempt_id; }
  static State evolve(State state, const auto&) { return state + 1; }
  static lasagne::Decision<Event> decide(const Try& command, const State&) {
    return Tried{command.attempt_id, command.number};
  }
  static Event on_failure(const Try& command, const lasagne::Failure&) { return TryFailed{command.attempt_id}; }
};

// Fails with more words, under a longer key, than a store takes.
struct Shouter {
  using Event = std::variant<Tried>;
  static std::string key(const Tried& event) {
    return std::string(2 * lasagne::Limits::key_bytes, 'k') + event.attempt_id.to_string();
  }
  static void on(const Tried& event, Send&) {
    if (event.number == 1) throw lasagne::PermanentError(std::string(2 * lasagne::Limits::error_bytes, 'x'));
  }
};

class Undecodable : public ::testing::Test {
 protected:
  Undecodable() {
    faults = {};
    auto jobs = Module{"jobs"}.decider<Job>().forwarder<JobForwarder>();
    auto invoices = Module{"invoices"}.decider<Invoice>().saga<Invoicing>().effect<MailRoom>(mail);
    auto others = Module{"others"}.decider<Attempt>().process_manager<Follower>();
    runtime = std::make_unique<lasagne::Runtime>(*store, std::vector<Module>{jobs, invoices, others},
                                                 lasagne::RuntimeOptions{[] { return lasagne::Timestamp{1}; }, {}});
  }

  void put(const std::string& stream, const std::string& type, const std::string& data,
           MessageKind kind = MessageKind::event) {
    lasagne::Commit commit;
    const auto id = id_of(1000 + ++count_);
    commit.appends.push_back({stream, ExpectedRevision::any(), {{id, kind, type, data, {id, {}, {}}}}});
    ASSERT_TRUE(store->append(commit));
  }
  template <class C>
  void send(const C& command) {
    ASSERT_TRUE(runtime->send(command));
  }
  void settle() {
    const auto done = runtime->run_until_idle();
    ASSERT_TRUE(done) << done.error().message;
  }
  // What was kept aside for good, by the handler: "processor: error".
  std::vector<std::string> parked() {
    std::vector<std::string> all;
    const auto held = store->parked("", 0, 100);
    for (const auto& each : *held)
      if (each.status == ParkedMessage::Status::parked) all.push_back(each.processor + ": " + each.error);
    return all;
  }
  void expect_parked(const std::string& processor, const std::string& naming) {
    const auto all = parked();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].starts_with(processor + ": ")) << all[0];
    EXPECT_NE(all[0].find(naming), std::string::npos) << all[0];
  }
  std::size_t count(const std::string& type) { return store->read_all(0, {{type}, {}, {}}, 1000)->messages.size(); }
  void finish_job(int n) {
    send(OpenJob{id_of(n), "a job"});
    send(CloseJob{id_of(n)});
  }

  MailRoom mail;
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  std::unique_ptr<lasagne::Runtime> runtime;

 private:
  int count_ = 0;
};

TEST_F(Undecodable, ACommandParksAndOnFailureIsNotAsked) {
  put("others__commands", "Try", R"({"attempt_id":"x"})", MessageKind::command);
  send(Try{id_of(1), 1});
  settle();
  expect_parked("others/commands", "attempt_id");
  EXPECT_EQ(count("Tried"), 1U);
  EXPECT_EQ(count("TryFailed"), 0U);
}

TEST_F(Undecodable, ACommandOfAnUnknownTypeParks) {
  put("others__commands", "PaintMoon", "{}", MessageKind::command);
  send(Try{id_of(1), 1});
  settle();
  expect_parked("others/commands", "PaintMoon");
  EXPECT_EQ(count("Tried"), 1U);
}

TEST_F(Undecodable, AnEventParksForASagaAndForAProcessManager) {
  put("jobs__external-events", "JobFinished", R"({"job_id":7})");
  finish_job(1);
  settle();
  const auto all = parked();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].starts_with("invoices/saga/Invoicing: ")) << all[0];
  EXPECT_TRUE(all[1].starts_with("others/process-manager/Follower: ")) << all[1];
  for (const auto& each : all) EXPECT_NE(each.find("job_id"), std::string::npos) << each;
  EXPECT_EQ(count("InvoiceIssued"), 1U);
  EXPECT_EQ(count("JobFollowed"), 1U);
}

TEST_F(Undecodable, AnEventParksForAForwarder) {
  put("Job-" + id_of(9).to_string(), "JobClosed", R"({"job_id":[]})");
  finish_job(1);
  settle();
  expect_parked("jobs/forwarder/JobForwarder", "job_id");
  EXPECT_EQ(count("JobFinished"), 1U);
}

TEST_F(Undecodable, AnEventParksForAnEffect) {
  put("Invoice-" + id_of(9).to_string(), "InvoiceIssued", R"({"invoice_id":null})");
  finish_job(1);
  settle();
  for (const auto& each : parked()) EXPECT_NE(each.find("invoice_id"), std::string::npos) << each;
  EXPECT_EQ(parked().size(), 2U);  // the saga hears of it too
  EXPECT_EQ(mail.sent->size(), 1U);
}

TEST_F(Undecodable, AStreamWithAnEventOfAnUnknownTypeParksItsCommandsAndNoOthers) {
  const auto stream = "Job-" + id_of(9).to_string();
  send(OpenJob{id_of(9), "a"});
  settle();
  put(stream, "JobPainted", "{}");
  send(DoWork{id_of(9), 1});
  send(DoWork{id_of(9), 2});
  finish_job(1);
  settle();
  expect_parked("jobs/commands", "JobPainted");
  EXPECT_EQ(store->parked("", 0, 100)->size(), 2U);  // the second one waits behind the first
  EXPECT_EQ(count("WorkDone"), 0U);
  EXPECT_EQ(count("JobFinished"), 1U);

  const auto answer = runtime->execute(DoWork{id_of(9), 3});
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().error.message.find("JobPainted"), std::string::npos) << answer.error().error.message;
  const auto loaded = runtime->load<Job>(id_of(9));
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("JobPainted"), std::string::npos) << loaded.error().message;
}

TEST_F(Undecodable, AStreamWithAnEventThatDoesNotDecodeParksTheEventsOfItsProcessManager) {
  put("Follower-" + id_of(1).to_string(), "JobFollowed", R"({"job_id":true})");
  finish_job(1);
  finish_job(2);
  settle();
  expect_parked("others/process-manager/Follower", "job_id");
  EXPECT_EQ(count("JobFollowed"), 2U);  // the one put here, and that of the other job
}

TEST_F(Undecodable, AFailureParksWhateverTheLengthOfItsErrorAndItsKey) {
  const auto others = Module{"others"}.decider<Attempt>().saga<Shouter>();
  runtime = std::make_unique<lasagne::Runtime>(*store, std::vector<Module>{others});
  send(Try{id_of(1), 1});
  send(Try{id_of(1), 2});
  send(Try{id_of(2), 3});
  settle();
  expect_parked("others/saga/Shouter", "xxx");
  EXPECT_EQ(store->parked("", 0, 100)->size(), 2U);  // that of the same key waits
}

TEST_F(Undecodable, EditedAndRetriedItIsHandled) {
  put("others__commands", "Try", R"({"attempt_id":"x"})", MessageKind::command);
  settle();
  const auto position = store->parked("", 0, 1)->at(0).position;
  ASSERT_TRUE(runtime->edit_and_retry_parked("others/commands", position, lasagne::to_json(Try{id_of(1), 5})));
  settle();
  EXPECT_TRUE(parked().empty());
  EXPECT_EQ(count("Tried"), 1U);
}

}  // namespace undecodable_test
