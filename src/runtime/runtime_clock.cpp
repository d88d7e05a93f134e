#include "runtime/runtime_clock.hpp"

#include "runtime/guarded.hpp"

namespace lasagne::detail {

Timestamp RuntimeClock::now() const {
  const auto read = guarded(clock_);
  if (read) {
    last_.store(read->microseconds);
    if (broken_.load()) broken_.store(false);
    return *read;
  }
  const Timestamp last{last_.load()};
  if (!broken_.exchange(true)) {
    log_({LogEntry::Level::error,
          "RuntimeOptions::clock threw, so time stands still at " + last.to_string() + ": " + read.error().error,
          {},
          0,
          0,
          read.error().error});
  }
  return last;
}

}  // namespace lasagne::detail
