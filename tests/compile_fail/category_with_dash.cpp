// expect: error: static assertion failed.*: lasagne: a category is a name without '-'
#include "lasagne/module.hpp"

struct Open {
  lasagne::Uuid id;
};
struct Opened {
  lasagne::Uuid id;
};

struct Door {
  static constexpr std::string_view category = "front-door";
  using Command = std::variant<Open>;
  using Event = std::variant<Opened>;
  using State = bool;
  static lasagne::Uuid id(const auto& command) { return command.id; }
  static State evolve(State, const Opened&) { return true; }
  static lasagne::Decision<Event> decide(const Open& command, const State&) { return Opened{command.id}; }
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.decider<Door>(); }
