// Every function of the user's that the runtime calls throws, for a while: the runtime goes on, says so, and loses
// nothing.
#include <gtest/gtest.h>

#include <stdexcept>

#include "lasagne/command_rejected.hpp"
#include "lasagne/forwarding_store.hpp"
#include "lasagne/runtime.hpp"

namespace user_code_test {

using lasagne::Decision;
using lasagne::ErrorCode;
using lasagne::Failure;
using lasagne::LogEntry;
using lasagne::Message;
using lasagne::Module;
using lasagne::Send;
using lasagne::Timestamp;
using lasagne::Uuid;
using namespace std::chrono_literals;

enum class Where {
  nowhere,
  beforehand,
  id,
  state,
  evolve,
  decide,
  on_failure,
  transient,
  saga,
  saga_key,
  saga_on_failure,
  manager,
  manager_id,
  manager_state,
  manager_evolve,
  forwarder,
  effect,
  effect_key,
  log,
  clock,
};

struct Thrown {
  Where where = Where::nowhere;
  bool exception = true;
};
Thrown thrown;

void may_throw(Where where) {
  if (thrown.where != where) return;
  if (thrown.exception) throw std::runtime_error("planted");
  throw 42;
}

struct OpenDoor {
  Uuid door_id;
  bool stuck = false;
};
struct DoorOpened {
  Uuid door_id;
};
struct DoorJammed {
  Uuid door_id;
};
struct Door {
  static constexpr std::string_view category = "Door";
  using Command = std::variant<OpenDoor>;
  using Event = std::variant<DoorOpened, DoorJammed>;
  struct State {
    State() { may_throw(Where::state); }
    int opened = 0;
  };
  static Uuid id(const OpenDoor& command) {
    may_throw(Where::id);
    return command.door_id;
  }
  static State evolve(State state, const auto&) {
    may_throw(Where::evolve);
    ++state.opened;
    return state;
  }
  static Decision<Event> decide(const OpenDoor& command, const State&) {
    may_throw(Where::decide);
    if (command.stuck) throw std::runtime_error("the door is stuck");
    return DoorOpened{command.door_id};
  }
  static Event on_failure(const OpenDoor& command, const Failure&) {
    may_throw(Where::on_failure);
    return DoorJammed{command.door_id};
  }
};

struct NoteVisit {
  Uuid visit_id;
};
struct VisitNoted {
  Uuid visit_id;
};
struct Visit {
  static constexpr std::string_view category = "Visit";
  using Command = std::variant<NoteVisit>;
  using Event = std::variant<VisitNoted>;
  using State = int;
  static Uuid id(const NoteVisit& command) { return command.visit_id; }
  static State evolve(State state, const VisitNoted&) { return state + 1; }
  static Decision<Event> decide(const NoteVisit& command, const State&) { return VisitNoted{command.visit_id}; }
};

struct Doorman {
  using Event = std::variant<DoorOpened, DoorJammed>;
  static std::string key(const auto& event) {
    may_throw(Where::saga_key);
    return event.door_id.to_string();
  }
  static void on(const auto&, Send& send) {
    for (const auto where : {Where::beforehand, Where::saga, Where::saga_on_failure}) may_throw(where);
    send(NoteVisit{send.new_id("visit")});
  }
  static void on_failure(const DoorOpened&, const Failure&, Send& send) {
    may_throw(Where::saga_on_failure);
    send(NoteVisit{send.new_id("visit")});
  }
};

struct GuestSeen {
  Uuid door_id;
};
struct GuestBook {
  static constexpr std::string_view category = "GuestBook";
  using Input = std::variant<DoorOpened>;
  using Event = std::variant<GuestSeen>;
  struct State {
    State() { may_throw(Where::manager_state); }
    int guests = 0;
  };
  static Uuid id(const DoorOpened& event) {
    may_throw(Where::manager_id);
    return event.door_id;
  }
  static State evolve(State state, const GuestSeen&) {
    may_throw(Where::manager_evolve);
    ++state.guests;
    return state;
  }
  static std::vector<Event> on(const DoorOpened& event, const State&, Send&) {
    may_throw(Where::manager);
    return {GuestSeen{event.door_id}};
  }
};

struct DoorReported {
  Uuid door_id;
};
struct DoorReport {
  using Decider = Door;
  using Event = std::variant<DoorOpened>;
  static DoorReported on(const DoorOpened& event, const Door::State&) {
    may_throw(Where::forwarder);
    return {event.door_id};
  }
};

struct Bell {
  using Event = std::variant<DoorOpened>;
  static std::string key(const DoorOpened& event) {
    may_throw(Where::effect_key);
    return event.door_id.to_string();
  }
  void on(const DoorOpened& event, Send&) {
    for (const auto where : {Where::beforehand, Where::effect}) may_throw(where);
    rung->push_back(event.door_id);
  }
  std::shared_ptr<std::vector<Uuid>> rung = std::make_shared<std::vector<Uuid>>();
};

struct Case {
  std::string name;
  Where where;
};

Uuid door(int number) { return Uuid::derive(Uuid{}, "door " + std::to_string(number)); }

class UserCode : public ::testing::TestWithParam<std::tuple<Case, bool>> {
 protected:
  void SetUp() override {
    thrown = {};
    lasagne::RetryPolicy retry;
    retry.attempts = 2;
    retry.transient = [](const std::exception&) {
      may_throw(Where::transient);
      return true;
    };
    lasagne::RuntimeOptions options;
    options.clock = [this] {
      may_throw(Where::clock);
      return now;
    };
    options.log = [this](const LogEntry& entry) {
      may_throw(Where::log);
      told += entry.text + '\n';
    };
    lasagne::HandlerOptions handler;
    handler.retry = retry;
    handler.calls_at_once = 1;
    Module house{"house"};
    house.decider<Door>().decider<Visit>().retry_commands(retry).saga<Doorman>(handler).forwarder<DoorReport>(handler);
    house.process_manager<GuestBook>(handler).effect<Bell>(bell, handler);
    runtime = std::make_unique<lasagne::Runtime>(*store, std::vector{house}, options);
  }
  void TearDown() override { thrown = {}; }

  std::size_t count(std::string_view type) {
    return store->read_all(0, {{std::string(type)}, {}, {}}, 1000)->messages.size();
  }
  // As a client does who is told that a command was not taken.
  void send(const OpenDoor& command) {
    const auto sent = runtime->send(command);
    if (sent) return;
    EXPECT_EQ(sent.error().code, ErrorCode::handler_failed);
    told += sent.error().message + '\n';
    unsent.push_back(command);
  }
  void settle() {
    for (int i = 0; i < 8; ++i) {
      const auto done = runtime->run_until_idle();
      ASSERT_TRUE(done) << done.error().message;
      now = now + 1h;
    }
  }

  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  Timestamp now{1'000'000'000'000};
  std::string told;
  std::vector<OpenDoor> unsent;
  Bell bell;
  std::unique_ptr<lasagne::Runtime> runtime;
};

TEST_P(UserCode, ThatThrowsIsToldOfAndNothingIsLost) {
  const auto& [at, exception] = GetParam();
  // Something fails beforehand, so that keys are asked for and there is something to log.
  thrown = {Where::beforehand, true};
  send({door(0)});
  ASSERT_TRUE(runtime->run_until_idle());
  ::testing::internal::CaptureStderr();
  thrown = {at.where, exception};
  for (int i = 1; i < 4; ++i) send({door(i)});
  const bool needs_failure = at.where == Where::transient || at.where == Where::on_failure || at.where == Where::log;
  if (needs_failure) send({door(4), true});
  settle();
  const auto loaded = runtime->load<Door>(door(1));
  const auto executed = runtime->execute(OpenDoor{door(9)});
  told += ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find(exception ? "planted" : "no std::exception"), std::string::npos) << told;
  if (at.where == Where::state) {
    EXPECT_EQ(loaded.error().code, ErrorCode::handler_failed);
  }
  if (at.where == Where::id || at.where == Where::state || at.where == Where::evolve || at.where == Where::decide) {
    EXPECT_EQ(executed.error().error.code, ErrorCode::handler_failed);
  }

  thrown = {};
  if (!executed) {
    ASSERT_TRUE(runtime->execute(OpenDoor{door(9)}));
  }
  for (const auto& command : unsent) ASSERT_TRUE(runtime->send(command));
  for (int round = 0; round < 5; ++round) {
    const auto views = runtime->parked();
    for (const auto& each : *views) {
      if (each.entry.status != lasagne::ParkedMessage::Status::parked) continue;
      if (each.message->type == lasagne::type_name<OpenDoor> && each.message->data.find("true") != std::string::npos) {
        ASSERT_TRUE(runtime->skip_parked(each.entry.processor, each.entry.position));
        continue;
      }
      ASSERT_TRUE(runtime->retry_parked(each.entry.processor, each.entry.position));
    }
    settle();
  }
  EXPECT_EQ(runtime->parked()->size(), 0U);
  const auto doors = count(lasagne::type_name<DoorOpened>) + count(lasagne::type_name<DoorJammed>);
  EXPECT_GE(doors, 5U) << "a command is answered by its event, or by that of on_failure";
  EXPECT_EQ(count(lasagne::type_name<VisitNoted>), doors);
  const auto opened = count(lasagne::type_name<DoorOpened>);
  EXPECT_EQ(count(lasagne::type_name<GuestSeen>), opened);
  EXPECT_EQ(count(lasagne::type_name<DoorReported>), opened);
  EXPECT_EQ(bell.rung->size(), opened);
}

INSTANTIATE_TEST_SUITE_P(
    Function, UserCode,
    ::testing::Combine(
        ::testing::Values(Case{"Id", Where::id}, Case{"State", Where::state}, Case{"Evolve", Where::evolve},
                          Case{"Decide", Where::decide}, Case{"OnFailure", Where::on_failure},
                          Case{"Transient", Where::transient}, Case{"Saga", Where::saga},
                          Case{"SagaKey", Where::saga_key}, Case{"SagaOnFailure", Where::saga_on_failure},
                          Case{"Manager", Where::manager}, Case{"ManagerId", Where::manager_id},
                          Case{"ManagerState", Where::manager_state}, Case{"ManagerEvolve", Where::manager_evolve},
                          Case{"Forwarder", Where::forwarder}, Case{"Effect", Where::effect},
                          Case{"EffectKey", Where::effect_key}, Case{"Log", Where::log}, Case{"Clock", Where::clock}),
        ::testing::Bool()),
    [](const auto& each) {
      return std::get<0>(each.param).name + (std::get<1>(each.param) ? "Exception" : "Something");
    });

// Fails at its first flush.
class FailingStore final : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  lasagne::Result<void> flush(lasagne::Position) override {
    return lasagne::fail(ErrorCode::failed, "the disk is gone");
  }
};

TEST(FailedCallback, ThatThrowsIsToldOf) {
  thrown = {};
  FailingStore store(lasagne::open("memory:"));
  std::atomic<bool> told{false};
  lasagne::RuntimeOptions options;
  options.failed = [](const lasagne::Error&) { throw std::runtime_error("planted"); };
  options.log = [&](const LogEntry& entry) {
    if (entry.text.find("planted") != std::string::npos) told = true;
    told.notify_all();
  };
  lasagne::Runtime runtime(store, {Module{"house"}.decider<Door>()}, options);
  runtime.start();
  told.wait(false);
  EXPECT_EQ(runtime.wait_until_idle().error().code, ErrorCode::failed);
  EXPECT_TRUE(runtime.stop());
}

}  // namespace user_code_test
