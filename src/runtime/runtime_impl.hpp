// The threads around the processors.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lasagne/runtime.hpp"
#include "runtime/effect_threads.hpp"
#include "runtime/processor.hpp"
#include "runtime/registry.hpp"
#include "runtime/runtime_log.hpp"
#include "runtime/state_cache.hpp"

namespace lasagne::detail {

struct RuntimeLimits {
  static constexpr int reloads_on_conflict = 32;          // of execute, without an expected revision
  static constexpr Position unflushed_messages = 1024;    // past this the flusher writes beside the hops
  static constexpr int sweeps = 8;                        // of what is near the log's end, in one round
  static constexpr Position near_messages = 2048;         // so far from the end is near
  static constexpr std::chrono::seconds longest_wait{1};  // of an idle loop, whose wake-up may have come too early
  static constexpr std::chrono::milliseconds unavailable_wait{100};
  static constexpr std::chrono::milliseconds interrupt_again{20};  // while loops are waited for
};

class RuntimeImpl {
 public:
  RuntimeImpl(Store& store, std::vector<Module> modules, RuntimeOptions options);
  ~RuntimeImpl();

  void start();
  std::optional<Error> failure();
  bool stop(std::chrono::milliseconds bound);
  Result<void> run_until_idle();
  Result<void> wait_until_idle();

  ExecuteResult execute(const MessageType& type, const void* command, const ExecuteOptions& options);
  Result<Sent> send(const MessageType& type, const void* command, WriteValue write, const SendOptions& options);
  Result<std::optional<Revision>> load(const std::string& stream, AnyState& state);

  Result<std::vector<Runtime::ParkedView>> parked(std::size_t limit);
  // Sends a parked message back for an attempt, or removes it and sends its successor.
  Result<void> settle_parked(const std::string& processor, Position position, bool skip, std::string edited_data);

 private:
  // A thread and the processors it steps. An effect has one of its own, and threads that make its calls.
  struct Loop {
    std::vector<Processor*> processors;
    std::unique_ptr<EffectThreads> effect = nullptr;  // of the only processor; null for all others
    std::thread thread = {};
    Position idle_at = 0;          // guarded by mutex_: the log's end when the last round found nothing to do
    std::uint64_t idle_round = 0;  // guarded by mutex_
    bool ended = false;            // guarded by mutex_
  };

  using Lock = std::unique_lock<std::mutex>;

  void run(Loop& loop);
  // Whether the loop may go on: not after a store that failed for good.
  bool survives(const Error& error);
  // Wakes the loops until all have ended; false when the bound comes first.
  bool await_end(Lock& lock, std::chrono::steady_clock::time_point bound);
  void join(Lock& lock);
  void run_flusher();
  Result<bool> round(const std::vector<Processor*>& processors);
  void rest(const Loop& loop, Position seen);
  [[nodiscard]] Timestamp now() const { return options_.clock(); }
  void tell(LogEntry::Level level, const std::string& text, const std::string& cause) const;
  ExecuteResult decide_once(const Decider& decider, const AnyCommand& command, const ExecuteOptions& options);
  ExecuteResult record(const AnyCommand& command, LoadedState loaded, Decided decided, const ExecuteOptions& options);

  Store& store_;
  RuntimeOptions options_;
  const RuntimeLog log_;
  const Registry registry_;
  StateCache cache_;
  std::vector<std::unique_ptr<Processor>> processors_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::thread flusher_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> flush_wanted_{false};

  std::mutex mutex_;
  std::condition_variable changed_;     // a loop went idle or ended, or stopping_
  std::condition_variable flush_call_;  // flush_wanted_, or stopping_
  bool started_ = false;                // guarded by mutex_
  std::optional<Error> failure_;        // guarded by mutex_; of the store: every loop has ended or will
};

}  // namespace lasagne::detail
