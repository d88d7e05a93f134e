// The recorded refusal of a command that came over the bus.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"
#include "lasagne/uuid.hpp"

namespace lasagne {

// An event on the stream <module>__command-rejections. Any module's saga can list it among its events.
struct CommandRejected {
  std::string module;
  std::string command_type;
  Uuid command_id;
  std::string target;        // the stream the command was for
  std::string reason;        // cut after 1 KiB
  std::string detail;        // cut after 64 KiB, and then ends in "… (cut)"
  std::string command_data;  // the command itself, as JSON; only its beginning where command_bytes is set
  // How long the command's JSON is, when that was too long to stand in this event: the command itself is on its
  // module's bus, with the id above.
  std::optional<std::uint64_t> command_bytes = std::nullopt;

  // The rejected command, if it is of this type. Empty, too, when it was cut: a handler that must not miss that looks
  // at command_type and target.
  template <class Command>
  [[nodiscard]] std::optional<Command> as() const {
    if (command_bytes || !names_type<Command>(command_type)) return std::nullopt;
    auto command = from_json<Command>(command_data);
    if (!command) return std::nullopt;
    return *std::move(command);
  }
};

}  // namespace lasagne
