// Checks all of a store, for damage and for changes that something other than Lasagne made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/error.hpp"
#include "lasagne/message.hpp"
#include "lasagne/store.hpp"

namespace lasagne {

// One thing that is not as it was written.
struct Finding {
  std::optional<Position> position{};  // of the first message concerned, where there is one
  std::string what{};                  // for a person, in a sentence
};

struct VerifyReport {
  std::uint64_t messages = 0;  // that were read
  std::uint64_t streams = 0;
  Position last_position = 0;
  std::vector<Finding> findings{};  // in the order of the checks; empty: the store is sound
  bool cut = false;                 // there are more findings than were asked for
};

struct VerifyOptions {
  // Called now and then on the calling thread. What it throws is ignored.
  std::function<void(const Progress&)> progress = nullptr;
  std::size_t most_findings = 100;
};

// Reads every message of the store that `url` names, and everything kept beside the log, and compares it all with the
// checksums that were written along with it: the chain over the messages, their positions, revisions and times, that
// each one's data is JSON, the indexes of streams and processes, streams, checkpoints, timers, parked messages, and the
// database's own structure. Nothing is written. It may run beside a writer, and then sees one instant; a SQLite file's
// write-ahead log grows meanwhile. It needs memory in proportion to the number of streams. Restore a store with
// findings from a backup, since nothing tells what was changed from what was meant.
//   not_found, unavailable: there is no such store, or it cannot be read now.
//   unsupported: not a Lasagne store, one of a newer format, or one that has no checksums, such as a SQLite file of
//   format 1: open it for writing once, which converts it.
[[nodiscard]] Result<VerifyReport> verify_store(std::string_view url, const VerifyOptions& options = {});

}  // namespace lasagne
