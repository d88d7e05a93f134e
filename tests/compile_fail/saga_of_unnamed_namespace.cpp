// expect: error: static assertion failed.*: lasagne: a type of an unnamed namespace has no name
#include "lasagne/module.hpp"

namespace bells {
struct Opened {
  lasagne::Uuid id;
};
}  // namespace bells

namespace {
struct Bell {
  using Event = std::variant<bells::Opened>;
  static void on(const bells::Opened&, lasagne::Send&) {}
};
}  // namespace

lasagne::Module module_of() { return lasagne::Module{"bells"}.saga<Bell>(); }
