// The time as the runtime goes by it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "lasagne/timestamp.hpp"
#include "runtime/runtime_log.hpp"

namespace lasagne::detail {

// Thread-safe as far as the program's function is. While that function throws, time stands still, so that nothing fires
// early; the log is told once, until it works again.
class RuntimeClock {
 public:
  // `log` must outlive it.
  RuntimeClock(std::function<Timestamp()> clock, const RuntimeLog& log) : clock_(std::move(clock)), log_(log) {}

  [[nodiscard]] Timestamp now() const;

 private:
  const std::function<Timestamp()> clock_;
  const RuntimeLog& log_;
  mutable std::atomic<std::int64_t> last_{0};  // microseconds
  mutable std::atomic<bool> broken_{false};
};

}  // namespace lasagne::detail
