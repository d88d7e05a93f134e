#include <gtest/gtest.h>

#include "lasagne/aggregate.hpp"
#include "testing/specifying.hpp"

namespace specifying {

using lasagne::ObjectDecider;
using lasagne::testing::given;

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
            "    specifying.ThingPut {\"box_id\":" +
                quoted(job) +
                ",\"thing\":\"cup\",\"count\":1}\n"
                "  + specifying.ThingPut {\"box_id\":" +
                quoted(job) + ",\"thing\":\"plate\",\"count\":2}\n");
}

}  // namespace specifying
