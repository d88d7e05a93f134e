// The runtime: runs the processors of its modules over a store, and handles commands.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lasagne/etag.hpp"
#include "lasagne/log_entry.hpp"
#include "lasagne/module.hpp"
#include "lasagne/store.hpp"

namespace lasagne {

struct RuntimeOptions {
  std::function<Timestamp()> clock = nullptr;  // unset: the store's; called from several threads
  // Told of everything worth a log line: an attempt that failed, a message parked, a processor that lost its
  // checkpoint, a store that failed. Called from the runtime's threads, never with a lock held. What it throws goes to
  // standard error, with the entry's text.
  std::function<void(const LogEntry& entry)> log = nullptr;
  // Told once, from a thread of the runtime, when the store failed for good and the processors have stopped: a program
  // does best to end and be started again. Must neither throw nor stop the runtime itself.
  std::function<void(const Error& error)> failed = nullptr;
  // After so many rounds over all processors run_until_idle gives up: handlers keep giving one another work. A round
  // does up to some thousand hops.
  std::uint64_t rounds_until_idle = 1'000'000;
};

// How a command came out.
struct Executed {
  std::optional<ETag> etag;  // of the target stream; empty if it still has no event
  std::string stream;
  Uuid correlation_id;
  std::size_t events = 0;  // how many were recorded
};

struct Refusal {
  enum class Kind : std::uint8_t {
    rejected,  // by the business rules: see `rejection`
    conflict,  // the stream is not at the caller's expected revision, or stays contended: see error.actual_revision
    failed,    // anything else: see `error`
  };
  Kind kind = Kind::failed;
  Rejection rejection;
  Error error;
};
using ExecuteResult = std::expected<Executed, Refusal>;

struct ExecuteOptions {
  // The revision the target must be at (an If-Match). Unset: a conflict is reloaded and decided again, a bounded number
  // of times.
  std::optional<ExpectedRevision> expected;
  // The process the command belongs to. Unset: that of the target stream, or a new one.
  std::optional<Uuid> correlation_id;
  std::string traceparent;
};

struct SendOptions {
  Uuid id;  // nil: a fresh one. The same id again within the bus stream's recent ids is sent once
  std::optional<Uuid> correlation_id;
  std::string traceparent;
};

struct Sent {
  Uuid id;
  Uuid correlation_id;
  Position position = 0;
};

template <class D>
struct Loaded {
  typename D::State state{};
  std::optional<ETag> etag;  // empty when the stream does not exist: the state is the initial one
};

namespace detail {
class RuntimeImpl;
}

// All functions may be called from several threads. The store must outlive it, and runs under one runtime at a time (a
// second one on the same store is harmless but loses every race for a checkpoint).
class Runtime {
 public:
  // Throws std::invalid_argument when the modules contradict one another (two handlers of one command, one name
  // twice, two types of one name, a bad name, a handler that lists what can never come to it), and std::runtime_error
  // when the store cannot be read. Takes over the checkpoints and parked messages that handlers left before type names
  // were qualified.
  Runtime(Store& store, std::vector<Module> modules, RuntimeOptions options = {});
  // Stops, and waits up to an hour for an effect handler that is still running; one that takes longer is a bug that
  // ends the program.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Starts the threads that run the processors. Everything goes on where it was when it last stopped, however it
  // stopped. After a stop that gave false it first waits for the handler that was left running.
  void start();
  // Why the processors have stopped by themselves: the store failed for good. Empty while all is well, and after
  // start().
  [[nodiscard]] std::optional<Error> failure() const;
  // Finishes the hops under way, flushes, and ends the threads; false if an effect handler was still running at the
  // bound (its thread is joined by the destructor). May be started again.
  bool stop(std::chrono::milliseconds bound = std::chrono::seconds(10));
  // Runs every processor on this thread until none has anything to do now, then flushes. Retries and timers that are
  // not due stay. `invalid` while started; `handler_failed` when that has no end within rounds_until_idle, and all that
  // was done stays done; else the store's errors. One thread at a time.
  [[nodiscard]] Result<void> run_until_idle();
  // Blocks until nothing is left to do but timers and retries that are not due. For a started runtime.
  [[nodiscard]] Result<void> wait_until_idle();

  // Handles the command now: loads its target, decides, appends. The events are durable on return. A handler that
  // throws, or a stream that does not fold, is `failed` with the code handler_failed; a command that no module handles,
  // and an event that would not read back as it is (see to_exact_json), with the code invalid: nothing was recorded,
  // nothing is parked.
  template <class Command>
  [[nodiscard]] ExecuteResult execute(const Command& command, const ExecuteOptions& options = {}) {
    static_assert(detail::Struct<Command>, "lasagne: a command is a struct (not a std::variant: pass what is in it)");
    return execute_erased(detail::message_type<Command>, &command, options);
  }
  // Puts the command on its module's bus, durable on return; it is handled later, exactly once. A rejection is recorded
  // as CommandRejected. `invalid` for a command that no module handles or that would not read back as it is.
  template <class Command>
  [[nodiscard]] Result<Sent> send(const Command& command, const SendOptions& options = {}) {
    static_assert(detail::Struct<Command>, "lasagne: a command is a struct (not a std::variant: pass what is in it)");
    return send_erased(detail::message_type<Command>, &command, &detail::write_erased<Command>, options);
  }
  // The state of a decider's stream with its revision; what it shows is durable.
  template <class D>
  [[nodiscard]] Result<Loaded<D>> load(const Uuid& id) {
    detail::TypedState<D> state;
    auto revision = load_erased(stream_of<D>(id), state);
    if (!revision) return std::unexpected(std::move(revision.error()));
    Loaded<D> loaded{std::move(state.value), std::nullopt};
    if (*revision) loaded.etag = ETag{**revision};
    return loaded;
  }

  struct ParkedView {
    ParkedMessage entry;
    MessagePtr message;  // null if its stream was truncated or deleted since
  };
  // The first `limit` in order of position, and over it those that hold back the same message as the last one.
  [[nodiscard]] Result<std::vector<ParkedView>> parked(std::size_t limit = 100);
  // Handles the message again, and then its key's successors in order. `not_found` if it is not held; `invalid` if it
  // queues behind another one, or is being retried already.
  [[nodiscard]] Result<void> retry_parked(const std::string& processor, Position position);
  // The same with other data (JSON of the message's type) in place of the recorded; the log keeps the original.
  [[nodiscard]] Result<void> edit_and_retry_parked(const std::string& processor, Position position, std::string data);
  // Gives the message up for good, also one that waits for its next attempt, and goes on with its key's successors.
  [[nodiscard]] Result<void> skip_parked(const std::string& processor, Position position);

 private:
  ExecuteResult execute_erased(const detail::MessageType& type, const void* command, const ExecuteOptions& options);
  Result<Sent> send_erased(const detail::MessageType& type, const void* command, detail::WriteValue write,
                           const SendOptions& options);
  Result<std::optional<Revision>> load_erased(const std::string& stream, detail::AnyState& state);

  std::unique_ptr<detail::RuntimeImpl> impl_;
};

}  // namespace lasagne
