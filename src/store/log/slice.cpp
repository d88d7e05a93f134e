#include "store/log/slice.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace lasagne::detail {

namespace {

// The first message that is there at this revision or later, or null.
Result<MessagePtr> read_one(Revision from, Revision head, const ReadRange& read) {
  auto messages = read(from, head, Direction::forwards, 1);
  if (!messages) return std::unexpected(std::move(messages.error()));
  return messages->empty() ? nullptr : std::move(messages->front());
}

// The first message at this revision or later by whose time it can be judged, or null. Time goes back in a stream only
// where a clock was ahead. What such a clock recorded later than the stream's last message (`last`) is as old as the
// next message that is not.
Result<MessagePtr> judge(Revision revision, Revision head, Timestamp last, const ReadRange& read) {
  auto message = read_one(revision, head, read);
  if (!message || *message == nullptr || (*message)->recorded_at <= last) return message;
  Revision from = (*message)->revision + 1;
  for (Revision to = head; from < to;) {
    const Revision middle = from + (to - from) / 2;
    message = read_one(middle, head, read);
    if (!message) return message;
    if (*message == nullptr || (*message)->recorded_at <= last) {
      to = middle;
    } else {
      from = (*message)->revision + 1;
    }
  }
  return read_one(from, head, read);
}

// The first revision from `from` up to `head` that was recorded at `oldest` or later, else the one after `head`; found
// by halving.
Result<Revision> first_younger(Revision from, Revision head, Timestamp oldest, const ReadRange& read) {
  Revision to = std::max(from, head + 1);
  if (from == to) return from;
  auto last = read_one(head, head, read);
  if (!last) return std::unexpected(std::move(last.error()));
  if (*last == nullptr || (*last)->recorded_at < oldest) return to;
  const auto latest = (*last)->recorded_at;
  while (from < to) {
    const Revision middle = from + (to - from) / 2;
    auto message = judge(middle, head, latest, read);
    if (!message) return std::unexpected(std::move(message.error()));
    if (*message == nullptr || (*message)->recorded_at >= oldest) {
      to = middle;
    } else {
      from = (*message)->revision + 1;
    }
  }
  return from;
}

}  // namespace

Revision first_readable(const StreamRow& stream) {
  Revision first = std::max(stream.first_readable, stream.limits.truncate_before.value_or(0));
  const auto count = stream.limits.max_count;
  if (count && stream.head && *count <= *stream.head) first = std::max(first, *stream.head + 1 - *count);
  return first;
}

Result<void> check_readable(std::string_view name, const StreamRow* stream) {
  if (stream != nullptr && stream->state == StreamState::tombstoned) {
    return fail(ErrorCode::tombstoned, "the stream " + std::string(name) + " was tombstoned: it is closed for good",
                std::string(name));
  }
  if (stream == nullptr || !stream->head || stream->state == StreamState::deleted) {
    return fail(ErrorCode::not_found, "there is no stream " + std::string(name), std::string(name));
  }
  return {};
}

Result<Revision> first_kept(const StreamRow& stream, Timestamp now, const ReadRange& read) {
  if (!stream.head) return 0;
  if (stream.state != StreamState::live) return *stream.head + 1;
  const auto first = first_readable(stream);
  if (!stream.limits.max_age) return first;
  return first_younger(first, *stream.head, now - *stream.limits.max_age, read);
}

Result<StreamSlice> read_slice(const StreamRow& stream, const SliceRequest& request, const std::optional<Uuid>& process,
                               const ReadRange& read) {
  StreamSlice slice;
  slice.head = *stream.head;
  auto kept = first_kept(stream, request.now, read);
  if (!kept) return std::unexpected(std::move(kept.error()));
  slice.first = *kept;
  const bool forwards = request.direction == Direction::forwards;
  const Revision from = forwards ? std::max(request.from, slice.first) : slice.first;
  const Revision to = forwards ? slice.head : std::min(request.from, slice.head);
  if (from <= to && request.limit > 0) {
    auto messages = read(from, to, request.direction, request.limit);
    if (!messages) return std::unexpected(std::move(messages.error()));
    slice.messages = *std::move(messages);
  }
  slice.end =
      slice.messages.size() < request.limit || slice.messages.empty() ||
      (forwards ? slice.messages.back()->revision == slice.head : slice.messages.back()->revision <= slice.first);
  if (process) {
    slice.correlation_id = *process;
  } else if (forwards && from == slice.first && !slice.messages.empty()) {
    slice.correlation_id = slice.messages.front()->metadata.correlation_id;
  } else if (slice.first <= slice.head) {
    auto first = read_one(slice.first, slice.head, read);
    if (!first) return std::unexpected(std::move(first.error()));
    if (*first) slice.correlation_id = (*first)->metadata.correlation_id;
  }
  return slice;
}

}  // namespace lasagne::detail
