// expect: error: static assertion failed.*: a listed input has no id\(const Input&\)
#include "lasagne/module.hpp"

struct Opened {
  lasagne::Uuid door_id;
};
struct NightFell {
  int hour = 0;
};
struct VisitStarted {
  lasagne::Uuid door_id;
};

struct Visit {
  static constexpr std::string_view category = "Visit";
  using Input = std::variant<Opened, NightFell>;
  using Event = std::variant<VisitStarted>;
  using State = bool;
  static std::optional<lasagne::Uuid> id(const Opened& input) { return input.door_id; }  // which visit is night for?
  static State evolve(State, const VisitStarted&) { return true; }
  static std::vector<Event> on(const Opened& input, const State&, lasagne::Send&) {
    return {VisitStarted{input.door_id}};
  }
  static std::vector<Event> on(const NightFell&, const State&, lasagne::Send&) { return {}; }
};

lasagne::Module module_of() { return lasagne::Module{"visits"}.process_manager<Visit>(); }
