#include "store/memory/memory_backing.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

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
    auto& stream = streams_[id];
    const auto head = stream.row.head;
    stream.row = row;
    stream.row.head = std::max(head, row.head);
    stream_ids_[row.name] = id;
  }
  for (const auto& [stream_id, message] : batch.messages) {
    assert(message->position > last_position_ && message->recorded_at >= last_recorded_at_);
    log_.emplace_hint(log_.end(), message->position, message);
    auto& stream = streams_[stream_id];
    stream.messages.emplace_hint(stream.messages.end(), message->revision, message);
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
  const auto found = stream_ids_.find(std::string(name));
  if (found == stream_ids_.end()) return std::nullopt;
  return streams_[found->second].row;
}

Result<std::vector<MessagePtr>> MemoryBacking::read_stream(const StreamRow& stream, Revision from, Revision to,
                                                           Direction direction, std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  const auto& messages = streams_[stream.id].messages;
  std::vector<MessagePtr> read;
  const auto first = messages.lower_bound(from);
  const auto last = messages.upper_bound(to);
  if (direction == Direction::forwards) {
    for (auto at = first; at != last && read.size() < limit; ++at) read.push_back(at->second);
  } else {
    for (auto at = last; at != first && read.size() < limit;) read.push_back((--at)->second);
  }
  return read;
}

Result<LogSlice> MemoryBacking::read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  LogSlice slice;
  slice.scanned_to = std::max(after, up_to);
  for (auto at = log_.upper_bound(after); at != log_.end() && at->first <= up_to; ++at) {
    if (!filter.empty() && !filter.matches(*at->second)) continue;
    slice.messages.push_back(at->second);
    if (slice.messages.size() == limit) {
      slice.scanned_to = at->first;
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
    const auto at = log_.find(position);
    if (position > after && at != log_.end()) messages.push_back(at->second);
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
  for (auto& [id, stream] : streams_) {
    const auto& row = stream.row;
    const Revision first = first_readable(row);
    std::erase_if(stream.messages, [&](const auto& entry) {
      const bool old = row.limits.max_age && entry.second->recorded_at < now - *row.limits.max_age;
      if (entry.first >= first && !old) return false;
      log_.erase(entry.second->position);
      ++removed;
      return true;
    });
  }
  return removed;
}

}  // namespace lasagne::detail
