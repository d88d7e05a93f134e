// expect: error: static assertion failed.*: a listed event has no on\(const Event&, Send&\)
#include "lasagne/module.hpp"

struct Opened {
  lasagne::Uuid id;
};
struct Closed {
  lasagne::Uuid id;
};
struct CallPorter {
  lasagne::Uuid id;
};

struct Bell {
  using Event = std::variant<Opened, Closed>;
  void on(const Opened& event, lasagne::Send& send) { send(CallPorter{event.id}); }  // and Closed?
};

lasagne::Module module_of() { return lasagne::Module{"bells"}.effect<Bell>(); }
