// expect: error: (cannot bind bit-field|non-const reference cannot bind to bit-field)
#include "lasagne/json.hpp"

struct Opened {
  unsigned floor : 4 = 0;
  int door = 0;
};

std::string text_of(const Opened& event) { return lasagne::to_json(event); }
bool reads(std::string_view text) { return lasagne::from_json<Opened>(text).has_value(); }
