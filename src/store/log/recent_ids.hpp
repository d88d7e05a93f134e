// The ids of a stream's last messages: how an append under `any` knows what comes again.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "lasagne/message.hpp"

namespace lasagne::detail {

class RecentIds {
 public:
  // Nothing is known of an empty one: it must be filled before it is asked.
  [[nodiscard]] bool empty() const noexcept { return ids_.empty(); }
  void begin(std::size_t size) {
    ids_.assign(size, {});
    revisions_.clear();
    revisions_.reserve(size);
  }
  // In order of their revisions. The oldest ones leave.
  void add(const Uuid& id, Revision revision) {
    auto& slot = ids_[revision % ids_.size()];
    if (!slot.is_nil()) {
      const auto oldest = revisions_.find(slot);
      if (oldest->second + ids_.size() <= revision) revisions_.erase(oldest);
    }
    slot = id;
    revisions_[id] = revision;
  }
  // Where it was last.
  [[nodiscard]] std::optional<Revision> find(const Uuid& id) const {
    const auto found = revisions_.find(id);
    if (found == revisions_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::vector<Uuid> ids_;  // each at revision % size; nil where there is none
  boost::unordered_flat_map<Uuid, Revision, std::hash<Uuid>> revisions_;
};

}  // namespace lasagne::detail
