// What the example programs share: exit codes, errors on stderr, opening a store by URL, the settings of a runtime.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"

namespace examples {

struct Exit {
  static constexpr int ok = 0;
  static constexpr int violated = 1;  // the audit found something, or something is left open
  static constexpr int failed = 2;    // could not do it: the store, the network
  static constexpr int usage = 64;    // the command line is wrong
};

// The last line of each program's help.
inline constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 a check found something, or something is left open; 2 it could not be done; 64 the command "
    "line is wrong.";

// "shop: cannot open ...", in red on a terminal.
void print_error(std::string_view program, std::string_view text);

// A result, as one line on stdout.
void print_json(const std::string& json);

// Throws std::runtime_error with the reason.
[[nodiscard]] std::unique_ptr<lasagne::Store> open_for_writing(const std::string& url);
[[nodiscard]] std::unique_ptr<lasagne::Store> open_for_reading(const std::string& url);

[[nodiscard]] lasagne::Timestamp now();

// Log lines go to stderr.
[[nodiscard]] lasagne::RuntimeOptions runtime_options(std::string program);
// The same for a server, which stops as on SIGTERM when its store has failed: to be started again is what helps then.
[[nodiscard]] lasagne::RuntimeOptions server_options(std::string program);

// What is wrong with seconds on a command line, which are from a millisecond to 1e9 (thirty years); empty: nothing.
[[nodiscard]] std::string problem_of_seconds(const std::string& text);

// Runs `body`; what it throws is printed and becomes Exit::failed.
[[nodiscard]] int run_program(std::string_view program, const std::function<int()>& body);

}  // namespace examples
