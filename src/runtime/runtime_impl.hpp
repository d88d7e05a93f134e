// What stands behind Runtime.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lasagne/runtime.hpp"
#include "runtime/processor_loops.hpp"
#include "runtime/registry.hpp"
#include "runtime/runtime_clock.hpp"
#include "runtime/runtime_log.hpp"
#include "runtime/state_cache.hpp"

namespace lasagne::detail {

class RuntimeImpl {
 public:
  RuntimeImpl(Store& store, std::vector<Module> modules, RuntimeOptions options);

  void start();
  std::optional<Error> failure() { return loops_.failure(); }
  bool stop(std::chrono::milliseconds bound) { return loops_.stop(bound); }
  Result<void> run_until_idle();
  Result<void> wait_until_idle() { return loops_.wait_until_idle(); }

  ExecuteResult execute(const CommandRef& command, const ExecuteOptions& options);
  Result<std::vector<Sent>> send(const std::vector<CommandToSend>& commands);
  // Gives the state to `read`, which says whether it left it whole. Empty when the stream does not exist.
  Result<std::optional<Revision>> load(const std::string& stream, MakeState make,
                                       const std::function<bool(AnyState&)>& read);

  Result<std::vector<Runtime::ParkedView>> parked(std::size_t limit);
  // Sends a parked message back for an attempt, or removes it and sends its successor.
  Result<void> settle_parked(const std::string& processor, Position position, bool skip, std::string edited_data);

 private:
  [[nodiscard]] Timestamp now() const { return clock_.now(); }
  [[nodiscard]] bool runs(const std::string& processor) const;
  void tell_what_nobody_serves();
  // The first checkpoints of handlers that have never run.
  void record_starts();
  ExecuteResult decide_once(const Decider& decider, const AnyCommand& command, const ExecuteOptions& options);
  ExecuteResult record(const AnyCommand& command, LoadedState loaded, Decided decided, const ExecuteOptions& options);
  Result<Sent> stage(const CommandToSend& sending, Commit& commit);

  Store& store_;
  const std::uint64_t rounds_until_idle_;
  const RuntimeLog log_;
  const RuntimeClock clock_;
  const Registry registry_;
  StateCache cache_;
  std::vector<std::unique_ptr<Processor>> processors_;
  std::once_flag told_;  // what nobody serves
  ProcessorLoops loops_;
};

}  // namespace lasagne::detail
