#include <gtest/gtest.h>

#include "testing/specifying.hpp"

namespace specifying {

using lasagne::testing::derived_id;
using lasagne::testing::given_effect;
using lasagne::testing::given_forwarder;
using lasagne::testing::given_process;
using lasagne::testing::given_saga;
using namespace std::chrono_literals;

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
            "  - specifying.JobWatched {\"job_id\":" +
                quoted(job) +
                "}\n"
                "    specifying.JobSettled {\"job_id\":" +
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
