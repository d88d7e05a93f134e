// expect: error: static assertion failed.*: on_failure takes none of the listed commands
#include "lasagne/module.hpp"

struct Open {
  lasagne::Uuid id;
};
struct Opened {
  lasagne::Uuid id;
};
struct OpeningFailed {
  lasagne::Uuid id;
};

struct Door {
  static constexpr std::string_view category = "Door";
  using Command = std::variant<Open>;
  using Event = std::variant<Opened, OpeningFailed>;
  struct State {};
  static lasagne::Uuid id(const auto& command) { return command.id; }
  static State evolve(State, const Event&) { return {}; }
  static lasagne::Decision<Event> decide(const Open& command, const State&) { return Opened{command.id}; }
  static lasagne::Decision<Event> on_failure(const Open& command,
                                             const lasagne::Failure&) {  // an Event, not a Decision
    return OpeningFailed{command.id};
  }
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.decider<Door>(); }
