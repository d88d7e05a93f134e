// The program's log, as the engine writes to it.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "lasagne/log_entry.hpp"

namespace lasagne::detail {

// Thread-safe as far as the program's function is. That function may throw: then the entry goes to standard error, so
// that it is not lost.
class RuntimeLog {
 public:
  explicit RuntimeLog(std::function<void(const LogEntry&)> write = nullptr) : write_(std::move(write)) {}

  void operator()(const LogEntry& entry) const;

 private:
  const std::function<void(const LogEntry&)> write_;  // may be unset
};

}  // namespace lasagne::detail
