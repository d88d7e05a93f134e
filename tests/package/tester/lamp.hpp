// A decider of a stranger's.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <lasagne/testing/simulator.hpp>

namespace house {

struct SwitchOn {
  lasagne::Uuid lamp_id;
};
struct SwitchedOn {
  lasagne::Uuid lamp_id;
};
struct Lamp {
  static constexpr std::string_view category = "Lamp";
  using Command = std::variant<SwitchOn>;
  using Event = std::variant<SwitchedOn>;
  struct State {
    bool on = false;
  };
  static lasagne::Uuid id(const SwitchOn& command) { return command.lamp_id; }
  static State evolve(State, const SwitchedOn&) { return {true}; }
  static lasagne::Decision<Event> decide(const SwitchOn& command, const State& state) {
    if (state.on) return lasagne::Rejection{"AlreadyOn", "the lamp is on"};
    return SwitchedOn{command.lamp_id};
  }
};

// Two commands for one lamp, and what must hold whatever goes wrong on their way.
inline lasagne::testing::Scenario lamp_scenario() {
  lasagne::testing::Scenario scenario;
  scenario.modules = [] { return std::vector{lasagne::Module{"house"}.decider<Lamp>()}; };
  const auto id = lasagne::Uuid::derive({}, "lamp");
  scenario.commands = {lasagne::testing::command(SwitchOn{id}), lasagne::testing::command(SwitchOn{id})};
  scenario.audit = [id](lasagne::Store& store) {
    const auto lamp = store.read_stream("Lamp-" + id.to_string(), 0, lasagne::Direction::forwards, 10);
    return lamp && lamp->messages.size() == 1 ? std::vector<std::string>{}
                                              : std::vector<std::string>{"not on, or twice"};
  };
  return scenario;
}

}  // namespace house
