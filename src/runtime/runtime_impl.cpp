#include "runtime/runtime_impl.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "runtime/adoption.hpp"
#include "runtime/processor_set.hpp"
#include "runtime/start_from.hpp"

namespace lasagne::detail {

RuntimeImpl::RuntimeImpl(Store& store, std::vector<Module> modules, RuntimeOptions options)
    : store_(store), options_(std::move(options)), log_(options_.log), registry_(std::move(modules)) {
  if (!options_.clock) options_.clock = [this] { return store_.now(); };
  adopt_unqualified(store_, registry_);
  processors_ = make_processors(store_, registry_, cache_, log_);
}

RuntimeImpl::~RuntimeImpl() { (void)stop(std::chrono::hours(1)); }

void RuntimeImpl::tell(LogEntry::Level level, const std::string& text, const std::string& cause) const {
  log_({level, text + ": " + cause, {}, 0, 0, cause});
}

// Steps everything once; then again what is near the log's end, until that has nothing to do. So a process that has
// begun is carried on while its messages are still at hand, before a bus with a long queue begins many more. True if
// anything moved.
Result<bool> RuntimeImpl::round(const std::vector<Processor*>& processors) {
  bool moved = false;
  bool swept = true;
  for (int sweep = 0; swept && sweep <= RuntimeLimits::sweeps; ++sweep) {
    swept = false;
    const Position end = sweep == 0 ? 0 : store_.visible_position();
    for (Processor* processor : processors) {
      if (end > processor->position() + RuntimeLimits::near_messages) continue;
      auto stepped = processor->step(now());
      if (!stepped) return stepped;
      swept = swept || *stepped;
    }
    moved = moved || swept;
  }
  return moved;
}

Result<void> RuntimeImpl::run_until_idle() {
  {
    const Lock lock(mutex_);
    if (started_) return fail(ErrorCode::invalid, "run_until_idle is not for a started runtime: use wait_until_idle");
  }
  std::vector<Processor*> all;
  for (const auto& processor : processors_) all.push_back(processor.get());
  for (std::uint64_t done = 0; done < options_.rounds_until_idle; ++done) {
    auto moved = round(all);
    if (!moved) return std::unexpected(std::move(moved.error()));
    if (!*moved) return store_.flush(store_.visible_position());
  }
  return fail(ErrorCode::handler_failed,
              "there is still work after " + std::to_string(options_.rounds_until_idle) +
                  " rounds: do handlers answer one another for ever? Read the last messages of the log, and mend the "
                  "modules or raise RuntimeOptions::rounds_until_idle");
}

// Sleeps until there may be something to do that came after `seen`.
void RuntimeImpl::rest(const Loop& loop, Position seen) {
  const auto asked_at = std::chrono::steady_clock::now();
  Duration wait = RuntimeLimits::longest_wait;
  const auto until = [&](const std::optional<Timestamp>& due) {
    if (due) wait = std::min(wait, std::max(*due - now(), Duration{0}));
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

void RuntimeImpl::run(Loop& loop) {
  while (!stopping_.load()) {
    const Position seen = store_.visible_position();
    auto moved = loop.effect ? loop.effect->advance() : round(loop.processors);
    if (moved && !*moved && !loop.effect) {  // an effect flushes for itself
      if (auto flushed = store_.flush(store_.visible_position()); !flushed)
        moved = std::unexpected(std::move(flushed.error()));
    }
    if (!moved) {
      if (survives(moved.error())) continue;
      break;
    }
    if (*moved) {
      if (store_.visible_position() - store_.durable_position() > RuntimeLimits::unflushed_messages &&
          !flush_wanted_.exchange(true)) {
        const std::scoped_lock lock(mutex_);
        flush_call_.notify_one();
      }
      continue;
    }
    if (!loop.effect || loop.effect->at_rest()) {
      const std::scoped_lock lock(mutex_);
      loop.idle_at = seen;
      ++loop.idle_round;
      changed_.notify_all();
    }
    rest(loop, seen);
  }
  if (loop.effect) loop.effect->stop();
  const std::scoped_lock lock(mutex_);
  loop.ended = true;
  changed_.notify_all();
}

bool RuntimeImpl::survives(const Error& error) {
  if (error.code == ErrorCode::failed) {
    {
      const Lock lock(mutex_);
      if (failure_) return false;
      failure_ = error;
      changed_.notify_all();
    }
    tell(LogEntry::Level::error, "the store failed, and the processors stop", error.message);
    if (options_.failed) options_.failed(error);
    return false;
  }
  tell(LogEntry::Level::warning, "the store cannot be used, and is tried again", error.message);
  Lock lock(mutex_);
  changed_.wait_for(lock, RuntimeLimits::unavailable_wait, [&] { return stopping_.load(); });
  return true;
}

std::optional<Error> RuntimeImpl::failure() {
  const Lock lock(mutex_);
  return failure_;
}

// Writes beside the hops when they run far ahead of the disk.
void RuntimeImpl::run_flusher() {
  std::unique_lock lock(mutex_);
  while (!stopping_.load()) {
    flush_call_.wait(lock, [&] { return stopping_.load() || flush_wanted_.load(); });
    if (!flush_wanted_.exchange(false)) continue;
    lock.unlock();
    (void)store_.flush(store_.visible_position());  // a failure shows at the loops' next step
    lock.lock();
  }
}

void RuntimeImpl::start() {
  Lock lock(mutex_);
  if (started_ && !stopping_.load()) return;
  if (started_) {  // a stop that did not come to its end
    (void)await_end(lock, std::chrono::steady_clock::time_point::max());
    join(lock);
  }
  started_ = true;
  stopping_.store(false);
  failure_.reset();
  // What is recorded once start() has returned is after it for everybody; a store that fails here fails at the first
  // step.
  for (const auto& module : registry_.modules()) {
    for (const auto& each : module.reactions()) (void)first_checkpoint(store_, each.processor, each.start_from);
  }
  auto hops = std::make_unique<Loop>();
  for (const auto& processor : processors_) {
    processor->reload();
    if (auto* effect = processor->as_effect()) {
      auto own = std::make_unique<Loop>();
      own->processors.push_back(effect);
      own->effect = std::make_unique<EffectThreads>(*effect, store_, [this] { return now(); });
      loops_.push_back(std::move(own));
    } else {
      hops->processors.push_back(processor.get());
    }
  }
  loops_.push_back(std::move(hops));
  for (const auto& loop : loops_) loop->thread = std::thread([this, at = loop.get()] { run(*at); });
  flusher_ = std::thread([this] { run_flusher(); });
}

bool RuntimeImpl::await_end(Lock& lock, std::chrono::steady_clock::time_point bound) {
  const auto ended = [&] { return std::ranges::all_of(loops_, [](const auto& loop) { return loop->ended; }); };
  // An interrupt that comes just before a loop waits is lost on it, hence again.
  while (!ended() && std::chrono::steady_clock::now() < bound) {
    lock.unlock();
    store_.interrupt();
    lock.lock();
    changed_.wait_for(lock, RuntimeLimits::interrupt_again, ended);
  }
  return ended();
}

// Of loops that have ended.
void RuntimeImpl::join(Lock& lock) {
  lock.unlock();
  for (const auto& loop : loops_) loop->thread.join();
  flusher_.join();
  (void)store_.flush(store_.visible_position());  // a store that fails here fails at the next start
  lock.lock();
  loops_.clear();
  started_ = false;
}

bool RuntimeImpl::stop(std::chrono::milliseconds bound) {
  Lock lock(mutex_);
  if (!started_) return true;
  stopping_.store(true);
  changed_.notify_all();
  flush_call_.notify_all();
  if (!await_end(lock, std::chrono::steady_clock::now() + bound)) return false;
  join(lock);
  return true;
}

Result<void> RuntimeImpl::wait_until_idle() {
  std::unique_lock lock(mutex_);
  if (!started_) return fail(ErrorCode::invalid, "wait_until_idle needs a started runtime");
  // A loop that is idle at the log's end has nothing to do; a second round of every loop since then shows that none of
  // them gave another something meanwhile.
  for (;;) {
    std::vector<std::uint64_t> rounds;
    const Position end = store_.visible_position();
    for (const auto& loop : loops_) rounds.push_back(loop->idle_round);
    lock.unlock();
    store_.interrupt();
    lock.lock();
    const auto rested = [&] {
      if (failure_ || stopping_.load()) return true;
      for (std::size_t i = 0; i < loops_.size(); ++i) {
        if (loops_[i]->idle_round == rounds[i] || loops_[i]->idle_at < end) return false;
      }
      return true;
    };
    while (!rested()) {
      if (changed_.wait_for(lock, RuntimeLimits::interrupt_again, rested)) break;
      lock.unlock();
      store_.interrupt();  // as in await_end
      lock.lock();
    }
    if (failure_) return std::unexpected(*failure_);
    if (stopping_.load()) return fail(ErrorCode::unavailable, "the runtime was stopped");
    if (store_.visible_position() == end) break;
  }
  lock.unlock();
  return store_.flush(store_.visible_position());
}

}  // namespace lasagne::detail
