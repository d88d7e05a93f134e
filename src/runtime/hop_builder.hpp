// One commit in the making: what the handlers of a micro-batch decided, message by message.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lasagne/detail/handlers.hpp"
#include "lasagne/store.hpp"
#include "runtime/registry.hpp"
#include "runtime/state_cache.hpp"

namespace lasagne::detail {

// Not thread-safe. `store`, `cache` and `registry` must outlive it.
class HopBuilder {
 public:
  HopBuilder(Store& store, StateCache& cache, const Registry& registry, std::string_view module,
             std::string_view processor)
      : store_(store), cache_(cache), registry_(registry), module_(module), processor_(processor) {}

  // What effects see of a stop.
  void stop_token(std::stop_token token) { stop_token_ = std::move(token); }

  // Each handles one message and stages what it decided, or throws and stages nothing.
  void command(const Message& message);
  // False when the decider has no answer to the failure.
  [[nodiscard]] bool command_failure(const Message& message, const Failure& failure);
  void reaction(const Reaction& reaction, const Message& message);
  [[nodiscard]] bool reaction_failure(const Reaction& reaction, const Message& message, const Failure& failure);

  [[nodiscard]] bool empty() const noexcept { return messages_ == 0 && timers_set_.empty() && cancelled_.empty(); }
  [[nodiscard]] std::size_t messages() const noexcept { return messages_; }

  // The staged appends and timers; afterwards only committed() or discard by destruction.
  [[nodiscard]] Commit take();
  // The commit is in the log: the states go back to the cache at their new revisions.
  void committed(const Commit& commit, const Committed& result);

 private:
  class OneHop;
  struct Staged {
    std::string stream;
    LoadedState loaded;
    std::vector<NewMessage> messages;
    bool spoiled = false;  // its state is no longer to be trusted: not cached
  };
  struct Shared {
    std::string stream;
    std::vector<NewMessage> messages;
  };

  Staged& stage(const std::string& stream, MakeState make);
  void stage_decided(const Message& cause, Staged& staged, const AnyCommand& command, Decided decided);
  void stage_outbox(const Message& cause, Outbox outbox, const std::string& own_stream);
  void send(std::string_view stream, NewMessage message);
  // The id follows from the cause, `maker`, what it makes, and which one of these it is.
  [[nodiscard]] NewMessage derived(const Message& cause, MessageKind kind, std::string_view maker,
                                   std::string_view what, std::size_t index, Encoded encoded);
  [[nodiscard]] static NewMessage message_of(const Message& cause, MessageKind kind, std::string_view tag,
                                             Encoded encoded);

  Store& store_;
  StateCache& cache_;
  const Registry& registry_;
  const std::string_view module_;
  const std::string_view processor_;
  std::deque<Staged> states_;                                  // streams with a state
  std::unordered_map<std::string_view, Staged*> state_index_;  // the same by name
  std::vector<Shared> shared_;                                 // buses and external streams: a few
  std::string tag_;                                            // kept for its memory
  std::map<std::string, Timer> timers_set_;
  std::vector<std::string> cancelled_;
  std::size_t messages_ = 0;
  std::stop_token stop_token_;
};

}  // namespace lasagne::detail
