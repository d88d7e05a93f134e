// Handlers as the engine knows them, whatever their types. Not for users.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "lasagne/decider.hpp"
#include "lasagne/detail/message_type.hpp"
#include "lasagne/message.hpp"
#include "lasagne/retry.hpp"
#include "lasagne/send.hpp"

namespace lasagne::detail {

// A message that does not decode as the type it claims: permanent.
class DecodeFailure : public PermanentError {
 public:
  using PermanentError::PermanentError;
};

[[noreturn]] void throw_unknown_type(std::string_view type, std::string_view wanted_by);

// The state of one stream, folded from its messages.
class AnyState {
 public:
  virtual ~AnyState() = default;
  virtual void apply(std::string_view type, std::string_view data) = 0;  // throws DecodeFailure, or what evolve throws
};

// Folds a stream's messages; its address tells state types apart.
using MakeState = std::unique_ptr<AnyState> (*)();

// What decide answered, encoded; `state` was evolved by the events.
struct Decided {
  std::vector<Encoded> events;
  std::optional<Rejection> rejection;
};

// A command of one of a decider's types, of its own or the caller's.
class AnyCommand {
 public:
  using Destroy = void (*)(void* value);
  // Without `destroy` the value is the caller's.
  AnyCommand(std::size_t index_of_type, void* command, Destroy destroy) noexcept
      : index(index_of_type), value(command), destroy_(destroy) {}
  AnyCommand(const AnyCommand&) = delete;
  AnyCommand& operator=(const AnyCommand&) = delete;
  ~AnyCommand();

  const std::size_t index;  // of the type among command_types()
  void* const value;
  std::string stream;  // the target

 private:
  const Destroy destroy_;
};

class Decider {
 public:
  virtual ~Decider() = default;
  [[nodiscard]] virtual std::string_view category() const = 0;
  [[nodiscard]] virtual std::span<const MessageType> command_types() const = 0;
  [[nodiscard]] virtual std::span<const MessageType> event_types() const = 0;
  [[nodiscard]] virtual MakeState state() const = 0;
  [[nodiscard]] virtual std::unique_ptr<AnyCommand> decode(std::string_view type, std::string_view data) const = 0;
  // `command` points to a value of this type, which must outlive what is given; null when that is no alternative of
  // D::Command.
  [[nodiscard]] virtual std::unique_ptr<AnyCommand> wrap(const std::type_info& type, const void* command) const = 0;
  [[nodiscard]] virtual Decided decide(const AnyCommand& command, AnyState& state) const = 0;
  // Whether D has on_failure for any command.
  [[nodiscard]] virtual bool answers_failures() const = 0;
  // Empty: park.
  [[nodiscard]] virtual std::optional<Decided> decide_failure(const AnyCommand& command, const Failure& failure,
                                                              AnyState& state) const = 0;
};

// What the engine offers a reaction while it handles one message.
class Hop {
 public:
  virtual ~Hop() = default;
  [[nodiscard]] virtual const Message& message() const = 0;
  [[nodiscard]] virtual Outbox& outbox() = 0;
  // The name of the processor that handles it.
  [[nodiscard]] virtual std::string_view processor() const = 0;
  // Tells an effect that the runtime stops.
  [[nodiscard]] virtual std::stop_token stop_token() const { return {}; }
  // The process manager's instance as of now, this commit's earlier hops included.
  [[nodiscard]] virtual AnyState& own_state(const std::string& stream, MakeState make) = 0;
  // The aggregate that the handled message belongs to, as of that message.
  [[nodiscard]] virtual const AnyState& state_as_of_message(MakeState make) = 0;
};

class Reaction {
 public:
  enum class Kind : std::uint8_t { saga, process_manager, forwarder, effect };
  virtual ~Reaction() = default;
  [[nodiscard]] virtual Kind kind() const = 0;
  [[nodiscard]] virtual std::span<const MessageType> types() const = 0;
  [[nodiscard]] virtual std::vector<MessageType> published_types() const { return {}; }  // by a forwarder
  [[nodiscard]] virtual std::string_view category() const { return {}; }  // of a process manager's own streams
  [[nodiscard]] virtual std::span<const MessageType> own_event_types() const { return {}; }  // on these
  // Throws DecodeFailure.
  [[nodiscard]] virtual std::string key(const Message& message) const = 0;
  virtual void handle(const Message& message, Hop& hop) const = 0;
  // False: park.
  [[nodiscard]] virtual bool handle_failure(const Message& message, const Failure& failure, Hop& hop) const = 0;
};

}  // namespace lasagne::detail
