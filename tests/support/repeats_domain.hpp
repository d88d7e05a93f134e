// Modules that cannot tell a command from one that comes again: they record it once more.
#pragma once

#include <chrono>
#include <string_view>
#include <variant>
#include <vector>

#include "lasagne/module.hpp"

namespace repeats_domain {

using lasagne::Decision;
using lasagne::Send;
using lasagne::Uuid;

struct Order {
  Uuid id;
  int amount = 0;
};
struct Ordered {
  Uuid id;
};
struct Browse {  // that nobody hears of
  Uuid id;
};
struct Browsed {
  Uuid id;
};
struct NoteHere {
  Uuid id;
};
struct NotedHere {
  Uuid id;
};
struct NoteThere {
  Uuid id;
};
struct NotedThere {
  Uuid id;
};
struct Remind {
  Uuid id;
};
struct Reminded {
  Uuid id;
};

// Records what it is told, however often.
template <class C, class E>
struct Recorder {
  using Command = std::variant<C>;
  using Event = std::variant<E>;
  using State = int;
  static Uuid id(const C& command) { return command.id; }
  static State evolve(State state, const E&) { return state + 1; }
  static Decision<Event> decide(const C& command, const State&) { return E{command.id}; }
};
struct Desk {
  static constexpr std::string_view category = "Desk";
  using Command = std::variant<Order, Browse>;
  using Event = std::variant<Ordered, Browsed>;
  using State = int;
  static Uuid id(const auto& command) { return command.id; }
  static State evolve(State state, const auto&) { return state + 1; }
  static Decision<Event> decide(const Order& command, const State&) { return Ordered{command.id}; }
  static Decision<Event> decide(const Browse& command, const State&) { return Browsed{command.id}; }
};
struct Here : Recorder<NoteHere, NotedHere> {
  static constexpr std::string_view category = "Here";
};
struct There : Recorder<NoteThere, NotedThere> {
  static constexpr std::string_view category = "There";
};
struct Calendar : Recorder<Remind, Reminded> {
  static constexpr std::string_view category = "Calendar";
};

struct Passes {
  using Event = std::variant<Ordered>;
  static void on(const Ordered& event, Send& send) {
    send(NoteHere{event.id});
    send(NoteThere{event.id});
    send.after(std::chrono::minutes(1), event.id.to_string(), Remind{event.id});
  }
};

inline std::vector<lasagne::Module> modules() {
  std::vector<lasagne::Module> made;
  made.push_back(lasagne::Module{"desk"}.decider<Desk>().saga<Passes>());
  made.push_back(lasagne::Module{"here"}.decider<Here>());
  made.push_back(lasagne::Module{"there"}.decider<There>());
  made.push_back(lasagne::Module{"calendar"}.decider<Calendar>());
  return made;
}

}  // namespace repeats_domain
