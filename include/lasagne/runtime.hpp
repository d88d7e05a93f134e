// The runtime: runs the processors of its modules over a store, and handles commands.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lasagne/command_envelope.hpp"
#include "lasagne/etag.hpp"
#include "lasagne/log_entry.hpp"
#include "lasagne/module.hpp"
#include "lasagne/store.hpp"

namespace lasagne {

// The runtime may call the functions from several threads at once, and never holds a lock meanwhile. It logs what they
// throw.
struct RuntimeOptions {
  // Gives the time of everything that the runtime records, by which retries and timers are due. Unset: the store's
  // clock. While it throws, time stands still.
  std::function<Timestamp()> clock = nullptr;
  // Called with everything that is worth a log line: an attempt that failed, a message that was parked, a processor
  // that lost its checkpoint, a store that failed. What it throws goes to standard error, with the entry's text.
  std::function<void(const LogEntry& entry)> log = nullptr;
  // Called once, from a thread of the runtime, when the store has failed for good and the processors have stopped: the
  // program should end and be started again.
  std::function<void(const Error& error)> failed = nullptr;
  // The rounds over all processors after which run_until_idle gives up, since handlers seem to answer one another
  // without end. A round does up to some thousand hops.
  std::uint64_t rounds_until_idle = 1'000'000;
};

// What a command has done.
struct Executed {
  std::optional<ETag> etag = std::nullopt;  // the target stream's revision; empty if it still has no event
  std::string stream = {};
  Uuid correlation_id = {};
  std::vector<MessagePtr> events = {};  // those that were recorded, in order; none if nothing changed
  Position position = 0;                // of the last of them, or where the log ended; everything up to it is durable
};

struct Refusal {
  enum class Kind : std::uint8_t {
    rejected,  // by the business rules: see `rejection`
    conflict,  // the stream is not at the caller's expected revision, or stays contended: see error.actual_revision
    failed,    // anything else: see `error`
  };
  Kind kind = Kind::failed;
  Rejection rejection = {};
  Error error = {};
};
using ExecuteResult = std::expected<Executed, Refusal>;

struct ExecuteOptions {
  // The revision that the target must be at (an If-Match). Unset: after a conflict the runtime loads and decides again,
  // a bounded number of times.
  std::optional<ExpectedRevision> expected = std::nullopt;
  // The process that the command belongs to. Unset: that of the target stream, or a new one.
  std::optional<Uuid> correlation_id = std::nullopt;
  std::string traceparent = {};
};

template <class D>
struct Loaded {
  typename D::State state{};
  std::optional<ETag> etag = std::nullopt;  // empty when the stream does not exist: the state is the initial one
};

namespace detail {
class RuntimeImpl;
}

// All functions may be called from several threads. The store must outlive the runtime. A second runtime on the same
// store does no harm, but in each race for a checkpoint one of the two loses its work. Handlers and the functions of
// RuntimeOptions may call every function but start, run_until_idle and wait_until_idle, which refuse.
class Runtime {
 public:
  // Throws std::invalid_argument when the modules contradict one another (two handlers of one command, one name
  // twice, two types of one name, a bad name, a handler that lists what can never come to it) or the store was opened
  // read-only, and std::runtime_error when the store cannot be read. Takes over the checkpoints and parked messages
  // that handlers left before type names were qualified.
  Runtime(Store& store, std::vector<Module> modules, RuntimeOptions options = {});
  // Stops, and waits up to an hour for an effect handler that is still running. One that takes longer is a bug, and
  // ends the program.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Starts the threads that run the processors; does nothing if they run. Everything goes on where it was when it last
  // stopped, however it stopped. While another thread stops the runtime, or after a stop that gave false, it first
  // waits for the end. The first start logs what nobody serves: commands that no module reads, as after a module was
  // renamed, checkpoints past the log's end, and messages that are held under a name from before type names were
  // qualified and were not taken over.
  void start();
  // Why the processors have stopped by themselves, which they do when the store has failed for good. Empty while all
  // is well, and after start().
  [[nodiscard]] std::optional<Error> failure() const;
  // Finishes the hops under way, flushes, and ends the threads. Gives false if an effect handler was still running at
  // the bound; a later stop or start, or the destructor, joins its thread. The runtime may be started again. Several
  // threads may stop it at once: each gets its answer when the threads have ended, or at its own bound. When a handler
  // calls it, it only asks for the stop, and gives false.
  bool stop(std::chrono::milliseconds bound = std::chrono::seconds(10));
  // Runs every processor on this thread until none has anything to do now, then flushes. Retries and timers that are
  // not due stay. Answers `invalid` while the runtime is started, `handler_failed` when there is still work after
  // rounds_until_idle (what was done stays done), and otherwise the store's errors. A call beside another one waits for
  // its turn.
  [[nodiscard]] Result<void> run_until_idle();
  // Blocks until nothing is left to do but timers and retries that are not due. Answers `invalid` unless the runtime is
  // started, and `unavailable` when it is stopped meanwhile.
  [[nodiscard]] Result<void> wait_until_idle();

  // Handles the command now: loads its target, decides, appends. The events are durable on return. When a handler
  // throws or a stream does not fold, the refusal is `failed` with the code handler_failed; for a command that no
  // module handles, or an event that would not read back as it is (see to_exact_json), it is `failed` with the code
  // invalid. Then nothing was recorded, and nothing is parked.
  template <class Command>
  [[nodiscard]] ExecuteResult execute(const Command& command, const ExecuteOptions& options = {}) {
    static_assert(detail::Struct<Command>, "lasagne: a command is a struct (not a std::variant: pass what is in it)");
    return execute_erased(detail::command_ref(command), options);
  }
  // Puts the command on its module's bus, durable on return; it is handled later, exactly once. A rejection is recorded
  // as CommandRejected. Answers `invalid` for a command that no module handles, that would not read back as it is or is
  // too large, and `handler_failed` when the decider's id throws.
  template <class Command>
  [[nodiscard]] Result<Sent> send(const Command& command, const SendOptions& options = {}) {
    static_assert(detail::Struct<Command>, "lasagne: a command is a struct (not a std::variant: pass what is in it)");
    auto sent = send_erased({{detail::command_ref(command), &options}});
    if (!sent) return std::unexpected(std::move(sent.error()));
    return std::move(sent->front());
  }
  // Sends several commands, to one module or many, in one atomic append: all of them are sent, or none. Those for one
  // module keep their order. There may be at most Limits::messages_per_commit; an empty list does nothing.
  //   runtime.send_all({OpenJob{id, "paint"}, {DoWork{id, 5}, {.traceparent = trace}}})
  [[nodiscard]] Result<std::vector<Sent>> send_all(const std::vector<CommandEnvelope>& commands);
  // The state of a decider's stream with its revision; what it shows is durable. Recently used states are in a cache,
  // so that a long stream is not read again. Answers `handler_failed` when the stream does not fold.
  template <class D>
  [[nodiscard]] Result<Loaded<D>> load(const Uuid& id) {
    using State = typename D::State;
    std::optional<State> state;
    const auto read = [&state](detail::AnyState& any) {
      auto& value = static_cast<detail::TypedState<D>&>(any).value;
      if constexpr (std::copy_constructible<State>) {
        state.emplace(std::as_const(value));
        return true;
      } else {
        state.emplace(std::move(value));
        return false;
      }
    };
    auto revision = load_erased(stream_of<D>(id), &detail::make_state<D>, read);
    if (!revision) return std::unexpected(std::move(revision.error()));
    Loaded<D> loaded{*std::move(state)};
    if (*revision) loaded.etag = ETag{**revision};
    return loaded;
  }

  struct ParkedView {
    ParkedMessage entry;
    MessagePtr message;  // null if its stream was truncated or deleted since
  };
  // What is parked, waits for another attempt, is queued behind such a message, or is being called: the first `limit`
  // in the order of their positions, and beyond it the entries of other processors for the last one's message.
  [[nodiscard]] Result<std::vector<ParkedView>> parked(std::size_t limit = 100);
  // Handles the message again, and then its key's successors in order. Answers `not_found` if it is not held, and
  // `invalid` if it is queued behind another one, is being retried already, or is held for a handler that no module of
  // this runtime has.
  [[nodiscard]] Result<void> retry_parked(const std::string& processor, Position position);
  // The same with other data (JSON of the message's type) in place of what was recorded; the log keeps the original.
  [[nodiscard]] Result<void> edit_and_retry_parked(const std::string& processor, Position position, std::string data);
  // Gives up the message for good, even if it waits for its next attempt, and goes on with its key's successors.
  [[nodiscard]] Result<void> skip_parked(const std::string& processor, Position position);

 private:
  ExecuteResult execute_erased(const detail::CommandRef& command, const ExecuteOptions& options);
  Result<std::vector<Sent>> send_erased(const std::vector<detail::CommandToSend>& commands);
  // `read` says whether it left the state whole.
  Result<std::optional<Revision>> load_erased(const std::string& stream, detail::MakeState make,
                                              const std::function<bool(detail::AnyState&)>& read);

  std::unique_ptr<detail::RuntimeImpl> impl_;
};

}  // namespace lasagne
