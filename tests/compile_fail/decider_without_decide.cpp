// expect: error: static assertion failed.*: a listed command has no decide\(const Command&, const State&\)
#include "lasagne/module.hpp"

struct Open {
  lasagne::Uuid id;
};
struct Close {
  lasagne::Uuid id;
};
struct Opened {
  lasagne::Uuid id;
};

struct Door {
  static constexpr std::string_view category = "Door";
  using Command = std::variant<Open, Close>;
  using Event = std::variant<Opened>;
  using State = bool;
  static lasagne::Uuid id(const auto& command) { return command.id; }
  static State evolve(State, const Opened&) { return true; }
  static lasagne::Decision<Event> decide(const Open& command, const State&) { return Opened{command.id}; }
  // Nothing decides Close.
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.decider<Door>(); }
