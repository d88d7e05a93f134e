// A mutex that clang's -Wthread-safety knows, and what goes with it: a field says GUARDED_BY its mutex, a function
// REQUIRES one that its caller holds. Other compilers see plain std::mutex.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define LASAGNE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define LASAGNE_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) LASAGNE_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY LASAGNE_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) LASAGNE_THREAD_ANNOTATION(guarded_by(x))
#define ACQUIRE(...) LASAGNE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) LASAGNE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define REQUIRES(...) LASAGNE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) LASAGNE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace lasagne::detail {

class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class ConditionVariable;
  std::mutex mutex_;
};

// Holds the mutex for a scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() RELEASE() { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

// Lets go of a mutex that is held, for a scope.
class SCOPED_CAPABILITY Unlocked {
 public:
  explicit Unlocked(Mutex& mutex) RELEASE(mutex) : mutex_(mutex) { mutex_.unlock(); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;
  ~Unlocked() RELEASE() { mutex_.lock(); }

 private:
  Mutex& mutex_;
};

// Waits may end for no reason: call them in a loop that asks for the condition.
class ConditionVariable {
 public:
  // False when the deadline has passed.
  template <class Clock, class Time>
  bool wait_until(Mutex& mutex, std::chrono::time_point<Clock, Time> deadline) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const auto status = woken_.wait_until(lock, deadline);
    (void)lock.release();
    return status == std::cv_status::no_timeout;
  }
  void wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    woken_.wait(lock);
    (void)lock.release();
  }
  void notify_one() noexcept { woken_.notify_one(); }
  void notify_all() noexcept { woken_.notify_all(); }

 private:
  std::condition_variable woken_;
};

}  // namespace lasagne::detail
