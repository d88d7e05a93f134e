// Processors as step machines: no thread, no clock of their own. Each step does at most one micro-batch hop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "lasagne/store.hpp"

namespace lasagne::detail {

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

class EffectProcessor;

// One thread at a time steps a processor.
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
  // Not null if its handlers call the outside world and may block.
  [[nodiscard]] virtual EffectProcessor* as_effect() noexcept { return nullptr; }
  // Any thread. The runtime starts while the log ends here: where a handler begins that has never run.
  virtual void start_at(Position end) { (void)end; }
  // Any thread. Records where that is, durably. Errors: as step(), which records it if this could not.
  [[nodiscard]] virtual Result<void> record_start() { return {}; }
  // Any thread. Reads checkpoint and parked messages anew before the next step.
  virtual void reload() {}
};

// What a processor does about a commit that the store refused.
enum class Refused : std::uint8_t {
  decide_again,  // somebody else wrote to a target
  read_again,    // another node moved on, or nobody knows: the log does, so go on from what it says
  wait,          // the store is unavailable or has failed
  for_good,      // this commit can never be stored
};
[[nodiscard]] Refused meaning_of(ErrorCode code) noexcept;

}  // namespace lasagne::detail
