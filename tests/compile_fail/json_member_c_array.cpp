// expect: MemberOf<Opened, 2>[\s\S]*error: static assertion failed.*: lasagne JSON: this member is a C array
#include "lasagne/json.hpp"

struct Opened {
  int floor = 0;
  char name[16] = {};  // the second member
};

std::string text_of(const Opened& event) { return lasagne::to_json(event); }
