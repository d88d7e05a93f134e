// A handler that needs another message first.
#include "logged_runtime.hpp"

namespace not_yet_test {

using lasagne::Decision;
using lasagne::ExpectedRevision;
using lasagne::LogEntry;
using lasagne::MessageKind;
using lasagne::Module;
using lasagne::NotYet;
using lasagne::ParkedMessage;
using lasagne::Send;
using lasagne::type_name;
using lasagne::Uuid;
using namespace std::chrono_literals;

Uuid id_of(int n) { return Uuid::derive(Uuid{}, "not yet " + std::to_string(n)); }

// A process manager that hears of the second message before the first.
struct StartTour {
  Uuid tour_id;
};
struct TourStarted {
  Uuid tour_id;
};
struct TourPaid {
  Uuid tour_id;
};
struct TourNoted {
  Uuid tour_id;
};
struct TourConfirmed {
  Uuid tour_id;
};
struct Desk {
  static constexpr std::string_view category = "Desk";
  using Command = std::variant<StartTour>;
  using Event = std::variant<TourStarted, TourPaid>;
  using State = int;
  static Uuid id(const StartTour& command) { return command.tour_id; }
  static State evolve(State state, const auto&) { return state + 1; }
  static Decision<Event> decide(const StartTour& command, const State&) { return TourStarted{command.tour_id}; }
};
struct Guide {
  static constexpr std::string_view category = "Guide";
  using Input = std::variant<TourStarted, TourPaid>;
  using Event = std::variant<TourNoted, TourConfirmed>;
  struct State {
    bool started = false;
  };
  inline static bool fails = false;
  inline static int asked = 0;
  static Uuid id(const auto& event) { return event.tour_id; }
  static State evolve(State, const auto&) { return {true}; }
  static std::vector<Event> on(const TourStarted& event, const State&, Send&) { return {TourNoted{event.tour_id}}; }
  static std::vector<Event> on(const TourPaid& event, const State& state, Send&) {
    ++asked;
    if (fails) throw std::runtime_error("the guide is ill");
    if (!state.started) throw NotYet("the tour has not started");
    return {TourConfirmed{event.tour_id}};
  }
};

class NotYetTest : public runtime_test_support::LoggedRuntime {
 protected:
  void SetUp() override {
    Guide::fails = false;
    Guide::asked = 0;
    lasagne::HandlerOptions options;
    options.retry.attempts = 3;
    options.retry.jitter = 0;
    options.retry.not_yet_attempts = 8;
    run(Module{"tours"}.decider<Desk>().process_manager<Guide>(options));
  }
  template <class T>
  void publish(const T& event) {
    lasagne::Commit commit;
    const auto id = id_of(++made);
    auto encoded = lasagne::detail::encode(event);
    commit.appends.push_back({"tours__external-events",
                              ExpectedRevision::any(),
                              {{id, MessageKind::event, encoded.type, encoded.data, {id, {}, {}}}}});
    ASSERT_TRUE(store->append(commit));
  }
  void pass(int turns) {
    for (int i = 0; i < turns; ++i) {
      settle();
      now = now + 1min;
    }
  }
  int made = 100;
};

TEST_F(NotYetTest, AMessageThatWaitsIsOvertakenByTheOneThatItWaitsFor) {
  publish(TourPaid{id_of(1)});
  pass(5);  // more than the attempts that may fail
  EXPECT_EQ(Guide::asked, 5);
  ASSERT_EQ(runtime->parked()->size(), 1U);
  EXPECT_EQ(runtime->parked()->at(0).entry.status, ParkedMessage::Status::retrying);
  publish(TourStarted{id_of(1)});
  pass(2);
  EXPECT_EQ(count<TourConfirmed>(), 1U);
  EXPECT_TRUE(runtime->parked()->empty());
  EXPECT_TRUE(entries(LogEntry::Level::warning).empty() && entries(LogEntry::Level::error).empty())
      << "nothing has failed";
  EXPECT_EQ(entries(LogEntry::Level::debug).size(), 6U);
}

TEST_F(NotYetTest, WaitingHasABoundOfItsOwnAndThenTheMessageIsParked) {
  publish(TourPaid{id_of(1)});
  pass(20);
  EXPECT_EQ(Guide::asked, 8);
  ASSERT_EQ(runtime->parked()->size(), 1U);
  EXPECT_EQ(runtime->parked()->at(0).entry.status, ParkedMessage::Status::parked);
  EXPECT_NE(runtime->parked()->at(0).entry.error.find("the tour has not started"), std::string::npos);
  // Its key is not held back, and sent back by hand it is handled.
  publish(TourStarted{id_of(1)});
  pass(1);
  EXPECT_EQ(runtime->parked()->size(), 1U);
  ASSERT_TRUE(runtime->retry_parked("tours/process-manager/" + std::string(type_name<Guide>),
                                    runtime->parked()->at(0).entry.position));
  pass(1);
  EXPECT_EQ(count<TourConfirmed>(), 1U);
}

TEST_F(NotYetTest, AFailureAfterWaitingHasAllItsAttemptsAndHoldsBackNobody) {
  publish(TourPaid{id_of(1)});
  pass(6);
  Guide::fails = true;
  pass(20);
  EXPECT_EQ(Guide::asked, 6 + 3);
  publish(TourStarted{id_of(1)});
  pass(1);
  EXPECT_EQ(count<TourNoted>(), 1U);
  EXPECT_EQ(runtime->parked()->at(0).entry.status, ParkedMessage::Status::parked);
}

TEST_F(NotYetTest, AfterAFailureWaitingCountsAsAFailure) {
  Guide::fails = true;
  publish(TourPaid{id_of(1)});
  pass(1);
  Guide::fails = false;
  pass(20);
  EXPECT_EQ(Guide::asked, 3);
}

TEST_F(NotYetTest, ASuccessorThatHasToWaitLetsTheOthersOfItsKeyGoOn) {
  Guide::fails = true;
  publish(TourPaid{id_of(1)});     // fails
  publish(TourPaid{id_of(1)});     // is queued, and will have to wait
  publish(TourStarted{id_of(1)});  // is queued, too
  pass(1);
  ASSERT_EQ(runtime->parked()->size(), 3U);
  ASSERT_TRUE(runtime->skip_parked(runtime->parked()->at(0).entry.processor, runtime->parked()->at(0).entry.position));
  Guide::fails = false;
  pass(5);
  EXPECT_EQ(count<TourConfirmed>(), 1U);
  EXPECT_TRUE(runtime->parked()->empty());
}

}  // namespace not_yet_test
