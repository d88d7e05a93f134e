// Where a handler begins that has never run.
#pragma once

#include <atomic>
#include <limits>
#include <string>

#include "lasagne/handler_options.hpp"
#include "lasagne/store.hpp"

namespace lasagne::detail {

// Of one processor. Thread-safe.
class FirstCheckpoint {
 public:
  explicit FirstCheckpoint(const StartFrom& start) : start_(start) {}

  // The processor starts, and the log ends here: StartFrom::now() means this place from now on, however often a store
  // that is away has to be asked before it records it. Only the first call counts.
  void start_at(Position end) noexcept;

  // The processor's checkpoint. At its first start, when none was ever recorded, it is put where the handler begins;
  // that is durable on return, so that no later start moves it.
  [[nodiscard]] Result<Position> record(Store& store, const std::string& processor);

 private:
  static constexpr Position not_started = std::numeric_limits<Position>::max();

  const StartFrom start_;
  std::atomic<Position> end_{not_started};  // of the log, at the first start
};

}  // namespace lasagne::detail
