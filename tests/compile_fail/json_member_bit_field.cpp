// expect: error: (cannot bind bit-field .b. to|non-const reference cannot bind to bit-field .floor.)
// Names of members come from pointers to them, and a bit-field has none. So only the compiler can name it: clang says
// `floor`, and g++ which of the members it is: `b`, the second.
#include "lasagne/json.hpp"

struct Opened {
  int door = 0;
  unsigned floor : 4 = 0;
};

std::string text_of(const Opened& event) { return lasagne::to_json(event); }
bool reads(std::string_view text) { return lasagne::from_json<Opened>(text).has_value(); }
