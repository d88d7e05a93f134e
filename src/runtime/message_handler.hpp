// What handles the messages that a processor reads: a module's command bus, or one of its reactions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lasagne/store.hpp"
#include "runtime/guarded.hpp"
#include "runtime/hop_builder.hpp"

namespace lasagne::detail {

// Immutable. Whatever the user's code throws is a HandlerFailure; but all functions throw StoreFailure when the store
// is unavailable or has failed.
class MessageHandler {
 public:
  virtual ~MessageHandler() = default;
  MessageHandler() = default;
  MessageHandler(const MessageHandler&) = delete;
  MessageHandler& operator=(const MessageHandler&) = delete;

  // What the processor reads of the log, and whether one of those messages is to be handled.
  [[nodiscard]] virtual const Filter& reads() const = 0;
  [[nodiscard]] virtual bool concerns(const Message& message) const = 0;
  // Messages of one key are handled in order.
  [[nodiscard]] std::expected<std::string, HandlerFailure> key(const Message& message) const;
  // For a message that tells no key.
  [[nodiscard]] static std::string key_of_its_own(const Message& message);
  // In place of a key that the store would not take.
  [[nodiscard]] static std::string short_key(const std::string& key);
  // Stages what the handler decided; nothing if it failed.
  [[nodiscard]] std::optional<HandlerFailure> handle(const Message& message, HopBuilder& builder) const;
  // Stages the answer of on_failure. False: the handler type has none for this message.
  [[nodiscard]] std::expected<bool, HandlerFailure> answer_failure(const Message& message, const Failure& failure,
                                                                   HopBuilder& builder) const;

 private:
  [[nodiscard]] virtual std::string call_key(const Message& message) const = 0;
  virtual void call(const Message& message, HopBuilder& builder) const = 0;
  [[nodiscard]] virtual bool call_on_failure(const Message& message, const Failure& failure,
                                             HopBuilder& builder) const = 0;
};

// The commands on a module's bus, each for the decider that lists it. `registry` must outlive it.
class CommandHandler final : public MessageHandler {
 public:
  CommandHandler(const Registry& registry, std::string_view module);
  const Filter& reads() const override { return bus_; }
  bool concerns(const Message& message) const override;

 private:
  std::string call_key(const Message& message) const override;
  void call(const Message& message, HopBuilder& builder) const override;
  bool call_on_failure(const Message& message, const Failure& failure, HopBuilder& builder) const override;

  const Registry& registry_;
  const std::string module_;
  Filter bus_;
};

// The events that one saga, process manager, forwarder or effect lists: those of its own module, and what other modules
// publish or reject.
class ReactionHandler final : public MessageHandler {
 public:
  // `registry` must outlive it. `own_categories`: of the streams whose events stay inside the module.
  ReactionHandler(const Registry& registry, std::shared_ptr<const Reaction> reaction,
                  std::vector<std::string> own_categories);
  const Filter& reads() const override { return types_; }
  bool concerns(const Message& message) const override;

 private:
  std::string call_key(const Message& message) const override;
  void call(const Message& message, HopBuilder& builder) const override;
  bool call_on_failure(const Message& message, const Failure& failure, HopBuilder& builder) const override;

  // The message as it would be stored today.
  [[nodiscard]] const Message& todays(const Message& message, std::optional<Message>& changed) const;

  const Registry& registry_;
  const std::shared_ptr<const Reaction> reaction_;
  const std::vector<std::string> own_categories_;
  Filter types_;
};

}  // namespace lasagne::detail
