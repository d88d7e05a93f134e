// Processors as step machines: no thread, no clock of their own. Each step does at most one micro-batch hop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "lasagne/module.hpp"
#include "lasagne/store.hpp"
#include "runtime/hop_builder.hpp"

namespace lasagne::detail {

using Log = std::function<void(const std::string&)>;

struct ProcessorLimits {
  static constexpr std::size_t batch_messages = 64;      // read and handled in one hop
  static constexpr std::size_t batch_behind = 512;       // likewise, of a processor that is far behind
  static constexpr Position far_messages = 16'384;       // so far from the log's end is far behind
  static constexpr std::size_t batch_output = 512;       // staged messages after which the hop ends
  static constexpr Position unmarked_scan = 4096;        // skipped messages after which the checkpoint moves alone
  static constexpr std::size_t held_messages = 100'000;  // waiting or parked; past this the processor reads no further
  static constexpr std::uint32_t conflicts_in_a_row = 64;
  static constexpr std::size_t timers_in_a_row = 64;
};

// One thread at a time steps a processor; reload() may be called from any.
class Processor {
 public:
  virtual ~Processor() = default;
  Processor() = default;
  Processor(const Processor&) = delete;
  Processor& operator=(const Processor&) = delete;

  // True: did something, step again. False: nothing to do now. Errors: unavailable (step again later) or failed (the
  // store must be reopened).
  [[nodiscard]] virtual Result<bool> step(Timestamp now) = 0;
  // When there is something to do without a new message; empty: no such time.
  [[nodiscard]] virtual Result<std::optional<Timestamp>> next_due() = 0;
  [[nodiscard]] virtual const std::string& name() const = 0;
  // How far along the log it is; 0 when it does not read along.
  [[nodiscard]] virtual Position position() const { return 0; }
  // What it reads of the log; null: anything may give it something to do.
  [[nodiscard]] virtual const Filter* reads() const { return nullptr; }
  // Its handlers call the outside world and may block.
  [[nodiscard]] virtual bool is_effect() const { return false; }
  // Reads checkpoint and parked messages anew before the next step.
  virtual void reload() {}
};

// Fires due timers: each appends its message to its stream, once.
class TimerProcessor final : public Processor {
 public:
  explicit TimerProcessor(Store& store) : store_(store) {}
  Result<bool> step(Timestamp now) override;
  Result<std::optional<Timestamp>> next_due() override { return store_.next_timer(); }
  const std::string& name() const override { return name_; }

 private:
  Store& store_;
  const std::string name_ = "timers";
};

// Handles the messages of the log that concern it, in order, from its checkpoint on.
class LogProcessor final : public Processor {
 public:
  struct Handler {
    std::string module;
    std::string processor;
    RetryPolicy retry;
    Filter filter;                             // what it reads
    std::vector<std::string> own_categories;   // for reactions: internal events it may see
    std::shared_ptr<const Reaction> reaction;  // null: the module's command bus
  };

  LogProcessor(Store& store, const Registry& registry, StateCache& shared_cache, Handler handler, Log log);

  Result<bool> step(Timestamp now) override;
  Result<std::optional<Timestamp>> next_due() override;
  const std::string& name() const override { return handler_.processor; }
  Position position() const override { return cursor_; }
  const Filter* reads() const override { return &handler_.filter; }
  bool is_effect() const override;
  void reload() override { reload_.store(true); }

 private:
  struct Failed {
    std::string error;
    bool transient = false;
  };

  Result<void> load();
  [[nodiscard]] bool concerns(const Message& message) const;
  [[nodiscard]] std::string key_of(const Message& message) const;
  std::optional<Failed> handle(const Message& message, HopBuilder& builder);
  // Stages what follows from a failure: the mapped answer, or an entry that waits or is parked.
  std::optional<ParkedMessage> settle_failure(const Message& message, Failed failed, std::uint32_t attempts,
                                              Timestamp now, HopBuilder& builder);
  [[nodiscard]] std::optional<Position> due_retry(Timestamp now) const;
  Result<bool> read_on(Timestamp now);
  Result<bool> retry(const ParkedMessage& entry, Timestamp now);
  Result<bool> move_checkpoint(Position to);
  Result<bool> commit(Commit commit, HopBuilder& builder, Position to);
  Result<bool> refused(Error error);
  void hold(const ParkedMessage& entry);
  void release(Position position);
  void tell(const std::string& text) const;

  Store& store_;
  const Registry& registry_;
  StateCache own_cache_;  // forwarders look back in time, which would spoil the shared one
  StateCache& cache_;
  const Handler handler_;
  const Log log_;
  std::atomic<bool> reload_{true};

  // Below: only the stepping thread.
  Position checkpoint_ = 0;  // as committed
  Position cursor_ = 0;      // read and found not to concern us, or handled
  std::size_t batch_ = ProcessorLimits::batch_messages;
  std::uint32_t conflicts_ = 0;
  bool overtaken_ = false;  // since the last commit of our own: told once
  std::map<Position, ParkedMessage> held_;
  std::unordered_map<std::string, std::set<Position>> held_by_key_;
  std::set<std::pair<Timestamp, Position>> retries_;
  std::optional<Error> unstorable_;  // why the single message after cursor_ cannot be committed
};

}  // namespace lasagne::detail
