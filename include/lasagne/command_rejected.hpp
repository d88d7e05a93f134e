// The recorded refusal of a command that came over the bus.
#pragma once

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
  std::string target;  // the stream the command was for
  std::string reason;
  std::string detail;
  std::string command_data;  // the command itself, as JSON

  // The rejected command, if it is of this type.
  template <class Command>
  [[nodiscard]] std::optional<Command> as() const {
    if (!names_type<Command>(command_type)) return std::nullopt;
    auto command = from_json<Command>(command_data);
    if (!command) return std::nullopt;
    return *std::move(command);
  }
};

}  // namespace lasagne
