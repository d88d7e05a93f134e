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

class Door : public lasagne::Aggregate<Door, std::variant<Opened, Closed>> {
 public:
  static constexpr std::string_view category = "Door";
  using Command = std::variant<Open>;
  static lasagne::Uuid id(const auto& command) { return command.id; }
  void handle(const Open& command) { enqueue(Opened{command.id}); }
  void when(const Opened&) {}  // and Closed?
};

lasagne::Module module_of() { return lasagne::Module{"doors"}.aggregate<Door>(); }
