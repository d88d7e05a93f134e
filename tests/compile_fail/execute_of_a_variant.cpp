// expect: error: static assertion failed.*: lasagne: a command is a struct \(not a std::variant: pass what is in it\)
#include "lasagne/runtime.hpp"

struct Open {
  lasagne::Uuid id;
};

bool opened(lasagne::Runtime& runtime, const std::variant<Open>& command) {
  return runtime.execute(command).has_value();
}
