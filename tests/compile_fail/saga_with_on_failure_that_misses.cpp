// expect: error: static assertion failed.*: on_failure takes none of the listed events
#include "lasagne/module.hpp"

struct Opened {
  lasagne::Uuid id;
};
struct CallPorter {
  lasagne::Uuid id;
};

struct Bell {
  using Event = std::variant<Opened>;
  static void on(const Opened& event, lasagne::Send& send) { send(CallPorter{event.id}); }
  static void on_failure(const Opened& event, lasagne::Send& send) { send(CallPorter{event.id}); }  // and the Failure?
};

lasagne::Module module_of() { return lasagne::Module{"bells"}.saga<Bell>(); }
