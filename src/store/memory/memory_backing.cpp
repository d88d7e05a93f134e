#include "store/memory/memory_backing.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

#include "store/log/slice.hpp"

namespace lasagne::detail {

Result<Backing::Opened> MemoryBacking::load() {
  const std::scoped_lock lock(mutex_);
  return Opened{last_position_, last_recorded_at_, streams_.size(), checkpoints_};
}

Result<void> MemoryBacking::write(const Batch& batch) {
  if (before_write_) {
    if (auto allowed = before_write_(batch); !allowed) return allowed;
  }
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, row] : batch.streams) {
    while (streams_.size() < id) streams_.emplace_back();
    auto& kept = streams_[id - 1].row;
    const bool known = kept.id != 0;
    auto name = known ? std::exchange(kept.name, {}) : row.name;  // stays where it is: it is a key
    const auto head = std::max(kept.head, row.head);
    kept = row;
    kept.name = std::move(name);
    kept.head = head;
    if (!known) stream_ids_.emplace(kept.name, id);
  }
  for (const auto& [stream_id, message] : batch.messages) {
    assert(message->position > last_position_);
    log_.put(message->position, message);
    auto& stream = streams_[stream_id - 1];
    stream.messages.put(message->revision, message);
    stream.row.head = message->revision;
    processes_[message->metadata.correlation_id].push_back(message->position);
    last_position_ = message->position;
    last_recorded_at_ = message->recorded_at;
  }
  for (const auto& [processor, position] : batch.checkpoints) checkpoints_[processor] = position;
  for (const auto& [key, timer] : batch.timers) {
    if (const auto old = timers_.find(key); old != timers_.end()) {
      due_.erase({old->second.due, key});
      timers_.erase(old);
    }
    if (timer) due_[{timer->due, key}] = &timers_.emplace(key, *timer).first->second;
  }
  for (const auto& [key, entry] : batch.parked) {
    if (entry) {
      parked_[key] = *entry;
    } else {
      parked_.erase(key);
    }
  }
  return {};
}

Result<std::optional<StreamRow>> MemoryBacking::find_stream(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto found = stream_ids_.find(name);
  if (found == stream_ids_.end()) return std::nullopt;
  return streams_[found->second - 1].row;
}

Result<std::vector<MessagePtr>> MemoryBacking::read_stream(const StreamRow& stream, Revision from, Revision to,
                                                           Direction direction, std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  if (stream.id == 0 || stream.id > streams_.size()) return {};
  return read_from(streams_[stream.id - 1].messages, from, to, direction, limit);
}

std::vector<MessagePtr> MemoryBacking::read_from(const SparseMessages& messages, Revision from, Revision to,
                                                 Direction direction, std::size_t limit) {
  std::vector<MessagePtr> read;
  const auto end = to < messages.end() ? to + 1 : messages.end();
  if (direction == Direction::forwards) {
    for (auto at = messages.next(from); at < end && read.size() < limit; at = messages.next(at + 1)) {
      read.push_back(messages.find(at));
    }
  } else {
    for (auto at = end; at > from && read.size() < limit; --at) {
      if (auto message = messages.find(at - 1)) read.push_back(std::move(message));
    }
  }
  return read;
}

Result<LogSlice> MemoryBacking::read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  LogSlice slice;
  slice.scanned_to = std::max(after, up_to);
  for (auto at = log_.next(after + 1); at < log_.end() && at <= up_to; at = log_.next(at + 1)) {
    auto message = log_.find(at);
    if (!filter.empty() && !filter.matches(*message)) continue;
    slice.messages.push_back(std::move(message));
    if (slice.messages.size() == limit) {
      slice.scanned_to = at;
      break;
    }
  }
  return slice;
}

Result<std::vector<MessagePtr>> MemoryBacking::read_process(const Uuid& correlation_id, Position after,
                                                            std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<MessagePtr> messages;
  const auto found = processes_.find(correlation_id);
  if (found == processes_.end()) return messages;
  for (const Position position : found->second) {
    if (messages.size() == limit) break;
    if (position <= after) continue;
    if (auto message = log_.find(position)) messages.push_back(std::move(message));
  }
  return messages;
}

Result<std::optional<Uuid>> MemoryBacking::find_timer(std::string_view key) {
  const std::scoped_lock lock(mutex_);
  const auto found = timers_.find(key);
  if (found == timers_.end()) return std::nullopt;
  return found->second.message.id;
}

Result<std::vector<Timer>> MemoryBacking::due_timers(Timestamp now, std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<Timer> timers;
  for (const auto& [due, timer] : due_) {
    if (due.first > now || timers.size() == limit) break;
    timers.push_back(*timer);
  }
  return timers;
}

Result<std::optional<Timestamp>> MemoryBacking::next_timer() {
  const std::scoped_lock lock(mutex_);
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first.first;
}

Result<bool> MemoryBacking::has_parked(std::string_view processor, Position position) {
  const std::scoped_lock lock(mutex_);
  return parked_.contains({std::string(processor), position});
}

Result<std::vector<ParkedMessage>> MemoryBacking::parked(std::string_view processor, Position after,
                                                         std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<ParkedMessage> entries;
  for (const auto& [key, entry] : parked_) {
    if ((processor.empty() || key.first == processor) && key.second > after) entries.push_back(entry);
  }
  if (limit == 0) return {};
  std::ranges::sort(entries, {}, [](const ParkedMessage& entry) { return std::tie(entry.position, entry.processor); });
  while (limit < entries.size() && entries[limit].position == entries[limit - 1].position) ++limit;
  if (entries.size() > limit) entries.resize(limit);
  return entries;
}

Result<std::uint64_t> MemoryBacking::scavenge(Timestamp now) {
  const std::scoped_lock lock(mutex_);
  std::uint64_t removed = 0;
  for (auto& stream : streams_) {
    auto& messages = stream.messages;
    const auto first =
        first_kept(stream.row, now, [&](Revision from, Revision to, Direction towards, std::size_t most) {
          return read_from(messages, from, to, towards, most);
        });
    if (!first) return std::unexpected(first.error());
    for (auto at = messages.next(0); at < messages.end() && at < *first; at = messages.next(at + 1)) {
      log_.remove(messages.find(at)->position);
      messages.remove(at);
      ++removed;
    }
  }
  return removed;
}

}  // namespace lasagne::detail
