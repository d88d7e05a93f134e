// Opening a store by URL.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lasagne/error.hpp"
#include "lasagne/timestamp.hpp"

namespace lasagne {

class Store;

// How far long work has come.
struct Progress {
  std::string_view doing{};  // for a person: "converting the store to format 2"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

struct OpenOptions {
  bool read_only = false;                    // reads beside a writer in another process; every write answers `invalid`
  bool create = true;                        // make the store if there is none
  std::chrono::milliseconds writer_wait{0};  // how long to wait for another writer to leave before `in_use`
  // How long a write waits for another program's transaction on the file (a sqlite3 shell's, say) before it answers
  // `unavailable`.
  std::chrono::milliseconds busy_wait{5'000};
  // What time it is, for Message::recorded_at and StreamLimits::max_age; unset: the system's clock. Called from several
  // threads; where it throws, the system's clock counts.
  std::function<Timestamp()> clock = nullptr;
  // Called with what a person should know and no caller is told: a clock jumped, the database went away or came back, a
  // reader keeps the write-ahead log from starting over. Called from several threads; what it throws is ignored.
  std::function<void(const std::string&)> log = nullptr;
  // Called now and then, on the opening thread, while a store of an older format is converted. What it throws is
  // ignored.
  std::function<void(const Progress&)> progress = nullptr;
};

// Opens a store by URL: "memory:", "sqlite:PATH" (relative or absolute), or a scheme of store_scheme.hpp. A SQLite
// store has one writing process at a time; a second one gets `in_use`, and the error names the first. A file that is
// not a Lasagne store, or one of a newer version, is refused with `unsupported` and left as it is. A file of an older
// version can be read as it is, and is converted in place when it is opened for writing; if the conversion is killed,
// it continues at the next opening.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(std::string_view url, const OpenOptions& options = {});
// The same; throws std::runtime_error with the error's message.
[[nodiscard]] std::unique_ptr<Store> open(std::string_view url, const OpenOptions& options = {});

}  // namespace lasagne
