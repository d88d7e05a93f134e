// What is folded is what is stored: an event or a command that would not read back as it is, is refused when written.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lasagne/command_rejected.hpp"
#include "lasagne/runtime.hpp"

namespace exact_events_test {

using lasagne::ErrorCode;
using lasagne::Module;
using lasagne::Runtime;
using lasagne::Send;
using lasagne::Timestamp;
using lasagne::Uuid;

struct Measure {
  Uuid probe_id;
  std::string unit;
  std::optional<double> value;
  Timestamp at;
};
struct Measured {
  Uuid probe_id;
  std::string unit;
  std::optional<double> value;
  Timestamp at;
};
// The state is all that was measured, as it was handed over.
struct Probe {
  static constexpr std::string_view category = "Probe";
  using Command = std::variant<Measure>;
  using Event = std::variant<Measured>;
  using State = std::vector<Measured>;
  static Uuid id(const Measure& command) { return command.probe_id; }
  static State evolve(State state, const Measured& event) {
    state.push_back(event);
    return state;
  }
  static lasagne::Decision<Event> decide(const Measure& command, const State&) {
    if (command.unit == "furlong") return lasagne::Rejection{"OldUnit", "what is a \xff furlong?"};
    return {Measured{command.probe_id, "m", 1.0, {}},
            Measured{command.probe_id, command.unit, command.value, command.at}};
  }
};

struct Echo {
  using Event = std::variant<Measured>;
  static void on(const Measured& event, Send& send) {
    if (event.unit == "inf") send(Measure{send.new_id("probe"), "m", std::numeric_limits<double>::infinity(), {}});
    if (event.unit == "late") send.at({}, "late", Measure{send.new_id("probe"), "m", {}, Timestamp{INT64_MAX}});
  }
};

class ExactEvents : public ::testing::Test {
 protected:
  static Uuid id() { return Uuid::derive({}, "probe"); }
  void expect_refused(const Measure& command, const std::string& problem) {
    const auto answer = runtime.execute(command);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, lasagne::Refusal::Kind::failed);
    EXPECT_EQ(answer.error().error.code, ErrorCode::invalid);
    EXPECT_EQ(answer.error().error.message, "exact_events_test.Measured would not read back as it is: " + problem);
    EXPECT_EQ(runtime.load<Probe>(id())->state.size(), 0U) << "the first event of the command went with it";
    EXPECT_EQ(store->visible_position(), 0U);
    const auto sent = runtime.send(command);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, ErrorCode::invalid);
    EXPECT_EQ(sent.error().message, "exact_events_test.Measure would not read back as it is: " + problem);
    EXPECT_EQ(store->visible_position(), 0U);
  }
  std::string parked_error() {
    EXPECT_TRUE(runtime.run_until_idle());
    const auto parked = runtime.parked();
    return parked->size() == 1 ? parked->at(0).entry.error : std::to_string(parked->size()) + " are parked";
  }

  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  Runtime runtime{*store, {Module{"probes"}.decider<Probe>().saga<Echo>()}};
};

TEST_F(ExactEvents, AreRefusedByExecuteAndSendWithTheirPath) {
  expect_refused({id(), "\xc3", {}, {}}, "unit: the text is not UTF-8 at byte 0");
  expect_refused({id(), "m", NAN, {}}, "value: NaN in an optional would read back as empty");
  expect_refused({id(), "m", -INFINITY, {}}, "value: an infinite number has no JSON");
  expect_refused({id(), "m", {}, Timestamp{INT64_MIN}}, "at: the time is outside the years 0000 to 9999");
}

TEST_F(ExactEvents, AfterARefusalTheStateIsAsStored) {
  ASSERT_TRUE(runtime.execute(Measure{id(), "m", 2.0, {}}));
  ASSERT_FALSE(runtime.execute(Measure{id(), "m", INFINITY, {}}));
  const auto answer = runtime.execute(Measure{id(), "m", 3.0, {}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->etag->revision, 3U);
  EXPECT_EQ(runtime.load<Probe>(id())->state.size(), 4U);
}

TEST_F(ExactEvents, ASagaThatSendsWhatIsNotParksAtOnce) {
  ASSERT_TRUE(runtime.execute(Measure{id(), "inf", {}, {}}));
  EXPECT_EQ(parked_error(),
            "exact_events_test.Measure would not read back as it is: value: an infinite number has no JSON");
}

TEST_F(ExactEvents, ATimerThatHoldsWhatIsNotParksAtOnce) {
  ASSERT_TRUE(runtime.execute(Measure{id(), "late", {}, {}}));
  EXPECT_EQ(parked_error(),
            "exact_events_test.Measure would not read back as it is: at: the time is outside the years 0000 to 9999");
}

TEST_F(ExactEvents, ARejectionIsRecordedWhateverItsText) {
  ASSERT_TRUE(runtime.send(Measure{id(), "furlong", {}, {}}));
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_TRUE(runtime.parked()->empty());
  const auto log = store->read_stream("probes__command-rejections", 0, lasagne::Direction::forwards, 10);
  ASSERT_TRUE(log && log->messages.size() == 1);
  const auto rejected = lasagne::from_json<lasagne::CommandRejected>(log->messages[0]->data);
  ASSERT_TRUE(rejected);
  EXPECT_EQ(rejected->reason, "OldUnit");
  EXPECT_EQ(rejected->detail, "what is a ? furlong?");
}

}  // namespace exact_events_test
