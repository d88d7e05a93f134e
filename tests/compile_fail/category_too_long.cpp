// expect: error: static assertion failed.*: lasagne: the category is too long
#include "lasagne/module.hpp"

struct Open {
  lasagne::Uuid id;
};
struct Opened {
  lasagne::Uuid id;
};

constexpr auto letters = [] {
  std::array<char, 220> text{};
  text.fill('d');
  return text;
}();

struct Door {
  static constexpr std::string_view category{letters.data(), letters.size()};
  using Command = std::variant<Open>;
  using Event = std::variant<Opened>;
  using State = bool;
  static lasagne::Uuid id(const auto& command) { return command.id; }
  static State evolve(State, const Opened&) { return true; }
  static lasagne::Decision<Event> decide(const Open& command, const State&) { return Opened{command.id}; }
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.decider<Door>(); }
