// expect: error: static assertion failed.*: a listed event has no evolve\(State, const Event&\)
#include "lasagne/module.hpp"

struct Opened {
  lasagne::Uuid id;
};
struct VisitStarted {
  lasagne::Uuid id;
};
struct VisitEnded {
  lasagne::Uuid id;
};

struct Visit {
  static constexpr std::string_view category = "Visit";
  using Input = std::variant<Opened>;
  using Event = std::variant<VisitStarted, VisitEnded>;
  using State = bool;
  static std::optional<lasagne::Uuid> id(const auto& input) { return input.id; }
  static State evolve(State, const VisitStarted&) { return true; }  // and VisitEnded?
  static std::vector<Event> on(const Opened& input, const State&, lasagne::Send&) { return {VisitStarted{input.id}}; }
};

lasagne::Module module_of() { return lasagne::Module{"visits"}.process_manager<Visit>(); }
