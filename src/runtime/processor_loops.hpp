// The threads that step the processors.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "mutex.hpp"
#include "runtime/effect_threads.hpp"
#include "runtime/processor.hpp"
#include "runtime/runtime_clock.hpp"
#include "runtime/runtime_limits.hpp"
#include "runtime/runtime_log.hpp"

namespace lasagne::detail {

// All functions may be called from several threads. One thread at a time steps a processor, whatever is called when.
class ProcessorLoops {
 public:
  // `failed` may be unset. `processors` must stay as they are; all arguments that are references must outlive it.
  ProcessorLoops(Store& store, const std::vector<std::unique_ptr<Processor>>& processors, const RuntimeClock& clock,
                 const RuntimeLog& log, std::function<void(const Error&)> failed);
  ~ProcessorLoops();

  // As the functions of Runtime with these names.
  void start();
  bool stop(std::chrono::milliseconds bound);
  std::optional<Error> failure();
  Result<void> run_until_idle(std::uint64_t most_rounds);
  Result<void> wait_until_idle();

 private:
  enum class Phase : std::uint8_t {
    stopped,
    running,   // until the threads are joined, also when they are told to end
    joining,   // by one of those who wait for the end
    stepping,  // run_until_idle, on its caller's thread
  };
  // A thread and the processors it steps. An effect has one of its own, and threads that make its calls.
  struct Loop {
    std::vector<Processor*> processors = {};
    std::unique_ptr<EffectThreads> effect = nullptr;  // of the only processor; null for all others
    std::thread thread = {};
    Position idle_at = 0;          // guarded by mutex_: the log's end when the last round found nothing to do
    std::uint64_t idle_round = 0;  // guarded by mutex_
    bool ended = true;             // guarded by mutex_
  };

  void start_threads() REQUIRES(mutex_);
  // Waits until this run is over, joining its threads if nobody else does; false when the bound comes first.
  bool end(std::uint64_t run, std::chrono::steady_clock::time_point bound) REQUIRES(mutex_);
  void join() REQUIRES(mutex_);
  [[nodiscard]] bool all_ended() const REQUIRES(mutex_);
  [[nodiscard]] bool called_by_own_thread() const REQUIRES(mutex_);
  [[nodiscard]] bool rested(const std::vector<std::uint64_t>& rounds, Position end) const REQUIRES(mutex_);

  void run(Loop& loop);
  void run_flusher();
  // Whether the loop may go on: not after a store that failed for good.
  bool survives(const Error& error);
  Result<bool> round(const std::vector<Processor*>& processors);
  Result<bool> advance(Loop& loop);
  Result<void> step_until_idle(std::uint64_t most_rounds);
  void finish_stepping();
  void rest(const Loop& loop, Position seen);

  Store& store_;
  const std::vector<std::unique_ptr<Processor>>& processors_;
  const RuntimeClock& clock_;
  const RuntimeLog& log_;
  const std::function<void(const Error&)> failed_;
  std::atomic<bool> stopping_{false};  // written under mutex_
  std::atomic<bool> flush_wanted_{false};

  Mutex mutex_;
  ConditionVariable changed_;     // phase_ or run_, a loop went idle or ended, or stopping_
  ConditionVariable flush_call_;  // flush_wanted_, or stopping_
  Phase phase_ GUARDED_BY(mutex_) = Phase::stopped;
  std::uint64_t run_ GUARDED_BY(mutex_) = 0;  // counts the starts
  std::vector<std::unique_ptr<Loop>> loops_ GUARDED_BY(mutex_);
  std::thread flusher_ GUARDED_BY(mutex_);
  std::thread::id stepper_ GUARDED_BY(mutex_);       // whose thread run_until_idle is on
  std::optional<Error> failure_ GUARDED_BY(mutex_);  // of the store: every loop has ended or will
};

}  // namespace lasagne::detail
