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
  // What was taken was not written: it is pending again, before what came since.
  void put_back() {
    if (in_flight_.empty()) return;
    Batch all = *in_flight_.front();
    for (std::size_t i = 1; i < in_flight_.size(); ++i) add(all, Batch(*in_flight_[i]));
    add(all, std::move(pending_));
    pending_ = std::move(all);
    in_flight_.clear();
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
  static void add(Batch& to, Batch later) {
    to.messages.insert(to.messages.end(), later.messages.begin(), later.messages.end());
    const auto replace = [](auto& into, auto& from) {
      for (auto& [key, value] : from) into.insert_or_assign(key, std::move(value));
    };
    replace(to.streams, later.streams);
    replace(to.checkpoints, later.checkpoints);
    replace(to.timers, later.timers);
    replace(to.parked, later.parked);
  }

  Batch pending_;
  std::vector<std::shared_ptr<const Batch>> in_flight_;  // oldest first
};

}  // namespace lasagne::detail
