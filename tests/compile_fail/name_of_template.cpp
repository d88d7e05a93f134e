// expect: error: static assertion failed.*: lasagne: each compiler spells template arguments in its own way
#include "lasagne/command_rejected.hpp"

template <class T>
struct Opened {
  T id;
};
std::string_view name() { return lasagne::type_name<Opened<int>>; }
