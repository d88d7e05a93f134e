// lasagne: looks into a store, also beside a program that writes it.
#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>

#include "commands.hpp"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe shows as a failed write
  CLI::App app{"Looks into a Lasagne store", "lasagne"};
  app.require_subcommand(1);
  app.set_version_flag("--version", LASAGNE_VERSION, "Print the version and exit");
  app.footer("Exit codes: 0 done; 1 the check found something wrong; 2 not done; 64 the command line is wrong.");
  std::string url;
  std::function<int(lasagne::Store&)> run;
  std::function<int()> run_on_url;  // instead, of a command that opens the store itself
  const auto command = [&](const char* name, const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->add_option("--store", url, "sqlite:PATH; also from LASAGNE_STORE")->envname("LASAGNE_STORE")->required();
    return sub;
  };

  std::string process;
  auto* trace = command("trace", "Print one process in layers, which show what caused what");
  trace->add_option("process", process, "The correlation id of the process, or one of its streams")->required();
  trace->callback([&] { run = [&](lasagne::Store& store) { return cli::trace(store, process); }; });

  cli::ReadOptions read_options;
  auto* read = command("read", "Print a stream");
  read->add_option("stream", read_options.stream, "The name of the stream")->required();
  auto* from = read->add_option("--from", read_options.from, "The first revision to print");
  read->add_flag("--backwards", read_options.backwards, "Print from the newest message to the oldest");
  read->add_option("--limit", read_options.limit, "How many messages to print at most; all if not given");
  read->add_flag("--json", read_options.json, "Print one JSON object per line");
  read->callback([&] {
    read_options.from_given = from->count() > 0;
    run = [&](lasagne::Store& store) { return cli::read(store, read_options); };
  });

  cli::TailOptions tail_options;
  auto* tail = command("tail", "Print the log and follow it");
  tail->add_option("--after", tail_options.after, "The position after which to start");
  tail->add_option("--type", tail_options.filter.types,
                   "Print only messages of this type, given by its name or the last part of it; may be repeated");
  tail->add_option("--category", tail_options.filter.categories,
                   "Print only this category of streams; may be repeated");
  tail->add_flag("!--no-follow,-f,--follow", tail_options.follow, "Stop at the log's end, or wait for more (default)");
  tail->add_flag("--json", tail_options.json, "Print one JSON object per line");
  tail->callback([&] { run = [&](lasagne::Store& store) { return cli::tail(store, tail_options); }; });

  bool parked_json = false;
  auto* parked = command("parked", "Print the messages that are parked or wait for another attempt");
  parked->add_flag("--json", parked_json, "Print one JSON object per line");
  parked->callback([&] { run = [&](lasagne::Store& store) { return cli::parked(store, parked_json); }; });

  cli::VerifyCommand verify_command;
  auto* verify = command("verify", "Check a whole store for damage and for changes made by hand");
  verify->add_flag("--json", verify_command.json, "Print one JSON object");
  verify->add_option("--limit", verify_command.most_findings, "How many findings to print at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verify->callback([&] { run_on_url = [&] { return cli::verify(url, verify_command); }; });

  auto* convert = command("convert", "Convert a store to the newest format; no other program may be writing to it");
  convert->callback([&] { run_on_url = [&] { return cli::convert(url); }; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::Exit::ok : cli::Exit::usage;
  }
  if (run_on_url) return run_on_url();
  auto store = lasagne::open_store(url, {.read_only = true, .create = false});
  if (!store) return cli::complain(store.error());
  return run(**store);
}
