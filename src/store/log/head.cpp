#include "store/log/head.hpp"

#include <algorithm>
#include <utility>

#include "store/log/bounds.hpp"

namespace lasagne::detail {

Result<void> Head::load() {
  auto opened = backing_.load();
  if (!opened) return std::unexpected(std::move(opened.error()));
  auto next = backing_.next_timer();
  if (!next) return std::unexpected(std::move(next.error()));
  visible_.position = durable_.position = opened->last_position;
  clock_ = RecordingClock(opened->last_recorded_at);
  last_stream_id_ = opened->last_stream_id;
  checkpoints_ = std::move(opened->checkpoints);
  next_timer_ = *next;
  return {};
}

Position Head::checkpoint(std::string_view processor) const {
  const auto found = checkpoints_.find(processor);
  return found == checkpoints_.end() ? 0 : found->second;
}

bool Head::concerns(const Filter* filter, Position after) const {
  if (visible_.position <= after) return false;
  // One that slept through much wakes before what it has not looked at leaves the tail.
  if (filter == nullptr || visible_.position - after > limits_.tail_messages / 2) return true;
  return tail_.any_after(after, *filter);
}

// What is unwritten is not in the backing, or may not be yet.
Result<std::vector<Timer>> Head::due_timers(Timestamp now, std::size_t limit) {
  auto due = backing_.due_timers(now, limit);
  if (!due) return due;
  std::erase_if(*due, [&](const Timer& timer) {
    return unwritten_.find([&](const Batch& batch) { return batch.timers.contains(timer.key); });
  });
  if (!due->empty()) return due;
  auto next = backing_.next_timer();
  if (!next) return std::unexpected(std::move(next.error()));
  next_timer_ = *next;
  (void)unwritten_.find([&](const Batch& batch) {
    for (const auto& [key, timer] : batch.timers) {
      if (timer && (!next_timer_ || timer->due < *next_timer_)) next_timer_ = timer->due;
    }
    return false;
  });
  return due;
}

Result<StreamSlice> Head::read_stream(const SliceRequest& request) {
  auto found = streams_.find(request.name);
  if (!found) return std::unexpected(std::move(found.error()));
  CachedStream* stream = *found;
  if (auto readable = check_readable(request.name, stream == nullptr ? nullptr : &stream->row); !readable) {
    return std::unexpected(std::move(readable.error()));
  }
  auto slice = read_slice(stream->row, request, stream->correlation_id,
                          [&](Revision from, Revision to, Direction direction, std::size_t limit) {
                            return streams_.read(*stream, from, to, direction, limit);
                          });
  if (slice && !slice->correlation_id.is_nil()) stream->correlation_id = slice->correlation_id;
  return slice;
}

Result<StreamLimits> Head::stream_limits(std::string_view name) {
  auto found = streams_.find(name);
  if (!found) return std::unexpected(std::move(found.error()));
  return *found == nullptr ? StreamLimits{} : (*found)->row.limits;
}

Result<void> Head::set_stream_limits(std::string_view name, const StreamLimits& limits) {
  if (auto checked = check_stream_name(name); !checked) return checked;
  auto found = find_or_create(name);
  if (!found) return std::unexpected(std::move(found.error()));
  auto& row = (*found)->row;
  if (row.state == StreamState::tombstoned) return check_readable(name, &row);
  const auto kept = row.limits.truncate_before;
  row.limits = limits;
  if (kept) row.limits.truncate_before = std::max(*kept, limits.truncate_before.value_or(0));
  (*found)->correlation_id.reset();
  changed(**found);
  return {};
}

Result<void> Head::change_stream(std::string_view name, ExpectedRevision expected, StreamState state) {
  using Kind = ExpectedRevision::Kind;
  if (auto checked = check_stream_name(name); !checked) return checked;
  const std::string text(name);
  auto found = streams_.find(name);
  if (!found) return std::unexpected(std::move(found.error()));
  CachedStream* stream = *found;
  if (auto readable = check_readable(name, stream == nullptr ? nullptr : &stream->row); !readable) {
    if (readable.error().code == ErrorCode::tombstoned || state == StreamState::deleted ||
        expected.kind() == Kind::exactly || expected.kind() == Kind::stream_exists) {
      return readable;
    }
    auto created = find_or_create(name);
    if (!created) return std::unexpected(std::move(created.error()));
    stream = *created;
  } else if (expected.kind() == Kind::no_stream ||
             (expected.kind() == Kind::exactly && expected.revision() != *stream->row.head)) {
    return std::unexpected(Error{ErrorCode::conflict,
                                 text + " was expected at " + expected.to_string() + " but is at revision " +
                                     std::to_string(*stream->row.head) + ": read the stream again and decide again",
                                 text, stream->row.head});
  }
  auto& row = stream->row;
  row.state = state;
  if (row.head) row.first_readable = *row.head + 1;
  changed(*stream);
  return {};
}

Result<CachedStream*> Head::find_or_create(std::string_view name) {
  auto found = streams_.look_up(name);
  if (found && (*found)->row.id == 0) create(**found);
  return found;
}

// Of its row alone.
void Head::changed(CachedStream& stream) {
  stream.changed_by = ++visible_.sequence;
  unwritten_.pending().streams[stream.row.id] = stream.row;
}

void Head::written(Mark mark) {
  unwritten_.settle();
  durable_ = mark;
  trim_tail();
}

void Head::trim_tail() {
  while (tail_.size() > limits_.tail_messages && tail_.first() <= durable_.position) tail_.pop_front();
}

void Head::forget() {
  tail_.clear();
  streams_.clear();
}

}  // namespace lasagne::detail
