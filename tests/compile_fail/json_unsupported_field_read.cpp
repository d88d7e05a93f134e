// expect: error: static assertion failed.*: lasagne JSON: this type is not supported; see lasagne/json.hpp
#include "lasagne/json.hpp"

struct Opened {
  int floor = 0;
  int* visitors = nullptr;
};

bool reads(std::string_view text) { return lasagne::from_json<Opened>(text).has_value(); }
