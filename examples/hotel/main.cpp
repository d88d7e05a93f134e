// The hotel: serve it over HTTP, put a load on it, audit what is in its store.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "audit.hpp"
#include "common/http.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "group_checkout/group_checkout.hpp"
#include "hotel.hpp"
#include "http_api.hpp"
#include "load.hpp"

namespace {

using examples::Exit;

struct Arguments {
  std::string store;
  std::string listen = "127.0.0.1:8080";
  std::string style = "saga";
  std::uint64_t groups = 0;
  hotel::LoadPlan plan;
};

lasagne::RuntimeOptions runtime_options() {
  lasagne::RuntimeOptions options;
  options.log = [](const std::string& text) { fmt::print(stderr, "hotel: {}\n", text); };
  return options;
}

lasagne::Timestamp now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
}

// The module in the style that was asked for, unless the store began with another one.
lasagne::Module module_for(lasagne::Store& store, const std::string& name) {
  const auto style = *hotel::parse_style(name);
  if (const auto other = hotel::style_of(store); other && *other != style) {
    throw std::runtime_error(fmt::format("this store runs in the style {}: it cannot go on as {}", to_string(*other), name));
  }
  return hotel::hotel_module(style);
}

int serve(const Arguments& arguments) {
  const auto listen = examples::http::Listen::parse(arguments.listen);
  if (!listen) {
    examples::print_error("hotel", "--listen takes HOST:PORT, not \"" + arguments.listen + "\"");
    return Exit::usage;
  }
  examples::http::block_stop_signals();
  const auto store = examples::open_for_writing(arguments.store);
  lasagne::Runtime runtime(*store, {module_for(*store, arguments.style)}, runtime_options());

  hotel::HttpApi api{*store, runtime, now};
  examples::http::Router router;
  api.add_routes(router);
  const auto server = examples::http::Server::bind(router, *listen);
  if (!server) throw std::runtime_error(server.error());
  runtime.start();
  const bool served = (*server)->run();
  const bool stopped = runtime.stop();
  return served && stopped ? Exit::ok : Exit::failed;
}

int load(const Arguments& arguments) {
  const auto store = examples::open_for_writing(arguments.store);
  lasagne::Runtime runtime(*store, {module_for(*store, arguments.style)}, runtime_options());
  runtime.start();
  hotel::LoadResult result;
  {
    examples::Progress progress("groups", arguments.groups);
    result = hotel::run_load(*store, runtime, arguments.plan, arguments.groups,
                             [&](std::uint64_t done) { progress.update(done); });
  }
  runtime.stop();
  fmt::print("{}\n", lasagne::to_json(result));
  return result.open == 0 ? Exit::ok : Exit::violated;
}

int audit(const Arguments& arguments) {
  const auto store = examples::open_for_reading(arguments.store);
  const auto result = hotel::audit(*store);
  for (const auto& violation : result.violations) fmt::print(stderr, "{}\n", violation);
  fmt::print("{}\n", lasagne::to_json(result));
  return result.violations.empty() && result.open == 0 ? Exit::ok : Exit::violated;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A hotel: guests check out one by one or as a group, in three styles with one outcome", "hotel"};
  app.require_subcommand(1);
  Arguments arguments;
  const auto add_store = [&](CLI::App* command) {
    command->add_option("--store", arguments.store, "sqlite:PATH or memory:")->required();
  };
  const auto add_style = [&](CLI::App* command) {
    std::vector<std::string> names;
    for (const auto style : hotel::all_styles) names.emplace_back(hotel::to_string(style));
    command->add_option("--style", arguments.style, "How the group checkout is written; a store keeps the one it began with")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
  };

  auto* serve_command = app.add_subcommand("serve", "Serve the hotel over HTTP until SIGTERM or SIGINT");
  add_store(serve_command);
  add_style(serve_command);
  serve_command->add_option("--listen", arguments.listen, "HOST:PORT; port 0 takes a free one")->capture_default_str();

  auto* load_command = app.add_subcommand("load", "Drive group checkouts to their end; killed and run again, it goes on");
  add_store(load_command);
  add_style(load_command);
  load_command->add_option("--groups", arguments.groups, "How many")->required()->check(CLI::Range(0, 1'000'000'000));
  load_command->add_option("--guests", arguments.plan.guests, "In each group")
      ->required()
      ->check(CLI::Range(std::size_t{1}, hotel::GroupCheckout::most_guests));
  load_command->add_option("--seed", arguments.plan.seed, "Which ones")->required();
  load_command->add_option("--unsettled", arguments.plan.unsettled_percent, "Percent of guests that have not paid everything")
      ->check(CLI::Range(0, 100));

  auto* audit_command = app.add_subcommand("audit", "Check from the log alone that nothing was lost or done twice");
  add_store(audit_command);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? Exit::ok : Exit::usage;
  }
  return examples::run_program("hotel", [&] {
    if (serve_command->parsed()) return serve(arguments);
    return load_command->parsed() ? load(arguments) : audit(arguments);
  });
}
