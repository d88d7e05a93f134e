// The streams in use, and the names that were looked up and are none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "store/log/backing.hpp"
#include "store/log/limits.hpp"
#include "store/log/recent.hpp"
#include "store/log/recent_ids.hpp"

namespace lasagne::detail {

// A stream, or that there is none of the name (id 0). `recent` ends at the head without gaps and holds at least
// everything not flushed yet.
struct CachedStream {
  StreamRow row;
  RecentMessages recent;
  RecentIds recent_ids;  // filled once an append under `any` looked back
  std::optional<Uuid> correlation_id;
  std::uint64_t changed_by = 0;  // sequence of the last commit that touched it: not evicted before that is durable
  bool hot = false;              // among those that keep their recent messages
  std::list<CachedStream*>::iterator age;
};

// No lock of its own.
class StreamCache {
 public:
  StreamCache(Backing& backing, const LogStoreLimits& limits) : backing_(backing), limits_(limits) {}

  // Also one that does not exist: a new stream is read, found missing, and then appended to.
  Result<CachedStream*> look_up(std::string_view name);
  // Null when there is none.
  Result<CachedStream*> find(std::string_view name);
  // Revisions from..to whether readable or not; older ones from the backing, recent ones from memory.
  Result<std::vector<MessagePtr>> read(const CachedStream& stream, Revision from, Revision to, Direction direction,
                                       std::size_t limit);
  void touch(CachedStream& stream);
  // Only between operations: pointers to streams do not survive it, nor does what they keep. A stream with changes that
  // are not durable stays as it is, since only the cache knows them.
  void evict(std::uint64_t durable_sequence);
  void clear();

 private:
  Backing& backing_;
  const LogStoreLimits& limits_;
  boost::unordered_flat_map<std::string_view, std::unique_ptr<CachedStream>, std::hash<std::string_view>>
      streams_;                    // keys live in the values' rows
  std::list<CachedStream*> hot_;   // least recently used first
  std::list<CachedStream*> cold_;  // likewise; used before all hot ones, and without messages
};

}  // namespace lasagne::detail
