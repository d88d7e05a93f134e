#include "store/log/flush_group.hpp"

namespace lasagne::detail {

FlushGroup::State FlushGroup::wait() noexcept {
  for (;;) {
    auto state = state_.load();
    if (state == durable || state == failed) return static_cast<State>(state);
    if (state == lead) {
      if (state_.compare_exchange_strong(state, waiting)) return lead;
    } else {
      state_.wait(waiting);
    }
  }
}

void FlushGroup::call_a_leader() noexcept {
  state_.store(lead);
  state_.notify_one();
}

void FlushGroup::end(bool good) noexcept {
  state_.store(good ? durable : failed);
  state_.notify_all();
}

}  // namespace lasagne::detail
