// expect: error: static assertion failed.*: a listed input has no on\(const Input&, const State&, Send&\)
#include "lasagne/module.hpp"

struct Opened {
  lasagne::Uuid id;
};
struct Closed {
  lasagne::Uuid id;
};
struct VisitStarted {
  lasagne::Uuid id;
};

struct Visit {
  static constexpr std::string_view category = "Visit";
  using Input = std::variant<Opened, Closed>;
  using Event = std::variant<VisitStarted>;
  using State = bool;
  static std::optional<lasagne::Uuid> id(const auto& input) { return input.id; }
  static State evolve(State, const VisitStarted&) { return true; }
  static std::vector<Event> on(const Opened& input, const State&, lasagne::Send&) { return {VisitStarted{input.id}}; }
  // Nothing takes Closed.
};

lasagne::Module module_of() { return lasagne::Module{"visits"}.process_manager<Visit>(); }
