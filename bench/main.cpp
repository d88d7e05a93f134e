// Measures this machine's limits and Lasagne beside them. README.md has the method.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "context.hpp"
#include "lasagne/timestamp.hpp"
#include "report.hpp"

namespace {

constexpr int failed = 2;
constexpr int usage = 64;

struct Group {
  const char* name;
  void (*run)(bench::Context&);
};
constexpr Group groups[] = {
    {"machine", bench::bench_machine}, {"raw", bench::bench_raw},   {"append", bench::bench_append},
    {"command", bench::bench_command}, {"hop", bench::bench_hop},   {"orders", bench::bench_orders},
    {"latency", bench::bench_latency}, {"read", bench::bench_read}, {"growth", bench::bench_growth},
};

std::string now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return lasagne::Timestamp{std::chrono::duration_cast<std::chrono::microseconds>(time).count()}.to_string();
}

bench::Report run(const bench::Settings& settings, const std::vector<std::string>& only) {
  bench::Workspace workspace(settings.store);
  bench::Report report{now(), bench::this_machine(), settings.store, settings.quick, settings.repetitions, 0, {}};
  bench::Context context{settings, workspace, [&](bench::Figure figure) {
                           fmt::print(stderr, "{}\n", bench::as_line(figure));
                           report.figures.push_back(std::move(figure));
                         }};
  report.seconds = bench::seconds([&] {
    for (const auto& group : groups) {
      if (only.empty() || std::ranges::find(only, group.name) != only.end()) group.run(context);
    }
  });
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures the limits of this machine and Lasagne beside them", "bench"};
  bench::Settings settings;
  std::vector<std::string> only;
  bool json = false;
  std::vector<std::string> names;
  for (const auto& group : groups) names.emplace_back(group.name);
  app.add_option(
         "--store", settings.store,
         "sqlite:PATH (makes files PATH.bench-*, and removes them) or memory:; put it on the disk to be measured")
      ->capture_default_str();
  app.add_flag("--json", json, "Print the report as JSON instead of a table");
  app.add_flag("--quick", settings.quick, "A tenth of everything, in less than a minute; the figures scatter more");
  auto* repetitions = app.add_option("--repetitions", settings.repetitions, "Of each measurement [5; 1 when quick]")
                          ->check(CLI::Range(1, 100));
  app.add_option("--only", only, "Only these groups")->check(CLI::IsMember(names))->delimiter(',');
  app.add_option("--growth", settings.growth,
                 "Messages in the store for the group growth, smallest first [10000,1000000; 10000,100000 when quick]; "
                 "10000000 take several GB")
      ->check(CLI::Range(1'000, 100'000'000))
      ->delimiter(',');
  try {
    app.parse(argc, argv);
    if (!std::ranges::is_sorted(settings.growth))
      throw CLI::ValidationError("--growth", "the sizes must come smallest first");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage;
  }
  if (repetitions->count() == 0 && settings.quick) settings.repetitions = 1;
  if (settings.growth.empty()) {
    settings.growth =
        settings.quick ? std::vector<std::uint64_t>{10'000, 100'000} : std::vector<std::uint64_t>{10'000, 1'000'000};
  }
  try {
    const auto report = run(settings, only);
    fmt::print("{}{}", json ? bench::as_json(report) : bench::as_table(report), json ? "\n" : "");
    return 0;
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return usage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return failed;
  }
}
