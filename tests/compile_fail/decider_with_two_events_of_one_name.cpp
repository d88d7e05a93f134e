// expect: error: static assertion failed.*: two alternatives of a std::variant have the same type_name
#include "lasagne/module.hpp"

namespace first {
struct Done {
  lasagne::Uuid id;
};
}  // namespace first
namespace second {
struct Done {
  lasagne::Uuid id;
};
}  // namespace second
template <>
inline constexpr std::string_view lasagne::type_name<second::Done> = "first.Done";
struct Finish {
  lasagne::Uuid id;
};

struct Task {
  static constexpr std::string_view category = "Task";
  using Command = std::variant<Finish>;
  using Event = std::variant<first::Done, second::Done>;
  struct State {};
  static lasagne::Uuid id(const auto& command) { return command.id; }
  static State evolve(State, const Event&) { return {}; }
  static lasagne::Decision<Event> decide(const Finish& command, const State&) { return first::Done{command.id}; }
};

lasagne::Module module_of() { return lasagne::Module{"tasks"}.decider<Task>(); }
