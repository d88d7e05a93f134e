#include "store/log/waiters.hpp"

namespace lasagne::detail {

void Waiters::sleep(Mutex& mutex, const Filter* filter, Position after,
                    std::chrono::steady_clock::time_point deadline) {
  Waiter waiter{filter, after, false, {}};
  waiters_.push_back(&waiter);
  while (!waiter.wake && waiter.woken.wait_until(mutex, deadline)) {
  }
  std::erase(waiters_, &waiter);
}

void Waiters::wake(const Head& head) {
  for (Waiter* waiter : waiters_) {
    if (waiter->wake || !head.concerns(waiter->filter, waiter->after)) continue;
    waiter->wake = true;
    waiter->woken.notify_one();
  }
}

void Waiters::wake_all() {
  for (Waiter* waiter : waiters_) {
    waiter->wake = true;
    waiter->woken.notify_one();
  }
}

}  // namespace lasagne::detail
