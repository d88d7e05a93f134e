// expect: error: static assertion failed.*: lasagne JSON: a member of this struct is a reference
#include "lasagne/json.hpp"

struct Opened {
  int floor = 0;
  const std::string& name;
};

std::string text_of(const Opened& event) { return lasagne::to_json(event); }
