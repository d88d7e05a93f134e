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

class Door : public lasagne::Aggregate<Door, std::variant<Opened>> {
 public:
  static constexpr std::string_view category = "Door";
  using Command = std::variant<Open, Close>;
  static lasagne::Uuid id(const auto& command) { return command.id; }
  void handle(const Open& command) { enqueue(Opened{command.id}); }  // and Close?
  void when(const Opened&) {}
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.aggregate<Door>(); }
