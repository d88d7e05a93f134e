#include "store/log/recording_clock.hpp"

namespace lasagne::detail {

namespace {
// A log that nobody wrote to for longer than this is told of when it is written to again.
constexpr Duration longest_rest = std::chrono::days(366);
}  // namespace

Timestamp RecordingClock::record(Timestamp now, const Clock& own, const First& first) {
  if (now < last_) {
    now = last_ - now > Limits::clock_tolerance ? look_behind(now, own, first) : last_;
  } else {
    behind_ = false;
    if (now - last_ > Limits::clock_tolerance) look_ahead(now);
  }
  if (!reference_) refer_to(now);
  return last_ = now;
}

void RecordingClock::refer_to(Timestamp now) {
  reference_ = now;
  reference_steady_ = std::chrono::steady_clock::now();
}

void RecordingClock::look_ahead(Timestamp now) {
  bool jumped = false;
  if (reference_) {
    const auto passed = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - reference_steady_);
    jumped = now - (*reference_ + passed) > Limits::clock_tolerance;
  }
  const bool rested = !reference_ && last_ != Timestamp{} && now - last_ > longest_rest;
  refer_to(now);
  if (!jumped && !rested) return;
  note_ = (jumped ? "the clock jumped to " : "the clock stands at ") + now.to_string() +
          "; the last message was recorded at " + last_.to_string() +
          ". If the clock is wrong, set it back: what is recorded then has the right time again, and timers that were "
          "set meanwhile are due at the times that they name";
}

Timestamp RecordingClock::look_behind(Timestamp now, const Clock& own, const First& first) {
  if (last_ - own() <= Limits::clock_tolerance) return last_;
  const auto begin = first();
  if (!begin || (now < *begin && now < earliest_clock)) {
    if (!behind_) {
      note_ = "the clock stands at " + now.to_string() + ", before the log's first message: set it right. Until then " +
              "messages get the time of the last one, " + last_.to_string();
    }
    behind_ = true;
    return last_;
  }
  refer_to(now);
  note_ = "the clock stands at " + now.to_string() + ", and the last message was recorded at " + last_.to_string() +
          ", by a clock that was ahead: from here on messages get the time of the clock again";
  return now;
}

}  // namespace lasagne::detail
