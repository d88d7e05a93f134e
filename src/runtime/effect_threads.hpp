// The threads on which an effect's calls are made.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "mutex.hpp"
#include "runtime/effect_processor.hpp"

namespace lasagne::detail {

// Thread-safe but for stop(). Threads are started when there are calls for them, one more than calls at once at most,
// and end with stop(). One thread at a time steps the processor: whoever has something for it while another one does
// leaves it to that one. So all answers that come while marks are being flushed are committed before the next marks.
class EffectThreads {
 public:
  // `processor` and `store` must outlive it. `clock` is called from several threads.
  EffectThreads(EffectProcessor& processor, Store& store, std::function<Timestamp()> clock);
  ~EffectThreads();
  EffectThreads(const EffectThreads&) = delete;
  EffectThreads& operator=(const EffectThreads&) = delete;

  // Commits what has ended and begins what can begin. True: did something. False: there was nothing to do, or another
  // thread does it. Errors as Processor::step.
  [[nodiscard]] Result<bool> advance();
  // No call is under way, and nobody is at work on one.
  [[nodiscard]] bool at_rest() const;
  // Whether it is one of the threads that make the calls.
  [[nodiscard]] bool is_own(std::thread::id thread) const;
  // When there is something to do without a new message; empty: no such time.
  [[nodiscard]] std::optional<Timestamp> next_due() const;
  // Tells the calls under way that they should stop, begins none any more, and returns when all have ended. By one
  // thread.
  void stop();

 private:
  void work();
  // False: until this time in vain.
  bool wait_for_something(std::optional<std::chrono::steady_clock::time_point> until) REQUIRES(mutex_);
  // Waits for a call to make, and begins a retry that is due meanwhile. Empty: the end.
  std::optional<EffectCall> next_call() REQUIRES(mutex_);
  void commit_until_taken();
  Result<bool> advance_once() REQUIRES(mutex_);
  void hand_out(std::deque<EffectCall> calls) REQUIRES(mutex_);
  // Sees to it that a thread comes for the next call.
  void bring_thread() REQUIRES(mutex_);

  EffectProcessor& processor_;  // stepped by the thread that set advancing_
  Store& store_;
  const std::function<Timestamp()> clock_;
  std::stop_source stop_;
  bool stopped_ = false;  // only stop() uses it

  mutable Mutex mutex_;
  ConditionVariable something_;  // for idle threads: a call to make, something to flush, or the end
  ConditionVariable stops_;      // for threads that wait for the store
  bool advancing_ GUARDED_BY(mutex_) = false;
  bool again_ GUARDED_BY(mutex_) = false;  // somebody came while another one was advancing
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool busy_ GUARDED_BY(mutex_) = false;       // calls were begun and not settled
  bool unflushed_ GUARDED_BY(mutex_) = false;  // something was committed since the last marks
  bool coming_ GUARDED_BY(mutex_) = false;     // a thread was called or started for to_make_, and is not there yet
  bool put_off_ GUARDED_BY(mutex_) = false;    // nothing was begun, since calls waited for a thread
  std::size_t idle_ GUARDED_BY(mutex_) = 0;    // threads that wait for a call
  std::deque<EffectCall> to_make_ GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);  // until stop() takes them
  std::vector<std::thread::id> own_ GUARDED_BY(mutex_);  // of threads_
  std::vector<EndedCall> ended_ GUARDED_BY(mutex_);
  std::optional<Timestamp> next_due_ GUARDED_BY(mutex_);
  // That, if it is soon: the loop may sleep already, for longer than that. Whoever set it sees to it, the loop or the
  // thread that is idle then.
  std::optional<std::chrono::steady_clock::time_point> retry_at_ GUARDED_BY(mutex_);
};

}  // namespace lasagne::detail
