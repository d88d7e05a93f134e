// expect: error: static assertion failed.*: lasagne: a type of an unnamed namespace has no name
#include "lasagne/command_rejected.hpp"

namespace {
struct Opened {
  lasagne::Uuid id;
};
}  // namespace
std::string_view name() { return lasagne::type_name<Opened>; }
