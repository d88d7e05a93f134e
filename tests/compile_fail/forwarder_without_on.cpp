// expect: error: static assertion failed.*: a listed event has no on\(const Event&, const Decider::State&\)
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
struct DoorOpened {
  lasagne::Uuid id;
};

struct Door {
  static constexpr std::string_view category = "Door";
  using Command = std::variant<Open>;
  using Event = std::variant<Opened, Closed>;
  using State = bool;
  static lasagne::Uuid id(const auto& command) { return command.id; }
  static State evolve(State, const Opened&) { return true; }
  static State evolve(State, const Closed&) { return false; }
  static lasagne::Decision<Event> decide(const Open& command, const State&) { return Opened{command.id}; }
};

struct DoorForwarder {
  using Decider = Door;
  using Event = std::variant<Opened, Closed>;
  static DoorOpened on(const Opened& event, const bool&) { return {event.id}; }  // and Closed?
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.decider<Door>().forwarder<DoorForwarder>(); }
