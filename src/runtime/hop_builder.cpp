#include "runtime/hop_builder.hpp"

#include <algorithm>
#include <utility>

#include "runtime/rejection.hpp"

namespace lasagne::detail {

// Offers one reaction call the states it asks for.
class HopBuilder::OneHop final : public Hop {
 public:
  OneHop(HopBuilder& builder, const Message& message) : builder_(builder), message_(message) {}

  const Message& message() const override { return message_; }
  Outbox& outbox() override { return outbox_; }
  std::string_view processor() const override { return builder_.processor_; }
  std::stop_token stop_token() const override { return builder_.stop_token_; }
  AnyState& own_state(const std::string& stream, MakeState make) override {
    own_stream_ = stream;
    return *builder_.stage(stream, make).loaded.state;
  }
  const AnyState& state_as_of_message(MakeState make) override {
    as_of_ = load_state_as_of(builder_.store_, builder_.cache_, message_.stream, make, message_.revision);
    return *as_of_.state;
  }

  Outbox outbox_;
  std::string own_stream_;
  LoadedState as_of_;

 private:
  HopBuilder& builder_;
  const Message& message_;
};

NewMessage HopBuilder::message_of(const Message& cause, MessageKind kind, std::string_view tag, Encoded encoded) {
  return {Uuid::derive(cause.id, tag),
          kind,
          std::move(encoded.type),
          std::move(encoded.data),
          {cause.metadata.correlation_id, cause.id, cause.metadata.traceparent}};
}

NewMessage HopBuilder::derived(const Message& cause, MessageKind kind, std::string_view maker, std::string_view what,
                               std::size_t index, Encoded encoded) {
  tag_ = maker;
  if (!tag_.empty()) tag_ += ' ';
  tag_ += what;
  tag_ += ' ';
  tag_ += std::to_string(index);
  return message_of(cause, kind, tag_, std::move(encoded));
}

HopBuilder::Staged& HopBuilder::stage(const std::string& stream, MakeState make) {
  if (const auto found = state_index_.find(stream); found != state_index_.end()) return *found->second;
  auto loaded = load_state(store_, cache_, stream, make);
  auto& staged = states_.emplace_back(Staged{stream, std::move(loaded), {}, false});
  state_index_.emplace(staged.stream, &staged);
  return staged;
}

void HopBuilder::send(std::string_view stream, NewMessage message) {
  auto found = std::ranges::find(shared_, stream, &Shared::stream);
  if (found == shared_.end()) found = shared_.insert(found, Shared{std::string(stream), {}});
  found->messages.push_back(std::move(message));
  ++messages_;
}

void HopBuilder::stage_decided(const Message& cause, Staged& staged, const AnyCommand& command, Decided decided) {
  if (decided.rejection) {
    auto encoded = encode_rejection(module_, cause, command.stream, *std::move(decided.rejection));
    // A command that comes again after its bus forgot it may be rejected for another reason: that is another event.
    tag_ = "rejected " + encoded.data;
    send(rejections_stream(module_), message_of(cause, MessageKind::event, tag_, std::move(encoded)));
    return;
  }
  std::size_t index = 0;
  for (auto& event : decided.events) {
    staged.messages.push_back(derived(cause, MessageKind::event, {}, "event", index++, std::move(event)));
    ++messages_;
  }
}

void HopBuilder::command(const Message& message) {
  const Decider* decider = registry_.decider_of(message.type);
  if (decider == nullptr) throw_unknown_type(message.type, module_);
  const auto command = decider->decode(message.type, message.data);
  auto& staged = stage(command->stream, decider->state());
  staged.spoiled = true;  // until decide has come through: it evolves the state in place
  auto decided = decider->decide(*command, *staged.loaded.state);
  staged.spoiled = false;
  stage_decided(message, staged, *command, std::move(decided));
}

bool HopBuilder::command_failure(const Message& message, const Failure& failure) {
  const Decider* decider = registry_.decider_of(message.type);
  if (decider == nullptr || !decider->answers_failures()) return false;
  const auto command = decider->decode(message.type, message.data);
  auto& staged = stage(command->stream, decider->state());
  staged.spoiled = true;  // for good: the failed attempt may have left anything in the state
  auto decided = decider->decide_failure(*command, failure, *staged.loaded.state);
  if (!decided) return false;
  stage_decided(message, staged, *command, *std::move(decided));
  return true;
}

void HopBuilder::stage_outbox(const Message& cause, Outbox outbox, const std::string& own_stream) {
  // Routes are looked up first, so that a command without a handler leaves nothing half-staged.
  const auto check = [&](const Encoded& command) {
    if (auto problem = registry_.sending_problem(command.type, command.cpp_type); !problem.empty()) {
      throw PermanentError(problem);
    }
  };
  for (const auto& command : outbox.commands) check(command);
  for (const auto& timer : outbox.timers) check(timer.command);

  std::size_t index = 0;
  for (auto& event : outbox.own_events) {
    state_index_.at(own_stream)
        ->messages.push_back(derived(cause, MessageKind::event, processor_, "event", index++, std::move(event)));
    ++messages_;
  }
  for (auto& command : outbox.commands) {
    const auto bus = registry_.bus_of(command.type);
    send(bus, derived(cause, MessageKind::command, processor_, "command", index++, std::move(command)));
  }
  for (auto& event : outbox.published) {
    send(external_events_stream(module_),
         derived(cause, MessageKind::event, processor_, "event", index++, std::move(event)));
  }
  for (const auto& key : outbox.cancelled) {
    const auto scoped = std::string(module_) + "/" + key;
    timers_set_.erase(scoped);
    cancelled_.push_back(scoped);
  }
  for (auto& timer : outbox.timers) {
    const auto scoped = std::string(module_) + "/" + timer.key;
    const auto bus = registry_.bus_of(timer.command.type);
    auto message = derived(cause, MessageKind::command, processor_, "timer", index++, std::move(timer.command));
    timers_set_[scoped] = Timer{scoped, timer.due, std::string(bus), std::move(message)};
  }
}

void HopBuilder::reaction(const Reaction& reaction, const Message& message) {
  OneHop hop(*this, message);
  const auto spoil = [&](bool spoiled) {
    const auto found = state_index_.find(hop.own_stream_);
    if (found != state_index_.end()) found->second->spoiled = spoiled;
  };
  try {
    reaction.handle(message, hop);
    stage_outbox(message, std::move(hop.outbox_), hop.own_stream_);
  } catch (...) {
    spoil(true);
    throw;
  }
  if (hop.as_of_.state) cache_.put(message.stream, std::move(hop.as_of_));
}

bool HopBuilder::reaction_failure(const Reaction& reaction, const Message& message, const Failure& failure) {
  OneHop hop(*this, message);
  if (!reaction.handle_failure(message, failure, hop)) return false;
  stage_outbox(message, std::move(hop.outbox_), hop.own_stream_);
  return true;
}

Commit HopBuilder::take() {
  Commit commit;
  for (auto& staged : states_) {
    if (staged.messages.empty()) continue;
    const auto expected =
        staged.loaded.revision ? ExpectedRevision::exactly(*staged.loaded.revision) : ExpectedRevision::no_stream();
    commit.appends.push_back({staged.stream, expected, std::move(staged.messages)});
  }
  for (auto& [stream, messages] : shared_) {
    commit.appends.push_back({std::move(stream), ExpectedRevision::any(), std::move(messages)});
  }
  commit.timers_cancelled = std::move(cancelled_);
  for (auto& [key, timer] : timers_set_) commit.timers_set.push_back(std::move(timer));
  return commit;
}

void HopBuilder::committed(const Commit& commit, const Committed& result) {
  for (std::size_t i = 0; i < commit.appends.size(); ++i) {
    const auto found = state_index_.find(commit.appends[i].stream);
    if (found == state_index_.end()) continue;
    auto& staged = *found->second;
    auto& loaded = staged.loaded;
    if (!loaded.revision) {
      // A new stream belongs to the process of its first message; a deleted one that goes on is folded afresh.
      if (result.revisions[i] + 1 != commit.appends[i].messages.size()) staged.spoiled = true;
      loaded.correlation_id = commit.appends[i].messages[0].metadata.correlation_id;
    }
    loaded.revision = result.revisions[i];
  }
  for (auto& staged : states_) {
    if (!staged.spoiled && staged.loaded.revision) cache_.put(staged.stream, std::move(staged.loaded));
  }
}

}  // namespace lasagne::detail
