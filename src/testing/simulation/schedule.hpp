// What happens in a run, drawn from the seed before it begins: a list of steps, each of which stands for itself. So any
// of them can be left out, and the others still mean the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lasagne/timestamp.hpp"

namespace lasagne::testing::detail {

enum class Fault : std::uint8_t {
  none,
  // at a commit
  crash_before,
  crash_after,
  conflict,
  unavailable,
  unknown_committed,
  unknown_lost,
  twice,         // the answer is the first one's
  twice_retold,  // the first answer got lost
  zombie,        // paused in front of the commit for `amount` steps
  // in a handler
  throws_before,
  throws_after,
  throws_something,  // that is no std::exception
  gives_up,          // a PermanentError, after the work was done
  // at a read
  read_unavailable,
};
inline constexpr std::size_t fault_kinds = 15;

struct Step {
  enum class Kind : std::uint8_t {
    hop,      // a processor of a node steps
    arrival,  // of the next command of session number `amount`
    time,     // `amount` microseconds pass
    clock,    // of a node, or of the store, is off by `amount` microseconds from now on
    flush,
    pause,  // of a node, for `amount` steps
    lag,    // a processor does not step on any node for `amount` steps
    retry_parked,
    node_crash,
    machine_crash,
    disk_failure,  // the next flush fails; its batch is kept when `amount` is odd
    outage,        // no flush comes about for `amount` steps, and nothing is lost
    again,         // a command that arrived long ago arrives once more: one of session number `amount`
  };
  Kind kind = Kind::hop;
  Fault fault = Fault::none;
  bool repeated = false;   // an arrival that comes twice
  bool durable = false;    // an arrival whose sender waits for the flush
  std::uint32_t node = 0;  // these two are taken modulo what there is
  std::uint32_t processor = 0;
  std::uint32_t at = 0;     // which commit, handler or read of the hop the fault hits
  std::uint32_t slice = 0;  // a read gives at most so many messages; 0: as many as asked for
  std::int64_t amount = 0;
  std::uint32_t which = 0;  // of the session's commands, modulo those that arrived
};

struct Schedule {
  std::vector<Step> steps;
  std::vector<std::size_t> sent;  // of each session, how many of its commands are sent
};

struct ScheduleBounds {
  std::uint64_t seed = 0;
  std::size_t steps = 0;
  std::size_t nodes = 0;
  std::size_t processors = 0;  // of a node
  std::vector<std::size_t> sessions;
  unsigned faults_per_mille = 0;
  Duration clock_jump{};
};

// The same for the same bounds, on every machine.
[[nodiscard]] Schedule draw_schedule(const ScheduleBounds& bounds);

[[nodiscard]] std::string to_string(Fault fault);
[[nodiscard]] constexpr bool is_crash(Fault fault) {
  return fault == Fault::crash_before || fault == Fault::crash_after;
}
[[nodiscard]] constexpr bool hits_commit(Fault fault) { return fault >= Fault::crash_before && fault <= Fault::zombie; }
[[nodiscard]] constexpr bool hits_handler(Fault fault) {
  return fault >= Fault::throws_before && fault <= Fault::gives_up;
}

}  // namespace lasagne::testing::detail
