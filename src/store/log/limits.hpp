// What a log store keeps in memory, and how long it waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "lasagne/message.hpp"

namespace lasagne::detail {

struct LogStoreLimits {
  std::size_t cached_streams = 20'000;
  std::size_t streams_with_messages = 8'192;  // of these, the most recently used keep their recent messages
  std::size_t tail_messages = 16'384;         // durable ones kept in memory for readers at the log's end
  std::size_t recent_messages_per_stream = 32;
  std::size_t recent_ids_per_stream = Limits::recent_ids_per_stream;
  std::size_t unflushed_messages = 65'536;             // past this an append helps to flush before it goes on
  std::chrono::microseconds write_growth{300};         // how long a write takes along what comes while it goes on
  std::chrono::milliseconds unavailable_wait{10'000};  // how long a write is tried again when the database is away
  std::chrono::milliseconds unavailable_retry{50};     // between two tries
  std::uint32_t returning_callers = 8;  // callers that one write served, from which on the next one waits for them
  int silent_share = 2;  // a write's time through this, without any of them coming back, and it waits no more
};

}  // namespace lasagne::detail
