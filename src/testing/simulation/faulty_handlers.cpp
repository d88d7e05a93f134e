#include "testing/simulation/faulty_handlers.hpp"

#include <utility>

#include "lasagne/detail/module_access.hpp"
#include "testing/simulation/fault_points.hpp"

namespace lasagne::testing::detail {

namespace {

using lasagne::detail::AnyCommand;
using lasagne::detail::AnyState;
using lasagne::detail::Decided;
using lasagne::detail::Decider;
using lasagne::detail::Hop;
using lasagne::detail::MakeState;
using lasagne::detail::MessageType;
using lasagne::detail::Reaction;

class FaultyDecider final : public Decider {
 public:
  FaultyDecider(std::shared_ptr<const Decider> real, FaultPoints& fault_points)
      : real_(std::move(real)), fault_points_(fault_points) {}

  std::string_view category() const override { return real_->category(); }
  std::span<const MessageType> command_types() const override { return real_->command_types(); }
  std::span<const MessageType> event_types() const override { return real_->event_types(); }
  MakeState state() const override { return real_->state(); }
  std::unique_ptr<AnyCommand> decode(std::string_view type, std::string_view data) const override {
    return real_->decode(type, data);
  }
  std::unique_ptr<AnyCommand> wrap(const std::type_info& type, const void* command) const override {
    return real_->wrap(type, command);
  }
  Decided decide(const AnyCommand& command, AnyState& state) const override {
    fault_points_.before_handler();
    auto decided = real_->decide(command, state);
    fault_points_.after_handler();
    return decided;
  }
  bool answers_failures() const override { return real_->answers_failures(); }
  std::optional<Decided> decide_failure(const AnyCommand& command, const Failure& failure,
                                        AnyState& state) const override {
    return real_->decide_failure(command, failure, state);
  }

 private:
  const std::shared_ptr<const Decider> real_;
  FaultPoints& fault_points_;
};

class FaultyReaction final : public Reaction {
 public:
  FaultyReaction(std::shared_ptr<const Reaction> real, FaultPoints& fault_points)
      : real_(std::move(real)), fault_points_(fault_points) {}

  Kind kind() const override { return real_->kind(); }
  std::span<const MessageType> types() const override { return real_->types(); }
  std::vector<MessageType> published_types() const override { return real_->published_types(); }
  std::span<const MessageType> own_event_types() const override { return real_->own_event_types(); }
  std::string_view category() const override { return real_->category(); }
  std::string key(const Message& message) const override { return real_->key(message); }
  void handle(const Message& message, Hop& hop) const override {
    if (kind() == Kind::effect) fault_points_.before_effect(message);
    fault_points_.before_handler();
    real_->handle(message, hop);
    fault_points_.after_handler();
    fault_points_.reacted(message, hop.outbox());
  }
  bool handle_failure(const Message& message, const Failure& failure, Hop& hop) const override {
    const bool handled = real_->handle_failure(message, failure, hop);
    if (handled) fault_points_.reacted(message, hop.outbox());
    return handled;
  }

 private:
  const std::shared_ptr<const Reaction> real_;
  FaultPoints& fault_points_;
};

}  // namespace

Module with_faults(const Module& module, FaultPoints& fault_points) {
  return lasagne::detail::ModuleAccess::with_handlers(
      module,
      [&](std::shared_ptr<const Decider> real) {
        return std::make_shared<FaultyDecider>(std::move(real), fault_points);
      },
      [&](std::shared_ptr<const Reaction> real) {
        return std::make_shared<FaultyReaction>(std::move(real), fault_points);
      });
}

}  // namespace lasagne::testing::detail
