#include "store/log/stream_cache.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace lasagne::detail {

Result<CachedStream*> StreamCache::look_up(std::string_view name) {
  if (const auto found = streams_.find(name); found != streams_.end()) {
    touch(*found->second);
    return found->second.get();
  }
  auto row = backing_.find_stream(name);
  if (!row) return std::unexpected(std::move(row.error()));
  auto stream = std::make_unique<CachedStream>();
  if (*row) {
    stream->row = **std::move(row);
  } else {
    stream->row.name = name;
  }
  CachedStream* inserted = stream.get();
  inserted->hot = true;
  inserted->age = hot_.insert(hot_.end(), inserted);
  streams_.emplace(inserted->row.name, std::move(stream));
  return inserted;
}

Result<CachedStream*> StreamCache::find(std::string_view name) {
  auto found = look_up(name);
  if (found && (*found)->row.id == 0) return nullptr;
  return found;
}

Result<std::vector<MessagePtr>> StreamCache::read(const CachedStream& stream, Revision from, Revision to,
                                                  Direction direction, std::size_t limit) {
  std::vector<MessagePtr> messages;
  if (from > to || limit == 0) return messages;
  const Revision in_memory = stream.recent.empty() ? *stream.row.head + 1 : stream.recent.front()->revision;
  const auto add_recent = [&](Revision first, Revision last) {
    if (first > last) return;
    assert(first >= in_memory && last - in_memory < stream.recent.size());
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
        backing_.read_stream(stream.row, from, std::min(to, in_memory - 1), direction, limit - messages.size());
    if (!older) return std::unexpected(std::move(older.error()));
    messages.insert(messages.end(), older->begin(), older->end());
    return {};
  };
  if (direction == Direction::backwards && to >= in_memory) add_recent(std::max(from, in_memory), to);
  if (auto older = add_older(); !older) return std::unexpected(std::move(older.error()));
  if (direction == Direction::forwards && to >= in_memory) add_recent(std::max(from, in_memory), to);
  return messages;
}

void StreamCache::touch(CachedStream& stream) {
  hot_.splice(hot_.end(), stream.hot ? hot_ : cold_, stream.age);
  stream.hot = true;
}

void StreamCache::evict(std::uint64_t durable_sequence) {
  const auto durable = [&](const CachedStream* stream) { return stream->changed_by <= durable_sequence; };
  const auto hot = std::min(limits_.streams_with_messages, limits_.cached_streams);
  while (hot_.size() > hot && durable(hot_.front())) {
    CachedStream* stream = hot_.front();
    assert(stream->hot);
    cold_.splice(cold_.end(), hot_, stream->age);
    stream->hot = false;
    stream->recent = {};
    stream->recent_ids = {};
  }
  while (streams_.size() > limits_.cached_streams && !cold_.empty()) {
    const CachedStream* stream = cold_.front();
    assert(!stream->hot && stream->changed_by <= durable_sequence);
    cold_.pop_front();
    streams_.erase(std::string_view(stream->row.name));
  }
}

void StreamCache::clear() {
  streams_.clear();
  hot_.clear();
  cold_.clear();
}

}  // namespace lasagne::detail
