// Both example systems under the simulator: as many seeds as asked for, each audited.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/program.hpp"
#include "common/progress.hpp"
#include "hotel_scenario.hpp"
#include "lasagne/json.hpp"
#include "lasagne/testing/simulator.hpp"
#include "shop_scenario.hpp"

namespace {

using examples::Exit;
using lasagne::testing::Scenario;
using lasagne::testing::SeedsResult;

constexpr std::uint64_t most_seeds = 1'000'000'000;

struct Arguments {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::string style;  // of the hotel; empty: all three
  lasagne::testing::SimulatorOptions options;
};

struct Summary {
  std::uint64_t seeds = 0;
  std::uint64_t steps = 0;
  std::uint64_t faults = 0;
  std::uint64_t crashes = 0;
  std::vector<std::string> violations;
};

// "FROM..TO" or one number; what is wrong with it otherwise.
std::string parse_seeds(const std::string& text, Arguments& arguments) {
  const auto number = [](std::string_view digits, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  const auto dots = text.find("..");
  const std::string_view all = text;
  const bool good = dots == std::string::npos
                        ? number(all, arguments.from) && number(all, arguments.to)
                        : number(all.substr(0, dots), arguments.from) && number(all.substr(dots + 2), arguments.to);
  if (!good) return "takes FROM..TO, two whole numbers as in 1..1000, not \"" + text + "\"";
  if (arguments.from > arguments.to) return fmt::format("{} comes after {}", arguments.from, arguments.to);
  if (arguments.to - arguments.from >= most_seeds) return fmt::format("takes at most {} seeds", most_seeds);
  return {};
}

void add(Summary& summary, const SeedsResult& result, const std::string& how) {
  summary.steps += result.steps;
  summary.faults += result.faults;
  summary.crashes += result.crashes;
  for (const auto& violation : result.violations) summary.violations.push_back(how + violation);
  if (!result.report.empty()) fmt::print(stderr, "{}{}", how, result.report);
  // The same for the same seeds, in every process: whoever doubts a run compares it.
  fmt::print("{}log digest {}\n", how, result.log_digest);
}

Summary run(const Arguments& arguments, const std::vector<std::string>& styles) {
  const auto seeds = arguments.to - arguments.from + 1;
  Summary summary;
  summary.seeds = seeds;
  std::uint64_t done = 0;
  for (const auto& style : styles) {
    const auto scenario_of = [&](std::uint64_t seed) {
      return style.empty() ? simulate::shop_scenario(seed) : simulate::hotel_scenario(seed, style);
    };
    SeedsResult result;
    {
      examples::Progress progress("seeds", seeds * styles.size());
      result = simulate_seeds(scenario_of, arguments.from, arguments.to, arguments.options,
                              [&](std::uint64_t seeds_done) { progress.update(done + seeds_done); });
    }
    done += result.seeds;
    add(summary, result, style.empty() ? "" : style + ": ");
  }
  return summary;
}

void add_options(CLI::App* command, Arguments& arguments) {
  command
      ->add_option_function<std::string>(
          "--seeds",
          [&arguments](const std::string& text) {
            if (const auto problem = parse_seeds(text, arguments); !problem.empty()) {
              throw CLI::ValidationError("--seeds", problem);
            }
          },
          "Which runs to make, FROM..TO, the last one included")
      ->required();
  command->add_option("--steps", arguments.options.steps, "How many steps under faults each run has")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs an example system on several simulated nodes that fail at every turn, and audits each run",
               "simulate"};
  app.require_subcommand(1);
  app.footer(examples::exit_codes);
  Arguments arguments;
  auto* shop = app.add_subcommand("shop", "Carts, orders, payments and shipments");
  add_options(shop, arguments);
  auto* hotel = app.add_subcommand("hotel", "Group checkouts, in all three styles");
  add_options(hotel, arguments);
  hotel->add_option("--style", arguments.style, "Run only one style: saga, choreography or process-manager")
      ->check([](const std::string& style) {
        return simulate::is_hotel_style(style) ? std::string()
                                               : "saga, choreography or process-manager, not \"" + style + "\"";
      });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? Exit::ok : Exit::usage;
  }
  return examples::run_program("simulate", [&] {
    std::vector<std::string> styles{""};
    if (hotel->parsed()) styles = {"saga", "choreography", "process-manager"};
    if (!arguments.style.empty()) styles = {arguments.style};
    const auto summary = run(arguments, styles);
    examples::print_json(lasagne::to_json(summary));
    return summary.violations.empty() ? Exit::ok : Exit::violated;
  });
}
