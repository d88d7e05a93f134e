#include "runtime/state_cache.hpp"

#include <limits>

namespace lasagne::detail {

namespace {
constexpr std::size_t page_messages = 512;
}

std::optional<LoadedState> StateCache::take(const std::string& stream, MakeState make) {
  const std::scoped_lock lock(mutex_);
  const auto found = index_.find(stream);
  if (found == index_.end() || !found->second->second.state || found->second->second.make != make) return std::nullopt;
  return std::move(found->second->second);
}

void StateCache::put(const std::string& stream, LoadedState state) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = index_.find(stream); found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    entries_.front().second = std::move(state);
    return;
  }
  entries_.emplace_front(stream, std::move(state));
  index_.emplace(entries_.front().first, entries_.begin());
  if (entries_.size() > capacity) {
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }
}

LoadedState load_state(Store& store, StateCache& cache, const std::string& stream, MakeState make,
                       std::optional<Revision> up_to) {
  auto cached = cache.take(stream, make);
  if (cached && up_to && cached->revision && *cached->revision > *up_to) cached.reset();
  LoadedState loaded = cached ? std::move(*cached) : LoadedState{make(), make, std::nullopt, 0, {}};
  for (;;) {
    const Revision from = loaded.revision ? *loaded.revision + 1 : 0;
    std::size_t limit = page_messages;
    if (up_to) {
      if (from > *up_to) return loaded;
      limit = std::min<std::size_t>(limit, *up_to - from + 1);
    }
    auto slice = store.read_stream(stream, from, Direction::forwards, limit);
    if (!slice) {
      if (slice.error().code != ErrorCode::not_found) throw StoreFailure(std::move(slice.error()));
      return {make(), make, std::nullopt, 0, {}};
    }
    if (loaded.revision && loaded.first != slice->first) {  // deleted or truncated since it was cached
      loaded = {make(), make, std::nullopt, 0, {}};
      continue;
    }
    loaded.first = slice->first;
    loaded.correlation_id = slice->correlation_id;
    for (const auto& message : slice->messages) {
      loaded.state->apply(message->type, message->data);
      loaded.revision = message->revision;
    }
    if (slice->end || slice->messages.empty()) {
      if (!up_to) loaded.revision = slice->head;
      return loaded;
    }
  }
}

}  // namespace lasagne::detail
