// expect: Member<.*visitors[\s\S]*static assertion failed.*: lasagne JSON: the type of this member is not supported
#include "lasagne/json.hpp"

// A pointer means nothing in a log.
struct Opened {
  int floor = 0;
  int* visitors = nullptr;
};

std::string text_of(const Opened& event) { return lasagne::to_json(event); }
