// The processor of an effect: marks calls, makes them, and commits each answer as soon as it is there.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "runtime/effect_calls.hpp"
#include "runtime/failure_policy.hpp"
#include "runtime/log_processor.hpp"
#include "runtime/processor.hpp"
#include "runtime/runtime_log.hpp"

namespace lasagne::detail {

// What a call came to.
struct EndedCall {
  EffectCall call;
  Commit answer;                               // what it sends; nothing if it failed
  std::optional<HandlerFailure> failure = {};  // why it failed
  bool put_back = false;                       // it was not made, or a stop came between: it does not count
};

// All functions but call(), put_back(), reload(), start_at() and record_start() are for one thread at a time. `step`
// does all of it on that thread, one call after the other; EffectThreads makes the calls that `begin` gives on threads
// of their own.
class EffectProcessor final : public Processor {
 public:
  // What has begun: these calls are to be made now.
  struct Begun {
    std::deque<EffectCall> calls;
    bool moved = false;  // something was done: begin again
  };

  EffectProcessor(Store& store, const Registry& registry, StateCache& cache, ProcessorSpec spec,
                  std::size_t calls_at_once, const RuntimeLog& log);

  Result<bool> step(Timestamp now) override;
  Result<std::optional<Timestamp>> next_due() override { return calls_.next_due(); }
  const std::string& name() const override { return spec_.name; }
  Position position() const override { return cursor_; }
  const Filter* reads() const override { return &spec_.handler->reads(); }
  EffectProcessor* as_effect() noexcept override { return this; }
  void reload() override { reload_.store(true); }
  void start_at(Position end) override { first_checkpoint_.start_at(end); }
  Result<void> record_start() override;

  // Calls were begun and not settled.
  [[nodiscard]] bool busy() const noexcept { return calls_.busy(); }
  [[nodiscard]] std::size_t calls_at_once() const noexcept { return calls_at_once_; }
  // Marks the calls that can begin now, durably.
  [[nodiscard]] Result<Begun> begin(Timestamp now);
  // Makes one; any thread. Whatever the effect throws is in what comes back.
  [[nodiscard]] EndedCall call(const EffectCall& call, std::stop_token stop) const;
  // In place of a call that is not made: because of a stop, or since nobody knows whether it was marked.
  [[nodiscard]] static EndedCall put_back(const EffectCall& call);
  // Commits what the call came to, and what earlier ones came to whose commits the store did not take. What it does not
  // take now is kept for the next time. True if anything was committed.
  void ended(EndedCall call) { ended_.push_back(std::move(call)); }
  [[nodiscard]] Result<bool> commit_ended(Timestamp now);

 private:
  // What became of a commit.
  enum class Outcome : std::uint8_t {
    committed,
    again,    // not: look at it anew
    unknown,  // nobody knows: the store does
  };

  // If somebody asked for it.
  Result<void> load();
  Result<MessagePtr> held_message(const ParkedMessage& entry);
  // The held messages that are due. True if something was committed on the way.
  Result<bool> begin_due(Timestamp now, CallsToBegin& begin);
  Result<void> read_ahead();
  // Where the checkpoint goes.
  Result<Position> begin_new(Timestamp now, CallsToBegin& begin);
  Result<bool> mark(const CallsToBegin& begin, Position to, Timestamp now);
  Result<Outcome> commit(EndedCall& ended, Timestamp now);
  Result<Outcome> append(const Commit& commit, Await await);
  Result<Outcome> unstorable(EndedCall& ended, Error error, bool answered_failure) const;
  void tell_of_key(const Message& message, const std::string& cause) const;
  void tell(LogEntry::Level level, const ParkedMessage& entry, const std::string& what) const;

  Store& store_;
  const Registry& registry_;
  StateCache& cache_;  // effects have no state: never used
  const ProcessorSpec spec_;
  const std::size_t calls_at_once_;
  const RuntimeLog& log_;
  const FailurePolicy failures_;
  FirstCheckpoint first_checkpoint_;
  std::atomic<bool> reload_{true};

  // Below: only the stepping thread.
  Position checkpoint_ = 0;       // as committed
  Position cursor_ = 0;           // read and found not to concern us, or marked
  std::deque<MessagePtr> ahead_;  // read and after the cursor
  Position read_to_ = 0;          // the last of them, or what was scanned after it
  std::uint32_t conflicts_ = 0;
  bool overtaken_ = false;  // since the last commit of our own: told once
  EffectCalls calls_;
  std::deque<EndedCall> ended_;     // and not committed
  std::deque<EffectCall> to_make_;  // by step
};

}  // namespace lasagne::detail
