#include "runtime/processor_loops.hpp"

#include <algorithm>
#include <utility>

#include "runtime/guarded.hpp"

namespace lasagne::detail {

using std::chrono::steady_clock;

ProcessorLoops::ProcessorLoops(Store& store, const std::vector<std::unique_ptr<Processor>>& processors,
                               const RuntimeClock& clock, const RuntimeLog& log,
                               std::function<void(const Error&)> failed)
    : store_(store), processors_(processors), clock_(clock), log_(log), failed_(std::move(failed)) {}

ProcessorLoops::~ProcessorLoops() { (void)stop(std::chrono::hours(1)); }

bool ProcessorLoops::called_by_own_thread() const {
  const auto caller = std::this_thread::get_id();
  return stepper_ == caller || std::ranges::any_of(loops_, [&](const auto& loop) {
           return loop->thread.get_id() == caller || (loop->effect && loop->effect->is_own(caller));
         });
}

void ProcessorLoops::start() {
  {
    const MutexLock lock(mutex_);
    if (!called_by_own_thread()) {
      while (phase_ != Phase::stopped) {
        if (phase_ != Phase::running) {
          changed_.wait(mutex_);
        } else if (!stopping_.load() && !failure_) {
          return;
        } else {  // a stop that did not come to its end, or the store failed
          stopping_.store(true);
          changed_.notify_all();
          flush_call_.notify_all();
          (void)end(run_, steady_clock::time_point::max());
        }
      }
      start_threads();
      return;
    }
  }
  log_({LogEntry::Level::error, "Runtime::start was called by code that the runtime itself runs: the call is ignored"});
}

void ProcessorLoops::start_threads() {
  phase_ = Phase::running;
  ++run_;
  stopping_.store(false);
  failure_.reset();
  auto hops = std::make_unique<Loop>();
  for (const auto& processor : processors_) {
    processor->reload();
    if (auto* effect = processor->as_effect()) {
      auto own = std::make_unique<Loop>();
      own->processors.push_back(effect);
      own->effect = std::make_unique<EffectThreads>(*effect, store_, [this] { return clock_.now(); });
      loops_.push_back(std::move(own));
    } else {
      hops->processors.push_back(processor.get());
    }
  }
  loops_.push_back(std::move(hops));
  try {
    for (const auto& loop : loops_) {
      loop->thread = std::thread([this, at = loop.get()] { run(*at); });
      loop->ended = false;
    }
    flusher_ = std::thread([this] { run_flusher(); });
  } catch (...) {  // the system gives no more threads: those that there are end again
    stopping_.store(true);
    throw;
  }
}

bool ProcessorLoops::all_ended() const {
  return std::ranges::all_of(loops_, [](const auto& loop) { return loop->ended; });
}

bool ProcessorLoops::stop(std::chrono::milliseconds bound) {
  const MutexLock lock(mutex_);
  if (phase_ == Phase::stopped || phase_ == Phase::stepping) return true;
  stopping_.store(true);
  changed_.notify_all();
  flush_call_.notify_all();
  if (called_by_own_thread()) return false;  // which cannot wait for its own end
  return end(run_, steady_clock::now() + std::min<std::chrono::milliseconds>(bound, RuntimeLimits::longest_stop));
}

bool ProcessorLoops::end(std::uint64_t run, steady_clock::time_point bound) {
  while (run_ == run && phase_ != Phase::stopped) {
    if (phase_ == Phase::running && all_ended()) {
      join();
      return true;
    }
    const auto now = steady_clock::now();
    if (now >= bound) return false;
    {
      const Unlocked unlocked(mutex_);
      store_.interrupt();  // one that comes just before a loop waits is lost on it, hence again and again
    }
    if (run_ == run && phase_ != Phase::stopped && !all_ended()) {
      (void)changed_.wait_until(mutex_, std::min(bound, now + RuntimeLimits::interrupt_again));
    }
  }
  return true;
}

void ProcessorLoops::join() {
  phase_ = Phase::joining;
  auto loops = std::exchange(loops_, {});
  auto flusher = std::exchange(flusher_, {});
  flush_call_.notify_all();
  {
    const Unlocked unlocked(mutex_);
    for (const auto& loop : loops) {
      if (loop->thread.joinable()) loop->thread.join();
    }
    if (flusher.joinable()) flusher.join();
    loops.clear();  // an effect's threads may call the clock, the log and the store as they end
    (void)store_.flush(store_.visible_position());  // a store that fails here fails at the next start
  }
  phase_ = Phase::stopped;
  changed_.notify_all();
}

std::optional<Error> ProcessorLoops::failure() {
  const MutexLock lock(mutex_);
  return failure_;
}

void ProcessorLoops::run(Loop& loop) {
  while (!stopping_.load()) {
    const Position seen = store_.visible_position();
    auto moved = advance(loop);
    if (!moved) {
      if (survives(moved.error())) continue;
      break;
    }
    if (*moved) {
      if (store_.visible_position() - store_.durable_position() > RuntimeLimits::unflushed_messages &&
          !flush_wanted_.exchange(true)) {
        const MutexLock lock(mutex_);
        flush_call_.notify_one();
      }
      continue;
    }
    if (!loop.effect || loop.effect->at_rest()) {
      const MutexLock lock(mutex_);
      loop.idle_at = seen;
      ++loop.idle_round;
      changed_.notify_all();
    }
    rest(loop, seen);
  }
  if (loop.effect) loop.effect->stop();
  const MutexLock lock(mutex_);
  loop.ended = true;
  changed_.notify_all();
}

bool ProcessorLoops::survives(const Error& error) {
  if (error.code == ErrorCode::failed) {
    {
      const MutexLock lock(mutex_);
      if (failure_) return false;
      failure_ = error;
      changed_.notify_all();
    }
    log_({LogEntry::Level::error,
          "the store failed, and the processors stop: " + error.message,
          {},
          0,
          0,
          error.message});
    if (!failed_) return false;
    if (const auto called = guarded([&] { failed_(error); }); !called) {
      log_({LogEntry::Level::error,
            "RuntimeOptions::failed threw: " + called.error().error,
            {},
            0,
            0,
            called.error().error});
    }
    return false;
  }
  log_({LogEntry::Level::warning, "the processors pause and try again: " + error.message, {}, 0, 0, error.message});
  const auto until = steady_clock::now() + RuntimeLimits::unavailable_wait;
  const MutexLock lock(mutex_);
  while (!stopping_.load() && changed_.wait_until(mutex_, until)) {
  }
  return true;
}

// Writes beside the hops when they run far ahead of the disk.
void ProcessorLoops::run_flusher() {
  const MutexLock lock(mutex_);
  while (!stopping_.load()) {
    while (!stopping_.load() && !flush_wanted_.load()) flush_call_.wait(mutex_);
    if (!flush_wanted_.exchange(false)) continue;
    const Unlocked unlocked(mutex_);
    (void)store_.flush(store_.visible_position());  // a failure shows at the loops' next step
  }
}

// Steps everything once; then again what is near the log's end, until that has nothing to do. So a process that has
// begun is carried on while its messages are still at hand, before a bus with a long queue begins many more. True if
// anything moved.
Result<bool> ProcessorLoops::round(const std::vector<Processor*>& processors) {
  bool moved = false;
  bool swept = true;
  for (int sweep = 0; swept && sweep <= RuntimeLimits::sweeps; ++sweep) {
    swept = false;
    const Position end = sweep == 0 ? 0 : store_.visible_position();
    for (Processor* processor : processors) {
      if (end > processor->position() + RuntimeLimits::near_messages) continue;
      auto stepped = processor->step(clock_.now());
      if (!stepped) return stepped;
      swept = swept || *stepped;
    }
    moved = moved || swept;
  }
  return moved;
}

// One round, and a flush when there is nothing to do. An effect flushes for itself, so its loop only asks whether the
// store has failed: it would not let the loop sleep. A step that throws is nobody's
// plan: memory ran out, or the engine is at fault. Then the processors go on from what the store says.
Result<bool> ProcessorLoops::advance(Loop& loop) {
  auto moved = guarded([&] { return loop.effect ? loop.effect->advance() : round(loop.processors); });
  if (!moved) {
    for (Processor* processor : loop.processors) processor->reload();
    return fail(ErrorCode::unavailable,
                loop.processors.front()->name() + " or one beside it broke off: " + moved.error().error);
  }
  if (!*moved || **moved) return *std::move(moved);
  if (auto flushed = store_.flush(loop.effect ? 0 : store_.visible_position()); !flushed) {
    return std::unexpected(std::move(flushed.error()));
  }
  return false;
}

// Sleeps until there may be something to do that came after `seen`.
void ProcessorLoops::rest(const Loop& loop, Position seen) {
  const auto asked_at = steady_clock::now();
  Duration wait = RuntimeLimits::longest_wait;
  const auto until = [&](const std::optional<Timestamp>& due) {
    if (due) wait = std::min(wait, std::max(*due - clock_.now(), Duration{0}));
  };
  if (loop.effect) {
    until(loop.effect->next_due());
    (void)store_.wait_for(*loop.processors.front()->reads(), seen, asked_at + wait);
    return;
  }
  for (Processor* processor : loop.processors) {
    if (const auto due = processor->next_due()) until(*due);
  }
  (void)store_.wait(seen, asked_at + wait);
}

Result<void> ProcessorLoops::run_until_idle(std::uint64_t most_rounds) {
  {
    const MutexLock lock(mutex_);
    if (called_by_own_thread()) {
      return fail(ErrorCode::invalid, "run_until_idle was called by code that the runtime itself runs");
    }
    while (phase_ == Phase::stepping || phase_ == Phase::joining) changed_.wait(mutex_);
    if (phase_ == Phase::running) {
      return fail(ErrorCode::invalid, "run_until_idle is not for a started runtime: use wait_until_idle");
    }
    phase_ = Phase::stepping;
    stepper_ = std::this_thread::get_id();
  }
  auto done = Result<void>();
  try {
    done = step_until_idle(most_rounds);
  } catch (...) {  // out of a store that breaks its promise, or out of memory
    finish_stepping();
    throw;
  }
  finish_stepping();
  return done;
}

void ProcessorLoops::finish_stepping() {
  const MutexLock lock(mutex_);
  phase_ = Phase::stopped;
  stepper_ = {};
  changed_.notify_all();
}

Result<void> ProcessorLoops::step_until_idle(std::uint64_t most_rounds) {
  std::vector<Processor*> all;
  for (const auto& processor : processors_) all.push_back(processor.get());
  for (std::uint64_t done = 0; done < most_rounds; ++done) {
    auto moved = round(all);
    if (!moved) return std::unexpected(std::move(moved.error()));
    if (!*moved) return store_.flush(store_.visible_position());
  }
  return fail(ErrorCode::handler_failed,
              "there is still work after " + std::to_string(most_rounds) +
                  " rounds: do handlers answer one another forever? Look at the last messages of the log, and fix the "
                  "modules or raise RuntimeOptions::rounds_until_idle");
}

bool ProcessorLoops::rested(const std::vector<std::uint64_t>& rounds, Position end) const {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    if (loops_[i]->idle_round == rounds[i] || loops_[i]->idle_at < end) return false;
  }
  return true;
}

Result<void> ProcessorLoops::wait_until_idle() {
  {
    const MutexLock lock(mutex_);
    if (phase_ != Phase::running) return fail(ErrorCode::invalid, "wait_until_idle needs a started runtime");
    if (called_by_own_thread()) {
      return fail(ErrorCode::invalid, "wait_until_idle was called by code that the runtime itself runs");
    }
    const std::uint64_t run = run_;
    const auto over = [&]() REQUIRES(mutex_) { return stopping_.load() || run_ != run; };
    // A loop that is idle at the log's end has nothing to do; a second round of every loop since then shows that none
    // of them gave another something meanwhile.
    for (;;) {
      std::vector<std::uint64_t> rounds;
      const Position end = store_.visible_position();
      for (const auto& loop : loops_) rounds.push_back(loop->idle_round);
      while (!failure_ && !over() && !rested(rounds, end)) {
        {
          const Unlocked unlocked(mutex_);
          store_.interrupt();  // as in end()
        }
        if (failure_ || over() || rested(rounds, end)) break;
        (void)changed_.wait_until(mutex_, steady_clock::now() + RuntimeLimits::interrupt_again);
      }
      if (failure_) return std::unexpected(*failure_);
      if (over()) return fail(ErrorCode::unavailable, "the runtime was stopped");
      if (store_.visible_position() == end) break;
    }
  }
  return store_.flush(store_.visible_position());
}

}  // namespace lasagne::detail
