#include <gtest/gtest.h>
//
#include <gtest/gtest-spi.h>

#include "lasagne/aggregate.hpp"
#include "lasagne/testing/specification.hpp"
#include "runtime/jobs_domain.hpp"

// Named, since clang reflects no types of an unnamed one.
namespace specifying {

using namespace jobs_domain;
using lasagne::ObjectDecider;
using lasagne::testing::derived_id;
using lasagne::testing::given;
using lasagne::testing::given_effect;
using lasagne::testing::given_forwarder;
using lasagne::testing::given_process;
using lasagne::testing::given_saga;
using namespace std::chrono_literals;

const Uuid job = Uuid::derive(Uuid{}, "job");
const Uuid other = Uuid::derive(Uuid{}, "other");

std::string quoted(const Uuid& id) { return "\"" + id.to_string() + "\""; }

// What a specification reported: the text of its one failure, or how many there were.
template <class Use>
std::string failure_of(const Use& use) {
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    use();
  }
  if (results.size() != 1) return std::to_string(results.size()) + " failures";
  std::string text = results.GetTestPartResult(0).message();
  if (text.starts_with("Failed\n")) text.erase(0, 7);
  return text;
}

// deciders

TEST(SpecifiedDecider, ThenTheseEvents) {
  given<Job>().when(OpenJob{job, "paint"}).then(JobOpened{job, "paint"});
  given<Job>(JobOpened{job, "paint"}, WorkDone{job, 2, 2}).when(DoWork{job, 3}).then(WorkDone{job, 3, 5});
  const std::vector<Job::Event> history{JobOpened{job, "paint"}, WorkDone{job, 4, 4}};
  given<Job>(history).when(DoWork{job, 1}).then(WorkDone{job, 1, 5});
}

TEST(SpecifiedDecider, ThenNothing) { given<Invoice>(InvoicePaid{job}).when(RemindInvoice{job}).then_nothing(); }

TEST(SpecifiedDecider, ThenRejected) {
  given<Job>().when(DoWork{job, 3}).then_rejected("NotOpen");
  given<Job>(JobOpened{job, "paint"}, JobClosed{job}).when(DoWork{job, 1}).then_rejected("NotOpen");
}

TEST(SpecifiedDecider, ThenTheStateAfterTheEvents) {
  given<Job>(JobOpened{job, "paint"})
      .when(DoWork{job, 3})
      .then(WorkDone{job, 3, 3})
      .then_state([](const JobState& state) { return state.open && state.total == 3; });
  given<Job>(JobOpened{job, "paint"})
      .when(OpenJob{job, "again"})
      .then_rejected("AlreadyOpen")
      .then_state([](const JobState& state) { return state.open && state.total == 0; });
}

TEST(SpecifiedDecider, ShowsWhatDiffersLineByLine) {
  const auto text =
      failure_of([] { given<Job>(JobOpened{job, "paint"}).when(DoWork{job, 3}).then(WorkDone{job, 3, 4}); });
  EXPECT_EQ(text,
            "events differ (- expected, + came):\n"
            "  - WorkDone {\"job_id\":" +
                quoted(job) +
                ",\"amount\":3,\"total\":4}\n"
                "  + WorkDone {\"job_id\":" +
                quoted(job) + ",\"amount\":3,\"total\":3}\n");
}

TEST(SpecifiedDecider, ShowsWhatIsMissingBesideWhatIsRight) {
  const auto text = failure_of(
      [] { given<Job>(JobOpened{job, "paint"}).when(CloseJob{job}).then(JobClosed{job}, JobClosed{other}); });
  EXPECT_EQ(text,
            "events differ (- expected, + came):\n"
            "    JobClosed {\"job_id\":" +
                quoted(job) +
                "}\n"
                "  - JobClosed {\"job_id\":" +
                quoted(other) + "}\n");
}

TEST(SpecifiedDecider, ShowsWhatCameUnexpectedly) {
  const auto text = failure_of([] { given<Job>().when(OpenJob{job, "paint"}).then_nothing(); });
  EXPECT_EQ(text,
            "events differ (- expected, + came):\n"
            "  + JobOpened {\"job_id\":" +
                quoted(job) + ",\"title\":\"paint\"}\n");
}

TEST(SpecifiedDecider, TellsTypesOfOneShapeApart) {
  const auto text = failure_of([] { given<Invoice>().when(PayInvoice{job}).then(InvoiceReminded{job}); });
  EXPECT_NE(text.find("  - InvoiceReminded {"), text.npos) << text;
  EXPECT_NE(text.find("  + InvoicePaid {"), text.npos) << text;
}

TEST(SpecifiedDecider, SaysThatTheCommandWasRejected) {
  EXPECT_NONFATAL_FAILURE(given<Job>().when(DoWork{job}).then(JobClosed{job}),
                          "the command was rejected: NotOpen (the job is not open)");
  EXPECT_NONFATAL_FAILURE(given<Job>().when(DoWork{job}).then_nothing(), "the command was rejected: NotOpen");
}

TEST(SpecifiedDecider, SaysWhyARejectionIsNotTheExpectedOne) {
  const auto reason = failure_of([] { given<Job>().when(DoWork{job, 1}).then_rejected("AlreadyOpen"); });
  EXPECT_EQ(reason, "outcomes differ (- expected, + came):\n  - rejected: AlreadyOpen\n  + rejected: NotOpen\n");
  const auto handled = failure_of([] { given<Job>(JobOpened{job, ""}).when(CloseJob{job}).then_rejected("NotOpen"); });
  EXPECT_EQ(handled,
            "outcomes differ (- expected, + came):\n"
            "  - rejected: NotOpen\n"
            "  + JobClosed {\"job_id\":" +
                quoted(job) + "}\n");
}

TEST(SpecifiedDecider, SaysThatTheStateIsNotAsExpected) {
  EXPECT_NONFATAL_FAILURE(given<Job>().when(CloseJob{job}).then_state([](const JobState& state) { return state.open; }),
                          "the state after the command is not as expected");
}

TEST(SpecifiedDecider, LetsWhatDecideThrowsThrough) {
  faults = {};
  faults.deny = "DoWork 3";
  const auto specified = given<Job>(JobOpened{job, ""});
  EXPECT_THROW((void)specified.when(DoWork{job, 3}), lasagne::PermanentError);
  faults = {};
}

// aggregates, the object way

struct OpenBox {
  Uuid box_id;
};
struct PutIn {
  Uuid box_id;
  std::vector<std::string> things;
};
struct BoxOpened {
  Uuid box_id;
};
struct ThingPut {
  Uuid box_id;
  std::string thing;
  int count = 0;
};

class Box : public lasagne::Aggregate<Box, std::variant<BoxOpened, ThingPut>> {
 public:
  static constexpr std::string_view category = "Box";
  static constexpr int room = 2;
  using Command = std::variant<OpenBox, PutIn>;
  static Uuid id(const auto& command) { return command.box_id; }

  void handle(const OpenBox& command) {
    if (!open_) enqueue(BoxOpened{command.box_id});
  }
  void handle(const PutIn& command) {
    if (!open_) return reject("NotOpen");
    for (const auto& thing : command.things) {
      if (count_ == room) return reject("Full", "no room for " + thing);
      enqueue(ThingPut{command.box_id, thing, count_ + 1});
    }
  }
  void when(const BoxOpened&) { open_ = true; }
  void when(const ThingPut& event) { count_ = event.count; }
  [[nodiscard]] int count() const { return count_; }

 private:
  bool open_ = false;
  int count_ = 0;
};
using BoxDecider = ObjectDecider<Box>;

TEST(SpecifiedAggregate, SeesItsOwnEventsWhileItHandlesACommand) {
  given<BoxDecider>(BoxOpened{job})
      .when(PutIn{job, {"cup", "plate"}})
      .then(ThingPut{job, "cup", 1}, ThingPut{job, "plate", 2})
      .then_state([](const Box& box) { return box.count() == 2; });
}

TEST(SpecifiedAggregate, ARejectionDropsWhatWasEnqueued) {
  given<BoxDecider>(BoxOpened{job}, ThingPut{job, "cup", 1})
      .when(PutIn{job, {"plate", "fork"}})
      .then_rejected("Full")
      .then_state([](const Box& box) { return box.count() == 1; });
  given<BoxDecider>().when(PutIn{job, {"cup"}}).then_rejected("NotOpen");
}

TEST(SpecifiedAggregate, HandlesWithoutAnEvent) { given<BoxDecider>(BoxOpened{job}).when(OpenBox{job}).then_nothing(); }

TEST(SpecifiedAggregate, ShowsWhatDiffers) {
  const auto text = failure_of(
      [] { given<BoxDecider>(BoxOpened{job}).when(PutIn{job, {"cup", "plate"}}).then(ThingPut{job, "cup", 1}); });
  EXPECT_EQ(text,
            "events differ (- expected, + came):\n"
            "    ThingPut {\"box_id\":" +
                quoted(job) +
                ",\"thing\":\"cup\",\"count\":1}\n"
                "  + ThingPut {\"box_id\":" +
                quoted(job) + ",\"thing\":\"plate\",\"count\":2}\n");
}

// sagas

TEST(SpecifiedSaga, SendsCommandsWithDerivedIds) {
  faults = {};
  given_saga<Invoicing>()
      .when(JobFinished{job, 12})
      .then_commands(IssueInvoice{derived_id<Invoicing>("invoice"), job, 12});
}

TEST(SpecifiedSaga, SetsATimerCountedFromItsCause) {
  const lasagne::Duration day = 24h;
  given_saga<Invoicing>()
      .when(InvoiceIssued{other, job, 1})
      .then_commands()
      .then_timer("remind/" + other.to_string(), Timestamp{0} + day, RemindInvoice{other});
}

TEST(SpecifiedSaga, CancelsATimer) {
  given_saga<Invoicing>().when(InvoicePaid{other}).then_cancelled("remind/" + other.to_string()).then_commands();
}

TEST(SpecifiedSaga, IsCausedByTheMessageGiven) {
  lasagne::Message cause;
  cause.id = other;
  cause.recorded_at = Timestamp{5'000'000};
  given_saga<Invoicing>()
      .caused_by(cause)
      .when(JobFinished{job, 1})
      .then_commands(IssueInvoice{derived_id<Invoicing>("invoice", other), job, 1});
  const lasagne::Duration day = 24h;
  given_saga<Invoicing>()
      .caused_by(cause)
      .when(InvoiceIssued{other, job, 1})
      .then_timer("remind/" + other.to_string(), Timestamp{5'000'000} + day, RemindInvoice{other});
}

TEST(SpecifiedSaga, DoesNothing) {
  const lasagne::CommandRejected own{
      "watch", "NoteRejection", job, "", "", "", lasagne::to_json(NoteRejection{job, ""})};
  given_saga<RejectionWatcher>().when(own).then_nothing();
}

TEST(SpecifiedSaga, ShowsWhatDiffers) {
  const auto commands = failure_of([] {
    given_saga<Invoicing>()
        .when(JobFinished{job, 12})
        .then_commands(IssueInvoice{derived_id<Invoicing>("invoice"), job, 13});
  });
  EXPECT_EQ(commands,
            "commands differ (- expected, + came):\n"
            "  - IssueInvoice {\"invoice_id\":" +
                quoted(derived_id<Invoicing>("invoice")) + ",\"job_id\":" + quoted(job) +
                ",\"total\":13}\n"
                "  + IssueInvoice {\"invoice_id\":" +
                quoted(derived_id<Invoicing>("invoice")) + ",\"job_id\":" + quoted(job) + ",\"total\":12}\n");
  const auto timers = failure_of([] {
    given_saga<Invoicing>().when(InvoiceIssued{other, job, 1}).then_timer("remind", Timestamp{0}, RemindInvoice{other});
  });
  EXPECT_EQ(timers,
            "timers differ (- expected, + came):\n"
            "  - remind at 1970-01-01T00:00:00.000000Z: RemindInvoice {\"invoice_id\":" +
                quoted(other) +
                "}\n"
                "  + remind/" +
                other.to_string() + " at 1970-01-02T00:00:00.000000Z: RemindInvoice {\"invoice_id\":" + quoted(other) +
                "}\n");
  const auto cancelled = failure_of([] { given_saga<Invoicing>().when(JobFinished{job, 1}).then_cancelled("remind"); });
  EXPECT_EQ(cancelled, "cancelled timers differ (- expected, + came):\n  - remind\n");
}

TEST(SpecifiedSaga, ShowsEveryAnswerWhereNoneIsExpected) {
  const auto timer = failure_of([] { given_saga<Invoicing>().when(InvoiceIssued{other, job, 1}).then_nothing(); });
  EXPECT_NE(timer.find("  + remind/" + other.to_string() + " at 1970-01-02"), timer.npos) << timer;
  const auto cancel = failure_of([] { given_saga<Invoicing>().when(InvoicePaid{other}).then_nothing(); });
  EXPECT_EQ(cancel, "answers differ (- expected, + came):\n  + cancelled remind/" + other.to_string() + "\n");
}

// process managers

struct WatchJob {
  Uuid job_id;
};
struct JobWatched {
  Uuid job_id;
};
struct JobSettled {
  Uuid job_id;
  int total = 0;
};

struct Watch {
  static constexpr std::string_view category = "Watch";
  struct State {
    bool watched = false;
    bool settled = false;
  };
  using Input = std::variant<JobOpened, JobFinished, lasagne::CommandRejected>;
  using Event = std::variant<JobWatched, JobSettled>;
  static std::optional<Uuid> id(const JobOpened& input) { return input.job_id; }
  static std::optional<Uuid> id(const JobFinished& input) { return input.job_id; }
  static std::optional<Uuid> id(const lasagne::CommandRejected&) { return std::nullopt; }
  static State evolve(State state, const JobWatched&) {
    state.watched = true;
    return state;
  }
  static State evolve(State state, const JobSettled&) {
    state.settled = true;
    return state;
  }
  static std::vector<Event> on(const JobOpened& input, const State& state, Send& send) {
    if (state.watched) return {};
    send(DoWork{input.job_id, 1});
    return {JobWatched{input.job_id}};
  }
  static std::vector<Event> on(const JobFinished& input, const State& state, Send& send) {
    if (!state.watched || state.settled) return {};
    send(IssueInvoice{send.new_id("invoice"), input.job_id, input.total});
    return {JobSettled{input.job_id, input.total}};
  }
  static std::vector<Event> on(const lasagne::CommandRejected&, const State&, Send&) { return {JobWatched{}}; }
};

TEST(SpecifiedProcess, RecordsEventsAndSendsCommands) {
  given_process<Watch>().when(JobOpened{job, "paint"}).then_events(JobWatched{job}).then_commands(DoWork{job, 1});
}

TEST(SpecifiedProcess, KnowsItsOwnEvents) {
  given_process<Watch>(JobWatched{job})
      .when(JobFinished{job, 7})
      .then_events(JobSettled{job, 7})
      .then_commands(IssueInvoice{derived_id<Watch>("invoice"), job, 7});
  given_process<Watch>(JobWatched{job}, JobSettled{job, 7}).when(JobFinished{job, 7}).then_nothing();
  given_process<Watch>(JobWatched{job}).when(JobOpened{job, "again"}).then_nothing();
}

TEST(SpecifiedProcess, AnInputOfNoInstanceDoesNothing) {
  given_process<Watch>(JobWatched{job}).when(lasagne::CommandRejected{}).then_nothing();
}

TEST(SpecifiedProcess, IsGivenInTwoSteps) {
  auto process = given_process<Watch>();
  process.when(JobOpened{job, ""}).then_events(JobWatched{job});
  process.when(JobFinished{job, 2}).then_events(JobSettled{job, 2});
}

TEST(SpecifiedProcess, ShowsWhatDiffers) {
  const auto events = failure_of([] {
    given_process<Watch>(JobWatched{job}).when(JobFinished{job, 7}).then_events(JobWatched{job}, JobSettled{job, 7});
  });
  EXPECT_EQ(events,
            "own events differ (- expected, + came):\n"
            "  - JobWatched {\"job_id\":" +
                quoted(job) +
                "}\n"
                "    JobSettled {\"job_id\":" +
                quoted(job) + ",\"total\":7}\n");
  const auto commands = failure_of([] { given_process<Watch>().when(JobOpened{job, ""}).then_commands(); });
  EXPECT_EQ(commands,
            "commands differ (- expected, + came):\n"
            "  + DoWork {\"job_id\":" +
                quoted(job) + ",\"amount\":1}\n");
}

// forwarders

struct MaybeForwarder {
  using Decider = Job;
  using Event = std::variant<WorkDone>;
  static std::optional<JobFinished> on(const WorkDone& event, const JobState& state) {
    if (event.total < 10) return std::nullopt;
    return JobFinished{event.job_id, state.total};
  }
};

TEST(SpecifiedForwarder, EnrichesFromTheStateAsOfTheEvent) {
  given_forwarder<JobForwarder>(JobOpened{job, "paint"}, WorkDone{job, 3, 3}, JobClosed{job})
      .when(JobClosed{job})
      .then_published(JobFinished{job, 3});
}

TEST(SpecifiedForwarder, MayPublishNothing) {
  given_forwarder<MaybeForwarder>(WorkDone{job, 9, 9}).when(WorkDone{job, 9, 9}).then_nothing();
  given_forwarder<MaybeForwarder>(WorkDone{job, 11, 11})
      .when(WorkDone{job, 11, 11})
      .then_published(JobFinished{job, 11});
}

TEST(SpecifiedForwarder, ShowsWhatDiffers) {
  const auto text =
      failure_of([] { given_forwarder<JobForwarder>().when(JobClosed{job}).then_published(JobFinished{job, 3}); });
  EXPECT_EQ(text,
            "external events differ (- expected, + came):\n"
            "  - JobFinished {\"job_id\":" +
                quoted(job) +
                ",\"total\":3}\n"
                "  + JobFinished {\"job_id\":" +
                quoted(job) + ",\"total\":0}\n");
  EXPECT_NONFATAL_FAILURE(given_forwarder<JobForwarder>().when(JobClosed{job}).then_nothing(), "+ JobFinished {");
}

// effects

TEST(SpecifiedEffect, CallsTheObjectAndAnswersWithACommand) {
  faults = {};
  MailRoom mail;
  mail.pays = true;
  given_effect(mail).when(InvoiceIssued{other, job, 3}).then_commands(PayInvoice{other});
  ASSERT_EQ(mail.sent->size(), 1U);
  given_effect(mail).when(InvoiceIssued{other, job, 3}).then_commands(PayInvoice{other});
  EXPECT_EQ(mail.sent->at(0), mail.sent->at(1)) << "the idempotency key follows from the cause";
}

TEST(SpecifiedEffect, MayAnswerNothing) {
  faults = {};
  given_effect(MailRoom{}).when(InvoiceIssued{other, job, 3}).then_nothing();
}

TEST(SpecifiedEffect, ShowsWhatDiffers) {
  faults = {};
  const auto text =
      failure_of([] { given_effect(MailRoom{}).when(InvoiceIssued{other, job, 3}).then_commands(PayInvoice{other}); });
  EXPECT_EQ(text, "commands differ (- expected, + came):\n  - PayInvoice {\"invoice_id\":" + quoted(other) + "}\n");
}

}  // namespace specifying
