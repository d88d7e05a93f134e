#include "runtime/timer_processor.hpp"

#include <utility>

namespace lasagne::detail {

namespace {
constexpr std::string_view undeliverable_stream = "timers__undeliverable";
}

Result<bool> TimerProcessor::step(Timestamp now) {
  auto next = store_.next_timer();
  if (!next) return std::unexpected(std::move(next.error()));
  if (!*next || **next > now) return false;
  auto due = store_.due_timers(now, ProcessorLimits::timers_in_a_row);
  if (!due) return std::unexpected(std::move(due.error()));
  bool moved = false;
  for (const auto& timer : *due) {
    const auto fired = fire(timer, now);
    if (!fired) return fired;
    moved = moved || *fired;
  }
  return moved;
}

// False when somebody else has fired or cancelled it meanwhile. A timer whose message can be appended nowhere goes all
// the same: it would be due for ever.
Result<bool> TimerProcessor::fire(const Timer& timer, Timestamp now) {
  std::string cause;
  for (const auto& stream : {timer.stream, std::string(undeliverable_stream), std::string()}) {
    Commit commit;
    commit.recorded_at = now;
    commit.timer_fired = Commit::Fire{timer.key, timer.message.id};
    if (!stream.empty()) commit.appends.push_back({stream, ExpectedRevision::any(), {timer.message}});
    auto fired = store_.append(commit, Await::visible);
    if (fired) {
      if (!cause.empty()) {
        log_({LogEntry::Level::error,
              "the timer " + timer.key + " fired, but its " + timer.message.type + " cannot be appended to " +
                  timer.stream + " and is " + (stream.empty() ? "dropped" : "kept in " + stream) + ": " + cause,
              name_, fired->position, 0, cause});
      }
      return true;
    }
    if (meaning_of(fired.error().code) == Refused::wait) return std::unexpected(std::move(fired.error()));
    if (meaning_of(fired.error().code) != Refused::for_good || fired.error().code == ErrorCode::timer_gone) break;
    cause = std::move(fired.error().message);
  }
  return false;
}

}  // namespace lasagne::detail
