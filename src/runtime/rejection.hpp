// The record of a refused command.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lasagne/decider.hpp"
#include "lasagne/message.hpp"
#include "lasagne/send.hpp"
#include "runtime/registry.hpp"

namespace lasagne::detail {

// The CommandRejected of a command that came over the bus of `module`, for the stream `target`. Whatever the command
// and the rejection hold, the store takes it: what is too long is cut, and CommandRejected says so.
[[nodiscard]] Encoded encode_rejection(std::string_view module, const Message& command, const std::string& target,
                                       Rejection rejection);

// The same CommandRejected with the name that its command has today, where it holds one from before names were
// qualified. Empty: it is right as it is, or no CommandRejected. Throws DecodeFailure when the name might be that of
// several commands of the module.
[[nodiscard]] std::optional<Message> with_qualified_command(const Message& message, const Registry& registry);

}  // namespace lasagne::detail
