// The time that messages are recorded at: that of a clock, which may be wrong.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "lasagne/message.hpp"

namespace lasagne::detail {

// Time does not go back along the log while a clock is behind the last message by up to Limits::clock_tolerance. By
// more, one of the two is wrong: the clock, if it stands before the log's first message and before earliest_clock, as
// one does that has lost its battery, and then time stays where it is; else the one that recorded the last message, and
// then time follows the clock again, so that it does not stand still for years.
class RecordingClock {
 public:
  using Steady = std::chrono::steady_clock::time_point;
  // When the log's first message was recorded; empty when that cannot be told.
  using First = std::function<std::optional<Timestamp>()>;
  using Clock = std::function<Timestamp()>;
  // 2026-01-01, before there was a Lasagne.
  static constexpr Timestamp earliest_clock{1'767'225'600'000'000};

  RecordingClock() = default;
  // `last` is when the log's last message was recorded.
  explicit RecordingClock(Timestamp last) : last_(last) {}

  // For a commit that comes at `now` by the clock of whoever made it. `own` is the store's: a commit that was made long
  // ago, by a process that slept meanwhile, says nothing of the clock.
  Timestamp record(Timestamp now, const Clock& own, const First& first);
  // What a person should know of it, since this was last asked.
  [[nodiscard]] std::optional<std::string> take_note() { return std::exchange(note_, std::nullopt); }

 private:
  void refer_to(Timestamp now);
  void look_ahead(Timestamp now);
  Timestamp look_behind(Timestamp now, const Clock& own, const First& first);

  Timestamp last_;
  std::optional<Timestamp> reference_;  // what the clock said, since the log was opened, and
  Steady reference_steady_;             // when that was, by a clock that nobody sets
  bool behind_ = false;                 // was told of a clock before the log's first message
  std::optional<std::string> note_;
};

}  // namespace lasagne::detail
