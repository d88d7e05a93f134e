// The shop: serve it over HTTP, put a load on it, audit what is in its store.
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
#include "http_api.hpp"
#include "load.hpp"
#include "shop_modules.hpp"
#include "terminal/terminal_text.hpp"

namespace {

using examples::Exit;

struct Arguments {
  std::string store;
  std::string listen = "127.0.0.1:8080";
  std::vector<std::string> hosts;
  bool auto_pay = false;
  double payment_timeout_seconds = 0;
  std::uint64_t orders = 1000;
  std::uint64_t seed = 1;
  unsigned out_of_stock = 0;
  unsigned unpaid = 0;
  unsigned decline = 0;
  unsigned wrong_amount = 0;
};

lasagne::Duration seconds(double count) {
  return std::chrono::duration_cast<lasagne::Duration>(std::chrono::duration<double>(count));
}

int serve(const Arguments& arguments) {
  auto listen = examples::http::Listen::parse(arguments.listen);
  if (!listen) {
    examples::print_error("shop", "--listen must be HOST:PORT, not \"" + arguments.listen + "\"");
    return Exit::usage;
  }
  listen->hosts = arguments.hosts;
  examples::http::block_stop_signals();
  const auto store = examples::open_for_writing(arguments.store);
  shop::ShopOptions options;
  options.payment_timeout = seconds(arguments.payment_timeout_seconds);
  if (arguments.auto_pay) options.gateway.emplace();
  lasagne::Runtime runtime(*store, shop::shop_modules(options), examples::server_options("shop"));

  shop::HttpApi api{runtime, shop::catalogue_price, examples::now};
  examples::http::Router router;
  api.add_routes(router);
  const auto server = examples::http::Server::bind(router, *listen);
  if (!server) throw std::runtime_error(server.error());
  runtime.start();
  const bool served = (*server)->run();
  const bool stopped = runtime.stop();
  return served && stopped && !runtime.failure() ? Exit::ok : Exit::failed;
}

int load(const Arguments& arguments) {
  const auto store = examples::open_for_writing(arguments.store);
  shop::ShopOptions options;
  options.payment_timeout = seconds(arguments.payment_timeout_seconds);
  options.gateway = shop::payments::SimulatedGateway{arguments.decline, arguments.unpaid, arguments.wrong_amount};
  lasagne::Runtime runtime(*store, shop::shop_modules(options), examples::runtime_options("shop"));
  runtime.start();
  shop::LoadResult result;
  {
    examples::Progress progress("orders", arguments.orders);
    result = shop::run_load(*store, runtime, {arguments.seed, arguments.out_of_stock}, arguments.orders,
                            options.payment_timeout, [&](std::uint64_t done) { progress.update(done); });
  }
  runtime.stop();
  examples::print_json(lasagne::to_json(result));
  return result.open == 0 ? Exit::ok : Exit::violated;
}

int audit(const Arguments& arguments) {
  const auto store = examples::open_for_reading(arguments.store);
  const auto result = shop::audit(*store);
  for (const auto& violation : result.violations) fmt::print(stderr, "{}\n", terminal::printable(violation));
  examples::print_json(lasagne::to_json(result));
  return result.violations.empty() && result.open == 0 ? Exit::ok : Exit::violated;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A shop: carts, orders, payments and shipments as event-sourced processes", "shop"};
  app.require_subcommand(1);
  app.footer(examples::exit_codes);
  Arguments arguments;
  const auto add_store = [&](CLI::App* command) {
    command->add_option("--store", arguments.store, "The store, sqlite:PATH or memory:")->required();
  };
  const auto percent = CLI::Range(0, 100);

  auto* serve_command = app.add_subcommand("serve", "Serve the shop over HTTP until SIGTERM or SIGINT");
  add_store(serve_command);
  serve_command
      ->add_option("--listen", arguments.listen, "The address to listen at, HOST:PORT; port 0 takes a free one")
      ->capture_default_str();
  serve_command->add_option("--host", arguments.hosts, "Another host name that the server answers for; may be repeated")
      ->check(examples::http::problem_of_host);
  serve_command->add_flag("--auto-pay", arguments.auto_pay, "Let a simulated gateway complete every payment");
  serve_command
      ->add_option("--payment-timeout", arguments.payment_timeout_seconds,
                   "How many seconds there are to pay an order [900]")
      ->check(examples::problem_of_seconds);

  auto* load_command = app.add_subcommand("load", "Run orders to their end; after a kill, the same command goes on");
  add_store(load_command);
  load_command->add_option("--orders", arguments.orders, "How many orders to place")
      ->required()
      ->check(CLI::Range(0, 1'000'000'000));
  load_command->add_option("--seed", arguments.seed, "The seed of all ids and random choices")->required();
  load_command->add_option("--out-of-stock", arguments.out_of_stock, "Percentage of orders for what is out of stock")
      ->check(percent);
  load_command->add_option("--unpaid", arguments.unpaid, "Percentage of orders that nobody ever pays")->check(percent);
  load_command->add_option("--decline", arguments.decline, "Percentage of orders whose payment the gateway declines")
      ->check(percent);
  load_command
      ->add_option("--wrong-amount", arguments.wrong_amount,
                   "Percentage of orders that are paid with a wrong amount or currency")
      ->check(percent);
  load_command
      ->add_option("--payment-timeout", arguments.payment_timeout_seconds,
                   "How many seconds there are to pay an order [1.5]")
      ->check(examples::problem_of_seconds);

  auto* audit_command = app.add_subcommand("audit", "Check from the log alone that nothing was lost or done twice");
  add_store(audit_command);

  try {
    app.parse(argc, argv);
    if (arguments.unpaid + arguments.decline + arguments.wrong_amount > 100)
      throw CLI::ValidationError("--unpaid, --decline and --wrong-amount", "must not be more than 100 together");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? Exit::ok : Exit::usage;
  }
  if (arguments.payment_timeout_seconds == 0) arguments.payment_timeout_seconds = serve_command->parsed() ? 900 : 1.5;
  return examples::run_program("shop", [&] {
    if (serve_command->parsed()) return serve(arguments);
    return load_command->parsed() ? load(arguments) : audit(arguments);
  });
}
