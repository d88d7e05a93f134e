// expect: error: static assertion failed.*: lasagne: a local or unnamed type has no name
#include "lasagne/command_rejected.hpp"

std::string_view name() {
  struct Opened {
    lasagne::Uuid id;
  };
  return lasagne::type_name<Opened>;
}
