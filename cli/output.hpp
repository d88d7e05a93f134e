// How messages look: on a terminal in colour, else plain, or a JSON object a line.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "lasagne/message.hpp"
#include "terminal/terminal_text.hpp"

namespace cli {

using terminal::json_string;
using terminal::printable;

enum class Colour { none, bold, dim, red, green, yellow, blue, magenta };

// Colours only when standard output is a terminal and NO_COLOR is not set.
[[nodiscard]] std::string paint(Colour colour, std::string_view text);

// How types are shown: by the last part of their names, but for those that share it with another type seen.
class TypeNames {
 public:
  void see(std::string_view type);
  // Of a type that was seen.
  [[nodiscard]] std::string_view shown(std::string_view type) const;

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> seen_;  // by last part, what is qualified
};

// Writes a line to standard output. Ends the program when that cannot be done: quietly and with success when the reader
// has closed the pipe, else with an error.
void print_line(const std::string& line);
void flush_output();

[[nodiscard]] std::string json_of(const lasagne::Message& message);
[[nodiscard]] std::string line_of(const lasagne::Message& message, const TypeNames& names);

}  // namespace cli
