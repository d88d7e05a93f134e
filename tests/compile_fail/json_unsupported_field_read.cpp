// expect: Member<.*visitors[\s\S]*static assertion failed.*: lasagne JSON: the type of this member is not supported
#include "lasagne/json.hpp"

struct Opened {
  int floor = 0;
  int* visitors = nullptr;
};

bool reads(std::string_view text) { return lasagne::from_json<Opened>(text).has_value(); }
