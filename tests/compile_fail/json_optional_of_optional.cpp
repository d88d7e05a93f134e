// expect: error: static assertion failed.*: lasagne JSON: an empty inner optional would read back as an empty outer one
#include "lasagne/json.hpp"

struct Opened {
  std::optional<std::optional<int>> floor;
};

std::string text_of(const Opened& event) { return lasagne::to_json(event); }
