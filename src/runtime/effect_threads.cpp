#include "runtime/effect_threads.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>
#include <utility>

#include "runtime/runtime_limits.hpp"

namespace lasagne::detail {

using std::chrono::steady_clock;

EffectThreads::EffectThreads(EffectProcessor& processor, Store& store, std::function<Timestamp()> clock)
    : processor_(processor), store_(store), clock_(std::move(clock)) {}

EffectThreads::~EffectThreads() { stop(); }

Result<bool> EffectThreads::advance() {
  const MutexLock lock(mutex_);
  if (advancing_) {
    again_ = true;
    return false;
  }
  advancing_ = true;
  bool moved = false;
  Result<bool> once = true;
  while (once && (*once || again_ || !ended_.empty())) {
    again_ = false;
    once = advance_once();
    moved = moved || (once && *once);
  }
  advancing_ = false;
  if (!once) return once;
  return moved;
}

Result<bool> EffectThreads::advance_once() {
  auto ended = std::exchange(ended_, {});
  // Calls that wait for a thread come first: so one flush marks all that can begin once they have ended, where short
  // calls would otherwise have a flush each.
  const bool begins = !stopping_ && to_make_.empty();
  Result<bool> committed;
  Result<EffectProcessor::Begun> begun;
  Result<std::optional<Timestamp>> due;
  std::optional<steady_clock::time_point> retry_at;
  bool busy = false;
  {
    const Unlocked unlocked(mutex_);
    const auto stepped = guarded([&] {
      for (auto& call : ended) processor_.ended(std::move(call));
      committed = processor_.commit_ended(clock_());
      if (committed && begins) begun = processor_.begin(clock_());
      due = processor_.next_due();
      if (!due || !*due) return;
      const auto wait = **due - clock_();
      if (wait < RuntimeLimits::longest_wait) {
        retry_at = steady_clock::now() + std::max<Duration>(wait, EffectLimits::retry_wait);
      }
    });
    if (!stepped) {  // nobody's plan: memory ran out, or the engine is at fault
      processor_.reload();
      committed = fail(ErrorCode::unavailable,
                       processor_.name() + " broke off, and goes on from its checkpoint: " + stepped.error().error);
    }
    busy = processor_.busy();
  }
  busy_ = busy;
  put_off_ = !begins;  // then whoever takes the last call brings a thread that begins again
  next_due_ = due && begins ? *due : std::nullopt;
  retry_at_ = retry_at;
  // Those who went to sleep before there was a retry do not know when to wake.
  if (retry_at_) something_.notify_one();
  if (!committed) return committed;
  if (!begun) return std::unexpected(std::move(begun.error()));
  // With marks everything before them is durable.
  unflushed_ = begun->calls.empty() && (unflushed_ || *committed);
  if (unflushed_) something_.notify_one();
  const bool moved = *committed || begun->moved;
  hand_out(std::move(begun->calls));
  return moved;
}

void EffectThreads::hand_out(std::deque<EffectCall> calls) {
  std::ranges::move(calls, std::back_inserter(to_make_));
  bring_thread();
}

// One thread at a time is on its way, and brings the next if there is still a call for it then. So calls that take no
// time are made by the few threads that are awake, and calls that take long have a thread each in no time.
void EffectThreads::bring_thread() {
  if ((to_make_.empty() && !put_off_) || coming_ || stopping_) return;
  if (idle_ > 0) {
    coming_ = true;
    something_.notify_one();
  } else if (threads_.size() <= processor_.calls_at_once()) {
    try {
      threads_.emplace_back([this] { work(); });
      own_.push_back(threads_.back().get_id());
      coming_ = true;
    } catch (const std::system_error&) {
      return;  // the threads that there are make these calls too; if there is none, the next round tries again
    }
  }
}

bool EffectThreads::at_rest() const {
  const MutexLock lock(mutex_);
  return !advancing_ && !busy_;
}

bool EffectThreads::is_own(std::thread::id thread) const {
  const MutexLock lock(mutex_);
  return std::ranges::find(own_, thread) != own_.end();
}

std::optional<Timestamp> EffectThreads::next_due() const {
  const MutexLock lock(mutex_);
  return next_due_;
}

bool EffectThreads::wait_for_something(std::optional<steady_clock::time_point> until) {
  bool called = true;
  ++idle_;
  if (until) {
    called = something_.wait_until(mutex_, *until);
  } else {
    something_.wait(mutex_);
  }
  --idle_;
  coming_ = false;
  return called;
}

// Whoever waits in vain for a while flushes what was committed, unless the hops have done so by then. When a retry is
// due, one of those who wait begins it.
std::optional<EffectCall> EffectThreads::next_call() {
  while (to_make_.empty()) {
    if (stopping_) return std::nullopt;
    if (std::exchange(put_off_, false)) {
      const Unlocked unlocked(mutex_);
      commit_until_taken();
    } else if (unflushed_) {
      if (wait_for_something(steady_clock::now() + EffectLimits::flush_wait)) continue;
      if (!to_make_.empty() || !std::exchange(unflushed_, false)) continue;
      const Unlocked unlocked(mutex_);
      (void)store_.flush(store_.visible_position());  // a store that fails here fails at the next commit
    } else if (!retry_at_ || steady_clock::now() < *retry_at_) {
      (void)wait_for_something(retry_at_);
    } else {
      retry_at_.reset();
      const Unlocked unlocked(mutex_);
      commit_until_taken();
    }
  }
  auto call = std::move(to_make_.front());
  to_make_.pop_front();
  bring_thread();
  return call;
}

void EffectThreads::work() {
  const MutexLock lock(mutex_);
  coming_ = false;
  while (const auto call = next_call()) {
    const bool stopping = stopping_;
    std::optional<EndedCall> ended;
    {
      const Unlocked unlocked(mutex_);
      ended = stopping ? EffectProcessor::put_back(*call) : processor_.call(*call, stop_.get_token());
    }
    ended_.push_back(*std::move(ended));
    const Unlocked unlocked(mutex_);
    commit_until_taken();
  }
}

void EffectThreads::commit_until_taken() {
  for (;;) {
    const auto advanced = advance();
    if (advanced || advanced.error().code != ErrorCode::unavailable) return;
    const auto again = steady_clock::now() + EffectLimits::unavailable_wait;
    const MutexLock lock(mutex_);
    while (!stopping_ && stops_.wait_until(mutex_, again)) continue;
    if (stopping_) return;
  }
}

void EffectThreads::stop() {
  if (std::exchange(stopped_, true)) return;
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    something_.notify_all();
    stops_.notify_all();
  }
  stop_.request_stop();
  for (auto& thread : threads) thread.join();
  {
    const MutexLock lock(mutex_);
    own_.clear();  // the system may give these ids to others
    for (const auto& call : std::exchange(to_make_, {})) ended_.push_back(EffectProcessor::put_back(call));
  }
  (void)advance();  // what the store does not take now is committed after the next start
}

}  // namespace lasagne::detail
