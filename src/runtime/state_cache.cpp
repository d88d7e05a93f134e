#include "runtime/state_cache.hpp"

#include <algorithm>
#include <limits>

namespace lasagne::detail {

namespace {

constexpr std::size_t page_messages = 512;

LoadedState fresh(MakeState make) { return {make(), make, std::nullopt, 0, {}}; }

}  // namespace

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

namespace {

void fold(LoadedState& loaded, const StreamSlice& slice, Revision up_to) {
  loaded.first = slice.first;
  loaded.correlation_id = slice.correlation_id;
  for (const auto& message : slice.messages) {
    if (message->revision > up_to) return;
    loaded.state->apply(message->type, message->data);
    loaded.revision = message->revision;
  }
}

[[noreturn]] void cannot_tell(const std::string& stream, Revision as_of, const std::string& why) {
  throw PermanentError("the state of " + stream + " as of its revision " + std::to_string(as_of) +
                       " can no longer be determined: " + why);
}

// The first revision of a stream that is cut by count, when `as_of` was its last one.
Revision first_as_of(const StreamLimits& limits, Revision as_of) {
  const Revision counted = as_of >= *limits.max_count ? as_of + 1 - *limits.max_count : 0;
  return std::max(limits.truncate_before.value_or(0), counted);
}

// A stream that is cut by age is folded from what is left: nobody knows how old its messages were then.
void check_beginning(Store& store, const std::string& stream, Revision as_of, const StreamSlice& slice) {
  if (slice.first == 0) return;
  if (slice.first > as_of) {
    cannot_tell(stream, as_of, "the stream now begins at revision " + std::to_string(slice.first));
  }
  const auto limits = store.stream_limits(stream);
  if (!limits) throw StoreFailure(limits.error());
  if (!limits->max_count) return;
  if (const Revision wanted = first_as_of(*limits, as_of); slice.first > wanted) {
    cannot_tell(stream, as_of,
                "it counted from revision " + std::to_string(wanted) + " on then, and the stream, of which " +
                    std::to_string(*limits->max_count) + " messages are kept, begins at revision " +
                    std::to_string(slice.first) + " now");
  }
}

}  // namespace

LoadedState load_state(Store& store, StateCache& cache, const std::string& stream, MakeState make) {
  auto cached = cache.take(stream, make);
  LoadedState loaded = cached ? std::move(*cached) : fresh(make);
  for (;;) {
    const Revision from = loaded.revision ? *loaded.revision + 1 : 0;
    auto slice = store.read_stream(stream, from, Direction::forwards, page_messages);
    if (!slice) {
      if (slice.error().code != ErrorCode::not_found) throw StoreFailure(std::move(slice.error()));
      return fresh(make);
    }
    if (loaded.revision && loaded.first != slice->first) {  // deleted or truncated since it was cached
      loaded = fresh(make);
      continue;
    }
    fold(loaded, *slice, std::numeric_limits<Revision>::max());
    if (slice->end || slice->messages.empty()) {
      loaded.revision = slice->head;
      return loaded;
    }
  }
}

LoadedState load_state_as_of(Store& store, StateCache& cache, const std::string& stream, MakeState make,
                             Revision as_of) {
  auto cached = cache.take(stream, make);
  if (cached && cached->revision && *cached->revision > as_of) cached.reset();
  LoadedState loaded = cached ? std::move(*cached) : fresh(make);
  while (loaded.revision != as_of) {
    const Revision from = loaded.revision ? *loaded.revision + 1 : 0;
    auto slice =
        store.read_stream(stream, from, Direction::forwards, std::min<std::size_t>(page_messages, as_of - from + 1));
    if (!slice) {
      const auto code = slice.error().code;
      if (code == ErrorCode::not_found || code == ErrorCode::tombstoned) {
        cannot_tell(stream, as_of, "the stream was deleted");
      }
      throw StoreFailure(std::move(slice.error()));
    }
    check_beginning(store, stream, as_of, *slice);
    if (loaded.revision && loaded.first != slice->first) {  // as above
      loaded = fresh(make);
      continue;
    }
    const auto before = loaded.revision;
    fold(loaded, *slice, as_of);
    if (loaded.revision == before) cannot_tell(stream, as_of, "that message can no longer be read");
  }
  return loaded;
}

}  // namespace lasagne::detail
