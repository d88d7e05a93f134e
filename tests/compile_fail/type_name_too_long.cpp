// expect: error: static assertion failed.*: lasagne: the type's name is longer than Limits::type_name_bytes
#include "lasagne/send.hpp"

struct Opened {
  lasagne::Uuid id;
};
constexpr auto letters = [] {
  std::array<char, 300> text{};
  text.fill('o');
  return text;
}();
template <>
inline constexpr std::string_view lasagne::type_name<Opened>{letters.data(), letters.size()};

void send_it(lasagne::Send& send) { send(Opened{}); }
