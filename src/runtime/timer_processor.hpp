// Fires due timers.
#pragma once

#include <string>

#include "runtime/processor.hpp"
#include "runtime/runtime_log.hpp"

namespace lasagne::detail {

// Appends the message of each due timer to its stream, once. A message that its stream refuses for good goes to the
// stream timers__undeliverable, where people find it.
class TimerProcessor final : public Processor {
 public:
  TimerProcessor(Store& store, const RuntimeLog& log) : store_(store), log_(log) {}
  Result<bool> step(Timestamp now) override;
  Result<std::optional<Timestamp>> next_due() override { return store_.next_timer(); }
  const std::string& name() const override { return name_; }

 private:
  Result<bool> fire(const Timer& timer, Timestamp now);

  Store& store_;
  const RuntimeLog& log_;
  const std::string name_ = "timers";
};

}  // namespace lasagne::detail
