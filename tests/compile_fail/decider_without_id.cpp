// expect: error: static assertion failed.*: a listed command has no id\(const Command&\)
#include "lasagne/module.hpp"

struct Open {
  lasagne::Uuid door_id;
};
struct CloseAll {
  int floor = 0;
};
struct Opened {
  lasagne::Uuid door_id;
};

struct Door {
  static constexpr std::string_view category = "Door";
  using Command = std::variant<Open, CloseAll>;
  using Event = std::variant<Opened>;
  using State = bool;
  static lasagne::Uuid id(const Open& command) { return command.door_id; }  // which door is CloseAll for?
  static State evolve(State, const Opened&) { return true; }
  static lasagne::Decision<Event> decide(const Open& command, const State&) { return Opened{command.door_id}; }
  static lasagne::Decision<Event> decide(const CloseAll&, const State&) { return {}; }
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.decider<Door>(); }
