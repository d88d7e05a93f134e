#include "store/log/flush_group.hpp"

#include <limits>
#include <utility>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace lasagne::detail {

namespace {

#ifdef __linux__
// std::atomic's own wait first yields a few times, each of which gives a busy neighbour a whole slice of this core.
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);  // also wakes for nothing
}
void wake(std::atomic<std::uint32_t>& word, int count) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}
#else
void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept { word.wait(value); }
void wake(std::atomic<std::uint32_t>& word, int count) noexcept { count == 1 ? word.notify_one() : word.notify_all(); }
#endif

}  // namespace

FlushGroup::State FlushGroup::wait() noexcept {
  for (;;) {
    auto state = state_.load();
    if (state == durable || state == failed) return static_cast<State>(state);
    if (state == lead) {
      if (state_.compare_exchange_strong(state, waiting)) return lead;
    } else {
      sleep_while(state_, waiting);
    }
  }
}

void FlushGroup::call_a_leader() noexcept {
  std::uint32_t nobody = waiting;
  if (state_.compare_exchange_strong(nobody, lead)) wake(state_, 1);
}

void FlushGroup::end(std::optional<Error> error) {
  error_ = std::move(error);
  state_.store(error_ ? failed : durable);
  wake(state_, std::numeric_limits<int>::max());
}

}  // namespace lasagne::detail
