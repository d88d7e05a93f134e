#include "runtime/message_handler.hpp"

#include <algorithm>
#include <utility>

#include "runtime/rejection.hpp"

namespace lasagne::detail {

namespace {
constexpr std::string_view external_suffix = "__external-events";
constexpr std::string_view rejections_suffix = "__command-rejections";
}  // namespace

std::expected<std::string, HandlerFailure> MessageHandler::key(const Message& message) const {
  auto key = guarded([&] { return call_key(message); });
  if (key && key->size() > Limits::key_bytes) return short_key(*key);
  return key;
}

std::string MessageHandler::key_of_its_own(const Message& message) {
  return "message " + std::to_string(message.position);
}

std::string MessageHandler::short_key(const std::string& key) {
  return "key " + Uuid::derive(Uuid{}, key).to_string();  // told apart by its hash
}

std::optional<HandlerFailure> MessageHandler::handle(const Message& message, HopBuilder& builder) const {
  auto handled = guarded([&] { call(message, builder); });
  if (handled) return std::nullopt;
  return std::move(handled.error());
}

std::expected<bool, HandlerFailure> MessageHandler::answer_failure(const Message& message, const Failure& failure,
                                                                   HopBuilder& builder) const {
  return guarded([&] { return call_on_failure(message, failure, builder); });
}

CommandHandler::CommandHandler(const Registry& registry, std::string_view module)
    : registry_(registry), module_(module) {
  bus_.streams.push_back(commands_stream(module));
}

bool CommandHandler::concerns(const Message&) const { return true; }  // nothing else is on the bus

std::string CommandHandler::call_key(const Message& message) const {
  const Decider* decider = registry_.decider_of(message.type);
  if (decider == nullptr) throw_unknown_type(message.type, module_);
  return decider->decode(message.type, message.data)->stream;
}

void CommandHandler::call(const Message& message, HopBuilder& builder) const { builder.command(message); }

bool CommandHandler::call_on_failure(const Message& message, const Failure& failure, HopBuilder& builder) const {
  return builder.command_failure(message, failure);
}

ReactionHandler::ReactionHandler(const Registry& registry, std::shared_ptr<const Reaction> reaction,
                                 std::vector<std::string> own_categories)
    : registry_(registry), reaction_(std::move(reaction)), own_categories_(std::move(own_categories)) {
  types_.types = registry.stored_names(reaction_->types());
}

bool ReactionHandler::concerns(const Message& message) const {
  if (message.kind != MessageKind::event) return false;
  const std::string_view stream = message.stream;
  if (stream.ends_with(external_suffix) || stream.ends_with(rejections_suffix)) return true;
  return std::ranges::find(own_categories_, category_of(stream)) != own_categories_.end();
}

const Message& ReactionHandler::todays(const Message& message, std::optional<Message>& changed) const {
  if (message.stream.ends_with(rejections_suffix)) changed = with_qualified_command(message, registry_);
  return changed ? *changed : message;
}

std::string ReactionHandler::call_key(const Message& message) const {
  std::optional<Message> changed;
  return reaction_->key(todays(message, changed));
}

void ReactionHandler::call(const Message& message, HopBuilder& builder) const {
  std::optional<Message> changed;
  builder.reaction(*reaction_, todays(message, changed));
}

bool ReactionHandler::call_on_failure(const Message& message, const Failure& failure, HopBuilder& builder) const {
  std::optional<Message> changed;
  return builder.reaction_failure(*reaction_, todays(message, changed), failure);
}

}  // namespace lasagne::detail
