// Threads that sleep until something newer is visible.
#pragma once

#include <chrono>
#include <vector>

#include "mutex.hpp"
#include "store/log/head.hpp"

namespace lasagne::detail {

// Guarded by the store's lock, which is let go while a thread sleeps.
class Waiters {
 public:
  // Until something that matches the filter is visible (without one: anything) after this position, wake_all(), or the
  // deadline.
  void sleep(Mutex& mutex, const Filter* filter, Position after, std::chrono::steady_clock::time_point deadline)
      REQUIRES(mutex);
  // Those whom something newer concerns.
  void wake(const Head& head);
  void wake_all();

 private:
  struct Waiter {
    const Filter* filter = nullptr;
    Position after = 0;
    bool wake = false;
    ConditionVariable woken;
  };
  std::vector<Waiter*> waiters_;  // each lives in its call of sleep()
};

}  // namespace lasagne::detail
