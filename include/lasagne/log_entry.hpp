// What the runtime tells a program's log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lasagne/message.hpp"

namespace lasagne {

// One line for the log: a sentence for people, and its parts for programs.
struct LogEntry {
  enum class Level : std::uint8_t {
    debug,    // a message waits for what it needs (NotYet)
    info,     // nothing is wrong: a parked message was dropped because it was scavenged
    warning,  // the runtime goes on by itself: an attempt failed, the answer of on_failure was recorded
    error,    // a person is needed: a message was parked, the store failed
  };
  Level level = Level::info;
  std::string text;            // the whole sentence, with the parts below in it
  std::string processor = {};  // the processor concerned; empty: none
  Position position = 0;       // the message concerned; 0: none
  std::uint32_t attempt = 0;   // the attempt that failed, counted from 1; 0: no attempt
  std::string cause = {};      // what the user's code threw or the store answered; empty: nothing
};

// "debug", "info", "warning" or "error".
[[nodiscard]] std::string_view to_string(LogEntry::Level level) noexcept;

}  // namespace lasagne
