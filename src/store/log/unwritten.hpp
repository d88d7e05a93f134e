// What the log has in memory and the backing does not have yet.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "store/log/backing.hpp"

namespace lasagne::detail {

class Unwritten {
 public:
  // What nobody writes yet.
  [[nodiscard]] Batch& pending() noexcept { return pending_; }
  [[nodiscard]] const Batch& pending() const noexcept { return pending_; }

  // From now on this is being written, after what was taken before.
  [[nodiscard]] std::shared_ptr<const Batch> take() {
    return in_flight_.emplace_back(std::make_shared<const Batch>(std::exchange(pending_, {})));
  }
  // All that was taken is in the backing, or lost with it.
  void settle() noexcept { in_flight_.clear(); }

  // Whether `is` is true of a batch that may not be in the backing yet; the latest is asked first.
  template <class Is>
  bool find(Is is) const {
    return is(pending_) ||
           std::any_of(in_flight_.rbegin(), in_flight_.rend(), [&](const auto& batch) { return is(*batch); });
  }

 private:
  Batch pending_;
  std::vector<std::shared_ptr<const Batch>> in_flight_;  // oldest first
};

}  // namespace lasagne::detail
