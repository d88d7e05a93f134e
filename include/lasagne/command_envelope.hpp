// A command on its way to a module's bus, and what Runtime::send answers.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lasagne/message.hpp"
#include "lasagne/send.hpp"

namespace lasagne {

struct SendOptions {
  Uuid id = {};  // nil: a fresh one. The same id again within the bus stream's recent ids is sent once
  // The process the command belongs to. Unset: that of the target stream, or a new one.
  std::optional<Uuid> correlation_id = std::nullopt;
  std::string traceparent = {};
};

struct Sent {
  Uuid id = {};
  Uuid correlation_id = {};
  Position position = 0;  // in the log; of Runtime::send_all: that of the last command
};

namespace detail {

// A command of the user's type, as the runtime takes it. Valid as long as the command.
struct CommandRef {
  const MessageType* type = nullptr;
  const void* object = nullptr;
  WriteValue write = nullptr;
};

template <class Command>
[[nodiscard]] CommandRef command_ref(const Command& command) {
  return {&message_type<Command>, &command, &write_erased<Command>};
}

struct CommandToSend {
  CommandRef command;
  const SendOptions* options = nullptr;
};

}  // namespace detail

// A copy of a command with what is to be said about it, for Runtime::send_all. Any command converts to it.
class CommandEnvelope {
 public:
  template <class Command>
    requires(!std::same_as<Command, CommandEnvelope> && detail::Struct<Command>)
  CommandEnvelope(const Command& command, SendOptions options = {})  // NOLINT(google-explicit-constructor)
      : CommandEnvelope(std::make_shared<const Command>(command), std::move(options)) {}

  // As it was given to the constructor.
  [[nodiscard]] const SendOptions& options() const noexcept { return options_; }

 private:
  friend class Runtime;
  template <class Command>
  CommandEnvelope(std::shared_ptr<const Command> command, SendOptions options)
      : ref_(detail::command_ref(*command)), command_(std::move(command)), options_(std::move(options)) {}

  detail::CommandRef ref_;
  std::shared_ptr<const void> command_;
  SendOptions options_;
};

}  // namespace lasagne
