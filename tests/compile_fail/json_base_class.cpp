// expect: error: static assertion failed.*: lasagne JSON: this struct has a base class
#include "lasagne/json.hpp"

struct Stamped {
  lasagne::Timestamp at;
};
struct Opened : Stamped {
  int floor = 0;
};

std::string text_of(const Opened& event) { return lasagne::to_json(event); }
