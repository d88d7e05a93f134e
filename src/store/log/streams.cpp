// The cache of streams, and everything that reads or changes a single one.
#include <algorithm>
#include <utility>

#include "store/log/log_store.hpp"
#include "store/log/retention.hpp"

namespace lasagne::detail {

// That there is no such stream is remembered too: a new one is read, found missing, and then appended to.
Result<LogStore::Stream*> LogStore::look_up(std::string_view name) {
  if (const auto found = streams_.find(name); found != streams_.end()) {
    touch(*found->second);
    return found->second.get();
  }
  auto row = backing_->find_stream(name);
  if (!row) return std::unexpected(std::move(row.error()));
  auto stream = std::make_unique<Stream>();
  if (*row) {
    stream->row = **std::move(row);
  } else {
    stream->row.name = name;
  }
  Stream* inserted = stream.get();
  inserted->hot = true;
  inserted->age = hot_streams_.insert(hot_streams_.end(), inserted);
  streams_.emplace(inserted->row.name, std::move(stream));
  return inserted;
}

Result<LogStore::Stream*> LogStore::find(std::string_view name) {
  auto found = look_up(name);
  if (found && (*found)->row.id == 0) return nullptr;
  return found;
}

Result<LogStore::Stream*> LogStore::find_or_create(std::string_view name) {
  auto found = look_up(name);
  if (found && (*found)->row.id == 0) create(**found);
  return found;
}

void LogStore::create(Stream& stream) { stream.row.id = ++last_stream_id_; }

void LogStore::touch(Stream& stream) {
  hot_streams_.splice(hot_streams_.end(), stream.hot ? hot_streams_ : cold_streams_, stream.age);
  stream.hot = true;
}

// Only between operations: pointers to streams do not survive it, nor does what they keep. A stream with changes that
// are not durable stays as it is, since only the cache knows them.
void LogStore::evict() {
  const auto durable = [&](const Stream* stream) { return stream->changed_by <= durable_sequence_; };
  const auto hot = std::min(limits_.streams_with_messages, limits_.cached_streams);
  while (hot_streams_.size() > hot && durable(hot_streams_.front())) {
    Stream* stream = hot_streams_.front();
    cold_streams_.splice(cold_streams_.end(), hot_streams_, stream->age);
    stream->hot = false;
    stream->recent = {};
    stream->recent_ids = {};
  }
  while (streams_.size() > limits_.cached_streams && !cold_streams_.empty()) {
    const Stream* stream = cold_streams_.front();
    cold_streams_.pop_front();
    streams_.erase(std::string_view(stream->row.name));
  }
}

void LogStore::trim_tail() {
  while (tail_.size() > limits_.tail_messages && tail_.first() <= durable_) tail_.pop_front();
}

// Revisions from..to whether readable or not; older ones from the backing, recent ones from memory.
Result<std::vector<MessagePtr>> LogStore::read_range(Stream& stream, Revision from, Revision to, Direction direction,
                                                     std::size_t limit) {
  std::vector<MessagePtr> messages;
  if (from > to || limit == 0) return messages;
  const Revision in_memory = stream.recent.empty() ? *stream.row.head + 1 : stream.recent.front()->revision;
  const auto add_recent = [&](Revision first, Revision last) {
    if (first > last) return;
    if (direction == Direction::forwards) {
      for (Revision r = first; r <= last && messages.size() < limit; ++r)
        messages.push_back(stream.recent[r - in_memory]);
    } else {
      for (Revision r = last + 1; r-- > first && messages.size() < limit;)
        messages.push_back(stream.recent[r - in_memory]);
    }
  };
  const auto add_older = [&]() -> Result<void> {
    if (from >= in_memory || messages.size() == limit) return {};
    auto older =
        backing_->read_stream(stream.row, from, std::min(to, in_memory - 1), direction, limit - messages.size());
    if (!older) return std::unexpected(std::move(older.error()));
    messages.insert(messages.end(), older->begin(), older->end());
    return {};
  };
  if (direction == Direction::backwards && to >= in_memory) add_recent(std::max(from, in_memory), to);
  if (auto older = add_older(); !older) return std::unexpected(std::move(older.error()));
  if (direction == Direction::forwards && to >= in_memory) add_recent(std::max(from, in_memory), to);
  return messages;
}

Result<StreamSlice> LogStore::read_stream(std::string_view name, Revision from, Direction direction,
                                          std::size_t limit) {
  Lock lock(mutex_);
  evict();
  auto found = find(name);
  if (!found) return std::unexpected(std::move(found.error()));
  Stream* stream = *found;
  if (stream != nullptr && stream->row.state == StreamState::tombstoned) {
    return fail(ErrorCode::tombstoned, std::string(name) + " was closed for good", std::string(name));
  }
  if (stream == nullptr || !stream->row.head || stream->row.state == StreamState::deleted) {
    return fail(ErrorCode::not_found, "there is no stream " + std::string(name), std::string(name));
  }
  const Revision head = *stream->row.head;
  Revision first = first_readable(stream->row);
  if (stream->row.limits.max_age) {
    const auto read_from = [&](Revision revision) -> Result<MessagePtr> {
      auto messages = read_range(*stream, revision, head, Direction::forwards, 1);
      if (!messages) return std::unexpected(std::move(messages.error()));
      return messages->empty() ? nullptr : std::move(messages->front());
    };
    auto young = first_younger(first, head, clock_() - *stream->row.limits.max_age, read_from);
    if (!young) return std::unexpected(std::move(young.error()));
    first = *young;
  }
  StreamSlice slice;
  slice.head = head;
  slice.first = first;
  const bool forwards = direction == Direction::forwards;
  auto messages = read_range(*stream, forwards ? std::max(from, first) : first, forwards ? head : std::min(from, head),
                             direction, limit);
  if (!messages) return std::unexpected(std::move(messages.error()));
  slice.messages = *std::move(messages);
  slice.end = slice.messages.empty() || slice.messages.size() < limit ||
              (forwards ? slice.messages.back()->revision == head : slice.messages.back()->revision <= first);
  if (!stream->correlation_id) {
    auto firsts = read_range(*stream, first, head, Direction::forwards, 1);
    if (!firsts) return std::unexpected(std::move(firsts.error()));
    if (!firsts->empty()) stream->correlation_id = firsts->front()->metadata.correlation_id;
  }
  slice.correlation_id = stream->correlation_id.value_or(Uuid{});
  return slice;
}

Result<StreamLimits> LogStore::stream_limits(std::string_view name) {
  Lock lock(mutex_);
  auto found = find(name);
  if (!found) return std::unexpected(std::move(found.error()));
  return *found == nullptr ? StreamLimits{} : (*found)->row.limits;
}

Result<void> LogStore::set_stream_limits(std::string_view name, const StreamLimits& limits) {
  Lock lock(mutex_);
  if (failed_) return failure();
  if (name.empty() || name.size() > Limits::stream_name_bytes) {
    return fail(ErrorCode::invalid, "stream names have 1 to " + std::to_string(Limits::stream_name_bytes) + " bytes");
  }
  auto found = find_or_create(name);
  if (!found) return std::unexpected(std::move(found.error()));
  auto& row = (*found)->row;
  if (row.state == StreamState::tombstoned) {
    return fail(ErrorCode::tombstoned, std::string(name) + " was closed for good", std::string(name));
  }
  const auto kept = row.limits.truncate_before;
  row.limits = limits;
  if (kept) row.limits.truncate_before = std::max(*kept, limits.truncate_before.value_or(0));
  (*found)->correlation_id.reset();
  (*found)->changed_by = ++sequence_;
  pending_.streams[row.id] = row;
  return flush_until(lock, sequence_);
}

Result<void> LogStore::delete_stream(std::string_view stream, ExpectedRevision expected) {
  return change_stream(stream, expected, StreamState::deleted);
}

Result<void> LogStore::tombstone_stream(std::string_view stream, ExpectedRevision expected) {
  return change_stream(stream, expected, StreamState::tombstoned);
}

Result<void> LogStore::change_stream(std::string_view name, ExpectedRevision expected, StreamState state) {
  using Kind = ExpectedRevision::Kind;
  Lock lock(mutex_);
  if (failed_) return failure();
  const std::string text(name);
  if (name.empty() || name.size() > Limits::stream_name_bytes) {
    return fail(ErrorCode::invalid, "stream names have 1 to " + std::to_string(Limits::stream_name_bytes) + " bytes");
  }
  auto found = find(name);
  if (!found) return std::unexpected(std::move(found.error()));
  Stream* stream = *found;
  if (stream != nullptr && stream->row.state == StreamState::tombstoned) {
    return fail(ErrorCode::tombstoned, text + " was closed for good", text);
  }
  const bool exists = stream != nullptr && stream->row.head && stream->row.state == StreamState::live;
  if (!exists) {
    if (expected.kind() == Kind::exactly || expected.kind() == Kind::stream_exists || state == StreamState::deleted) {
      return fail(ErrorCode::not_found, "there is no stream " + text, text);
    }
    auto created = find_or_create(name);
    if (!created) return std::unexpected(std::move(created.error()));
    stream = *created;
  } else if (expected.kind() == Kind::no_stream ||
             (expected.kind() == Kind::exactly && expected.revision() != *stream->row.head)) {
    return std::unexpected(Error{
        ErrorCode::conflict,
        text + " is expected at " + expected.to_string() + " but is at revision " + std::to_string(*stream->row.head),
        text, stream->row.head});
  }
  auto& row = stream->row;
  row.state = state;
  if (row.head) row.first_readable = *row.head + 1;
  stream->changed_by = ++sequence_;
  pending_.streams[row.id] = row;
  return flush_until(lock, sequence_);
}

}  // namespace lasagne::detail
