// expect: error: static assertion failed.*: a listed event has no evolve\(State, const Event&\)
#include "lasagne/module.hpp"

struct Open {
  lasagne::Uuid id;
};
struct Opened {
  lasagne::Uuid id;
};
struct Closed {
  lasagne::Uuid id;
};

struct Door {
  static constexpr std::string_view category = "Door";
  using Command = std::variant<Open>;
  using Event = std::variant<Opened, Closed>;
  using State = bool;
  static lasagne::Uuid id(const auto& command) { return command.id; }
  static State evolve(State, const Opened&) { return true; }  // and Closed?
  static lasagne::Decision<Event> decide(const Open& command, const State&) { return Opened{command.id}; }
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.decider<Door>(); }
