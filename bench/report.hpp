// The figures for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "context.hpp"
#include "figure.hpp"

namespace bench {

struct Machine {
  std::string processor;
  unsigned cores = 0;
  std::string kernel;
  std::string compiler;
  std::string sqlite;
};
[[nodiscard]] Machine this_machine();

struct Report {
  std::string measured_at;
  Machine machine;
  std::string store;
  bool quick = false;
  unsigned repetitions = 0;
  double seconds = 0;
  std::vector<Figure> figures;
};

[[nodiscard]] std::string as_table(const Report& report);
[[nodiscard]] std::string as_json(const Report& report);
// One line: group, name, value.
[[nodiscard]] std::string as_line(const Figure& figure);

}  // namespace bench
