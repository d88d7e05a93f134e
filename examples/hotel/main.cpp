// The hotel: serve it over HTTP, put a load on it, audit what is in its store.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "audit.hpp"
#include "common/http.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "group_checkout/group_checkout.hpp"
#include "hotel.hpp"
#include "http_api.hpp"
#include "load.hpp"
#include "terminal/terminal_text.hpp"

namespace {

using examples::Exit;

struct Arguments {
  std::string store;
  hotel::Style style = hotel::Style::saga;
  std::string listen = "127.0.0.1:8081";
  std::vector<std::string> hosts;
  double deadline_seconds = 3600;
  hotel::LoadPlan plan;
};

lasagne::Duration deadline_of(const Arguments& arguments) {
  return std::chrono::duration_cast<lasagne::Duration>(std::chrono::duration<double>(arguments.deadline_seconds));
}

std::unique_ptr<lasagne::Store> open_in_style(const Arguments& arguments) {
  auto store = examples::open_for_writing(arguments.store);
  const auto begun = hotel::style_of(*store);
  if (begun && *begun != arguments.style) {
    throw std::runtime_error(fmt::format("{} was begun in the style {}: give --style {}, or another store",
                                         arguments.store, to_string(*begun), to_string(*begun)));
  }
  return store;
}

int serve(const Arguments& arguments) {
  auto listen = examples::http::Listen::parse(arguments.listen);
  listen->hosts = arguments.hosts;
  examples::http::block_stop_signals();
  const auto store = open_in_style(arguments);
  lasagne::Runtime runtime(*store, {hotel::hotel_module(arguments.style)}, examples::server_options("hotel"));
  const hotel::HttpApi api{runtime, *store, examples::now, deadline_of(arguments)};
  examples::http::Router router;
  api.add_routes(router);
  const auto server = examples::http::Server::bind(router, *listen);
  if (!server) throw std::runtime_error(server.error());
  runtime.start();
  const bool served = (*server)->run();
  const bool stopped = runtime.stop();
  return served && stopped && !runtime.failure() ? Exit::ok : Exit::failed;
}

int load(Arguments arguments) {
  arguments.plan.deadline = deadline_of(arguments);
  const auto store = open_in_style(arguments);
  lasagne::Runtime runtime(*store, {hotel::hotel_module(arguments.style)}, examples::runtime_options("hotel"));
  runtime.start();
  hotel::LoadResult result;
  {
    examples::Progress progress("groups", arguments.plan.groups);
    result = hotel::run_load(*store, runtime, arguments.plan, examples::now,
                             [&](std::uint64_t done) { progress.update(done); });
  }
  runtime.stop();
  examples::print_json(lasagne::to_json(result));
  return result.open == 0 ? Exit::ok : Exit::violated;
}

int audit(const Arguments& arguments) {
  const auto store = examples::open_for_reading(arguments.store);
  const auto result = hotel::audit(*store);
  for (const auto& violation : result.violations) fmt::print(stderr, "{}\n", terminal::printable(violation));
  examples::print_json(lasagne::to_json(result));
  return result.violations.empty() && result.open == 0 ? Exit::ok : Exit::violated;
}

struct Commands {
  CLI::App* serve;
  CLI::App* load;
  CLI::App* audit;
};

void add_style(CLI::App* command, Arguments& arguments) {
  const auto take = [&arguments](const std::string& name) {
    const auto style = hotel::parse_style(name);
    if (!style) throw CLI::ValidationError("--style", "saga, choreography or process-manager, not \"" + name + "\"");
    arguments.style = *style;
  };
  command->add_option_function<std::string>(
      "--style", take, "How the group checkout is built: saga, choreography or process-manager [saga]");
  command->add_option("--deadline", arguments.deadline_seconds, "How many seconds a round of a group checkout may take")
      ->capture_default_str()
      ->check(examples::problem_of_seconds);
}

Commands add_commands(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(1);
  app.footer(examples::exit_codes);
  const auto add_store = [&](CLI::App* command) {
    command->add_option("--store", arguments.store, "The store, sqlite:PATH or memory:")->required();
  };
  auto* serve_command = app.add_subcommand("serve", "Serve the hotel over HTTP until SIGTERM or SIGINT");
  add_store(serve_command);
  add_style(serve_command, arguments);
  serve_command
      ->add_option("--listen", arguments.listen, "The address to listen at, HOST:PORT; port 0 takes a free one")
      ->capture_default_str()
      ->check([](const std::string& text) {
        return examples::http::Listen::parse(text) ? std::string() : "must be HOST:PORT, not \"" + text + "\"";
      });
  serve_command->add_option("--host", arguments.hosts, "Another host name that the server answers for; may be repeated")
      ->check(examples::http::problem_of_host);

  auto& plan = arguments.plan;
  auto* load_command =
      app.add_subcommand("load", "Run group checkouts to their end; after a kill, the same command goes on");
  add_store(load_command);
  add_style(load_command, arguments);
  load_command->add_option("--groups", plan.groups, "How many groups to check out")
      ->required()
      ->check(CLI::Range(0, 1'000'000'000));
  load_command->add_option("--guests", plan.guests, "How many guests each group has")
      ->required()
      ->check(CLI::Range(std::size_t{1}, hotel::GroupCheckout::most_guests));
  load_command->add_option("--seed", plan.seed, "The seed of all ids and random choices")->required();
  load_command->add_option("--unsettled", plan.unsettled, "Percentage of the guests who leave a cent unpaid")
      ->check(CLI::Range(0, 100));

  auto* audit_command = app.add_subcommand("audit", "Check from the log alone that nothing was lost or done twice");
  add_store(audit_command);
  return {serve_command, load_command, audit_command};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A hotel: guest stays and their group checkout as an event-sourced process, in three styles", "hotel"};
  Arguments arguments;
  const auto commands = add_commands(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? Exit::ok : Exit::usage;
  }
  return examples::run_program("hotel", [&] {
    if (commands.serve->parsed()) return serve(arguments);
    return commands.load->parsed() ? load(arguments) : audit(arguments);
  });
}
