#include "program.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <utility>

#include "terminal/terminal_text.hpp"

namespace examples {

namespace {

// A predecessor that was just killed or stopped may need a moment to let go of the file.
constexpr std::chrono::milliseconds writer_wait{2'000};

std::unique_ptr<lasagne::Store> open_with(const std::string& url, const lasagne::OpenOptions& options) {
  auto store = lasagne::open_store(url, options);
  if (!store) throw std::runtime_error(store.error().message);
  return *std::move(store);
}

}  // namespace

void print_error(std::string_view program, std::string_view text) {
  const bool coloured = ::isatty(STDERR_FILENO) == 1;
  fmt::print(stderr, "{}{}: {}{}\n", coloured ? "\x1b[31m" : "", program, terminal::printable(text),
             coloured ? "\x1b[0m" : "");
}

void print_json(const std::string& json) { fmt::print("{}\n", terminal::json_line(json)); }

std::unique_ptr<lasagne::Store> open_for_writing(const std::string& url) {
  lasagne::OpenOptions options;
  options.writer_wait = writer_wait;
  return open_with(url, options);
}

std::unique_ptr<lasagne::Store> open_for_reading(const std::string& url) {
  lasagne::OpenOptions options;
  options.read_only = true;
  options.create = false;
  return open_with(url, options);
}

lasagne::Timestamp now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
}

lasagne::RuntimeOptions runtime_options(std::string program) {
  lasagne::RuntimeOptions options;
  options.log = [program = std::move(program)](const lasagne::LogEntry& entry) {
    if (entry.level != lasagne::LogEntry::Level::debug) print_error(program, entry.text);
  };
  return options;
}

lasagne::RuntimeOptions server_options(std::string program) {
  auto options = runtime_options(std::move(program));
  options.failed = [](const lasagne::Error&) { ::kill(::getpid(), SIGTERM); };
  return options;
}

std::string problem_of_seconds(const std::string& text) {
  constexpr double least = 0.001;
  constexpr double most = 1e9;
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  // Written so that "nan" does not pass.
  const bool good = end != text.c_str() && *end == '\0' && seconds >= least && seconds <= most;
  return good ? std::string() : fmt::format("takes {} to {} seconds, not \"{}\"", least, most, text);
}

int run_program(std::string_view program, const std::function<int()>& body) try {
  // Nobody asks how much memory SQLite uses, and to count it takes a mutex of the whole process for each allocation.
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  return body();
} catch (const std::exception& error) {
  print_error(program, error.what());
  return Exit::failed;
}

}  // namespace examples
