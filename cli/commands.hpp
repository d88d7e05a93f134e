// The commands of the program; each returns its exit code.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "lasagne/store.hpp"

namespace cli {

// The same as those of the example programs.
struct Exit {
  static constexpr int ok = 0;
  static constexpr int violated = 1;  // what was checked is not as it must be
  static constexpr int failed = 2;    // could not do it: no such store or stream, damage
  static constexpr int usage = 64;    // the command line is wrong
};

// `process` is a correlation id, or the name of a stream whose process is meant.
int trace(lasagne::Store& store, const std::string& process);

struct ReadOptions {
  std::string stream;
  std::uint64_t from = 0;
  bool from_given = false;
  bool backwards = false;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  bool json = false;
};
int read(lasagne::Store& store, const ReadOptions& options);

struct TailOptions {
  lasagne::Filter filter;
  std::uint64_t after = 0;
  bool follow = true;
  bool json = false;
};
// Follows the log until SIGINT or SIGTERM.
int tail(lasagne::Store& store, const TailOptions& options);

int parked(lasagne::Store& store, bool json);

struct VerifyCommand {
  bool json = false;
  std::uint64_t most_findings = 100;
};
// Checks the whole store that `url` names: Exit::violated when it is not as it was written.
int verify(const std::string& url, const VerifyCommand& command);

// Brings the store that `url` names up to the newest format.
int convert(const std::string& url);

// Everything that is held back, of all processors; in order of position.
lasagne::Result<std::vector<lasagne::ParkedMessage>> all_parked(lasagne::Store& store);

// Says on standard error what went wrong.
int complain(const lasagne::Error& error);

}  // namespace cli
