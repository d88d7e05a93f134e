// Threads that wait for one and the same write.
#pragma once

#include <atomic>
#include <cstdint>

namespace lasagne::detail {

// They sleep on a word of their own and not on the store's mutex: when the write ends, one call wakes them all, and none
// has to wait for another.
class FlushGroup {
 public:
  enum class State : std::int32_t { waiting, lead, durable, failed };

  // Until the write has ended (durable, failed), or nobody is there to begin it and this thread shall (lead).
  State wait() noexcept {
    for (;;) {
      state_.wait(State::waiting);
      auto state = state_.load();
      if (state != State::lead) {
        if (state != State::waiting) return state;
      } else if (state_.compare_exchange_strong(state, State::waiting)) {
        return State::lead;
      }
    }
  }
  void call_a_leader() noexcept {
    state_.store(State::lead);
    state_.notify_one();
  }
  void end(bool good) noexcept {
    state_.store(good ? State::durable : State::failed);
    state_.notify_all();
  }

  std::uint32_t size = 0;  // threads that joined; guarded by the store's mutex

 private:
  std::atomic<State> state_{State::waiting};
};

}  // namespace lasagne::detail
