// The record of a refused command.
#pragma once

#include <string>
#include <string_view>

#include "lasagne/decider.hpp"
#include "lasagne/message.hpp"
#include "lasagne/send.hpp"

namespace lasagne::detail {

// The CommandRejected of a command that came over the bus of `module`, for the stream `target`. Whatever the command
// and the rejection hold, the store takes it: what is too long is cut, and CommandRejected says so.
[[nodiscard]] Encoded encode_rejection(std::string_view module, const Message& command, const std::string& target,
                                       Rejection rejection);

}  // namespace lasagne::detail
