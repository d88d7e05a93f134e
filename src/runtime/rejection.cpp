#include "runtime/rejection.hpp"

#include <cassert>
#include <utility>

#include "lasagne/command_rejected.hpp"
#include "message/text.hpp"

namespace lasagne::detail {

namespace {

constexpr std::size_t reason_bytes = 1 << 10;
constexpr std::size_t detail_bytes = 64 << 10;
constexpr std::string_view cut_mark = "… (cut)";

}  // namespace

Encoded encode_rejection(std::string_view module, const Message& command, const std::string& target,
                         Rejection rejection) {
  CommandRejected rejected{std::string(module),
                           command.type,
                           command.id,
                           target,
                           valid_text(rejection.reason, reason_bytes),
                           valid_text(rejection.detail, detail_bytes),
                           valid_text(command.data, command.data.size())};
  if (rejection.detail.size() > detail_bytes) rejected.detail += cut_mark;
  auto encoded = encode(rejected);
  while (encoded.data.size() > Limits::message_bytes) {  // each turn halves the command, of which nothing may be left
    assert(!rejected.command_data.empty());
    rejected.command_bytes = command.data.size();
    rejected.command_data = valid_text(rejected.command_data, rejected.command_data.size() / 2);
    encoded = encode(rejected);
  }
  return encoded;
}

std::optional<Message> with_qualified_command(const Message& message, const Registry& registry) {
  if (!names_type<CommandRejected>(message.type)) return std::nullopt;
  auto rejected = from_json<CommandRejected>(message.data);
  if (!rejected) return std::nullopt;  // whoever decodes it says why not
  const auto names = registry.commands_named(rejected->module, rejected->command_type);
  if (names.size() > 1) {
    throw DecodeFailure("the rejected command " + rejected->command_type + " of module " + rejected->module +
                        " may be " + std::string(names[0]) + " or " + std::string(names[1]) +
                        ": edit command_type and send the message back");
  }
  if (names.empty() || names[0] == rejected->command_type) return std::nullopt;
  Message qualified = message;
  rejected->command_type = names[0];
  qualified.data = to_json(*rejected);
  return qualified;
}

}  // namespace lasagne::detail
