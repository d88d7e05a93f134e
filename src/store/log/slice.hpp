// How a stream is read, whatever holds its messages: which of them StreamLimits let through, and what a reader is told.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "store/log/backing.hpp"

namespace lasagne::detail {

// The first revision that reads, age aside.
[[nodiscard]] Revision first_readable(const StreamRow& stream);

// Revisions from..to inclusive, whether readable or not, as in Backing::read_stream.
using ReadRange = std::function<Result<std::vector<MessagePtr>>(Revision from, Revision to, Direction, std::size_t)>;

struct SliceRequest {
  std::string_view name;
  Revision from = 0;
  Direction direction = Direction::forwards;
  std::size_t limit = 0;
  Timestamp now;  // for the bound of age
};

// Whether the stream reads at all: tombstoned, not_found. `stream` is null when there is none.
[[nodiscard]] Result<void> check_readable(std::string_view name, const StreamRow* stream);

// The first revision that reads, with all limits and the stream's state; the one after the head when nothing does.
[[nodiscard]] Result<Revision> first_kept(const StreamRow& stream, Timestamp now, const ReadRange& read);

// A slice of a stream that reads. Its correlation id is `process` if that is known, else read from the first message.
[[nodiscard]] Result<StreamSlice> read_slice(const StreamRow& stream, const SliceRequest& request,
                                             const std::optional<Uuid>& process, const ReadRange& read);

}  // namespace lasagne::detail
