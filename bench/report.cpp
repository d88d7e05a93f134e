#include "report.hpp"

#include <sqlite3.h>
#include <sys/utsname.h>

#include <fstream>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include "lasagne/json.hpp"

namespace bench {

namespace {

// Three or four digits that count, thousands apart.
std::string number(double value) {
  if (value < 10) return fmt::format("{:.2f}", value);
  if (value < 100) return fmt::format("{:.1f}", value);
  auto text = fmt::format("{:.0f}", value);
  for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string spread(const Spread& value) {
  if (value.lowest == value.highest) return number(value.median);
  return fmt::format("{} ({} - {})", number(value.median), number(value.lowest), number(value.highest));
}

bool met(const Figure& figure) {
  return figure.at_most ? figure.ratio->median <= *figure.target : figure.ratio->median >= *figure.target;
}

std::string target(const Figure& figure) {
  if (!figure.target || !figure.ratio) return {};
  return fmt::format("{} {:g}: {}", figure.at_most ? "<=" : ">=", *figure.target, met(figure) ? "met" : "MISSED");
}

std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    return colon == std::string::npos ? line : line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

Machine this_machine() {
  utsname name{};
  const bool known = ::uname(&name) == 0;
  return {processor_name(), std::thread::hardware_concurrency(),
          known ? fmt::format("{} {} {}", name.sysname, name.release, name.machine) : "unknown", __VERSION__,
          sqlite3_libversion()};
}

std::string as_line(const Figure& figure) {
  return fmt::format("{}: {}: {} {}", figure.group, figure.name, spread(figure.value), figure.unit);
}

std::string as_table(const Report& report) {
  auto text = fmt::format(
      "{}, {} cores, {}, SQLite {}, compiler {}\n{}, {} repetitions{}, {:.0f} s; median (lowest - highest)\n",
      report.machine.processor, report.machine.cores, report.machine.kernel, report.machine.sqlite,
      report.machine.compiler, report.store, report.repetitions, report.quick ? ", quick" : "", report.seconds);
  std::string_view group;
  for (const auto& figure : report.figures) {
    if (figure.group != group) {
      group = figure.group;
      text += fmt::format("\n{:<62} {:>36}  {:<10}  {:>30}  {:>20}  {}\n", group, "measured", "", "limit", "ratio",
                          "target");
    }
    text += fmt::format("  {:<60} {:>36}  {:<10}", figure.name, spread(figure.value), figure.unit);
    if (figure.limit && figure.ratio) {
      text += fmt::format("  {:>30}  {:>20}  {:<14}  of {}", spread(*figure.limit), spread(*figure.ratio),
                          target(figure), figure.limit_name);
    }
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text;
}

std::string as_json(const Report& report) { return lasagne::to_json(report); }

}  // namespace bench
