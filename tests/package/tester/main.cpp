// Module tests as a stranger writes them: given / when / then, and a simulation.
#include <gtest/gtest.h>
#include <lasagne/testing/simulator.hpp>
#include <lasagne/testing/specification.hpp>

namespace {

using lasagne::Decision, lasagne::Uuid;
using namespace lasagne::testing;

struct SwitchOn {
  Uuid lamp_id;
};
struct SwitchedOn {
  Uuid lamp_id;
};
struct Lamp {
  static constexpr std::string_view category = "Lamp";
  using Command = std::variant<SwitchOn>;
  using Event = std::variant<SwitchedOn>;
  struct State {
    bool on = false;
  };
  static Uuid id(const SwitchOn& command) { return command.lamp_id; }
  static State evolve(State, const SwitchedOn&) { return {true}; }
  static Decision<Event> decide(const SwitchOn& command, const State& state) {
    if (state.on) return lasagne::Rejection{"AlreadyOn", "the lamp is on"};
    return SwitchedOn{command.lamp_id};
  }
};

TEST(Lamp, IsSwitchedOnOnce) {
  const Uuid id = Uuid::generate();
  given<Lamp>().when(SwitchOn{id}).then(SwitchedOn{id});
  given<Lamp>(SwitchedOn{id}).when(SwitchOn{id}).then_rejected("AlreadyOn");
}

TEST(Lamp, IsOnWhateverGoesWrong) {
  Scenario scenario;
  scenario.modules = [] { return std::vector{lasagne::Module{"house"}.decider<Lamp>()}; };
  const Uuid id = Uuid::derive({}, "lamp");
  scenario.commands = {command(SwitchOn{id}), command(SwitchOn{id})};
  scenario.audit = [&](lasagne::Store& store) {
    const auto lamp = store.read_stream("Lamp-" + id.to_string(), 0, lasagne::Direction::forwards, 10);
    return lamp && lamp->messages.size() == 1 ? std::vector<std::string>{}
                                              : std::vector<std::string>{"not on, or twice"};
  };
  const auto result = simulate_seeds(scenario, 1, 5);
  EXPECT_TRUE(result.violations.empty()) << result.report;
  EXPECT_GT(result.faults, 0U);
}

}  // namespace
