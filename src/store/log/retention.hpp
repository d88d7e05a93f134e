// What StreamLimits let through of a stream.
#pragma once

#include <algorithm>

#include "store/log/backing.hpp"

namespace lasagne::detail {

// The first revision that reads, age aside.
inline Revision first_readable(const StreamRow& stream) {
  Revision first = std::max(stream.first_readable, stream.limits.truncate_before.value_or(0));
  const auto count = stream.limits.max_count;
  if (count && stream.head && *count <= *stream.head) first = std::max(first, *stream.head + 1 - *count);
  return first;
}

// The first revision from `from` up to `head` that was recorded at `oldest` or later, else the one after `head`; found
// by halving, since time never goes back in a stream. `read_from(revision)` gives the first message that is there at
// this revision or later, or null.
template <class ReadFrom>
Result<Revision> first_younger(Revision from, Revision head, Timestamp oldest, ReadFrom read_from) {
  Revision to = std::max(from, head + 1);
  while (from < to) {
    const Revision middle = from + (to - from) / 2;
    Result<MessagePtr> message = read_from(middle);
    if (!message) return std::unexpected(std::move(message.error()));
    if (*message == nullptr || (*message)->recorded_at >= oldest) {
      to = middle;
    } else {
      from = (*message)->revision + 1;
    }
  }
  return from;
}

}  // namespace lasagne::detail
