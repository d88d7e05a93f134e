// The processor of a command bus, or of a reaction that is no effect.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lasagne/handler_options.hpp"
#include "runtime/failure_policy.hpp"
#include "runtime/held_messages.hpp"
#include "runtime/processor.hpp"
#include "runtime/runtime_log.hpp"
#include "runtime/start_from.hpp"

namespace lasagne::detail {

// What makes one processor out of a handler.
struct ProcessorSpec {
  std::string module;
  std::string name;
  RetryPolicy retry;
  std::unique_ptr<const MessageHandler> handler;
  bool looks_back = false;  // keeps states of the past, which would spoil the shared cache
  StartFrom start_from = StartFrom::beginning();
};

// Handles the messages of the log that concern it, in order, from its checkpoint on: a batch in one commit.
class LogProcessor final : public Processor {
 public:
  LogProcessor(Store& store, const Registry& registry, StateCache& shared_cache, ProcessorSpec spec,
               const RuntimeLog& log);

  Result<bool> step(Timestamp now) override;
  Result<std::optional<Timestamp>> next_due() override { return held_.next_due(); }
  const std::string& name() const override { return spec_.name; }
  Position position() const override { return cursor_; }
  const Filter* reads() const override { return &spec_.handler->reads(); }
  void reload() override { reload_.store(true); }
  void start_at(Position end) override { first_checkpoint_.start_at(end); }
  Result<void> record_start() override;

 private:
  // A commit in the making.
  struct Hop {
    HopBuilder builder;
    Timestamp now;
    Commit held;                    // what it does to held messages
    Position to = 0;                // where the checkpoint goes
    std::size_t handled = 0;        // messages, also those that were queued or failed
    Position last = 0;              // the last one of them
    bool answered_failure = false;  // by on_failure
    std::vector<LogEntry> told;     // for the log, once it is committed
  };
  // Why one message cannot be committed with what its handler answered.
  struct Unstorable {
    Position position = 0;
    HandlerFailure failure;
  };

  Result<void> load();
  Result<bool> read_on(Timestamp now);
  Result<bool> retry(const ParkedMessage& entry, Timestamp now);
  [[nodiscard]] Hop new_hop(Timestamp now);
  // False: the hop ends with this message.
  bool take(const Message& message, Hop& hop);
  // Stages what follows from the failure. False: the message holds back its key.
  bool settle(const Message& message, const HandlerFailure& failure, const ParkedMessage* earlier, Hop& hop);
  Result<bool> nothing_until(Position to, Timestamp now);
  Result<bool> commit(Hop& hop);
  Result<bool> refused(Error error, const Hop& hop);
  Result<bool> unstorable(Error error, const Hop& hop);
  void tell(LogEntry::Level level, const std::string& text, const std::string& cause) const;

  Store& store_;
  const Registry& registry_;
  StateCache own_cache_;
  StateCache& cache_;
  const ProcessorSpec spec_;
  const RuntimeLog& log_;
  const FailurePolicy failures_;
  FirstCheckpoint first_checkpoint_;
  std::atomic<bool> reload_{true};

  // Below: only the stepping thread.
  Position checkpoint_ = 0;  // as committed
  Position cursor_ = 0;      // read and found not to concern us, or handled
  std::size_t batch_ = ProcessorLimits::batch_messages;
  std::uint32_t conflicts_ = 0;
  bool overtaken_ = false;  // since the last commit of our own: told once
  HeldMessages held_;
  std::optional<Unstorable> unstorable_;
};

}  // namespace lasagne::detail
