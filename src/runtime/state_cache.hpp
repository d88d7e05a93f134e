// Decoded states of recently used streams, so that a hop need not fold its stream again.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "lasagne/detail/handlers.hpp"
#include "lasagne/store.hpp"
#include "runtime/guarded.hpp"

namespace lasagne::detail {

// A state as of a revision; no revision: the stream does not exist.
struct LoadedState {
  std::unique_ptr<AnyState> state;
  MakeState make = nullptr;
  std::optional<Revision> revision;
  Revision first = 0;  // the stream's first readable revision when this was folded
  Uuid correlation_id;
};

// States are taken out while they change hands, so there is never a second owner; their places are kept. Thread-safe.
class StateCache {
 public:
  static constexpr std::size_t capacity = 20'000;

  std::optional<LoadedState> take(const std::string& stream, MakeState make);
  void put(const std::string& stream, LoadedState state);

 private:
  using Entry = std::pair<std::string, LoadedState>;  // no state: taken out
  std::mutex mutex_;
  std::list<Entry> entries_;  // guarded by mutex_; most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;  // guarded by mutex_
};

// The stream's state at its head. Starts from the cached one, if there is one. Throws StoreFailure, DecodeFailure, and
// what evolve throws.
[[nodiscard]] LoadedState load_state(Store& store, StateCache& cache, const std::string& stream, MakeState make);

// The stream's state as it was right after the message `as_of`, which is folded from what its limits kept then. Also
// throws PermanentError where that cannot be told any more: the message, or one before it that counted then, was
// truncated or deleted.
[[nodiscard]] LoadedState load_state_as_of(Store& store, StateCache& cache, const std::string& stream, MakeState make,
                                           Revision as_of);

}  // namespace lasagne::detail
