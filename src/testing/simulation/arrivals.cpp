// Commands from outside, and what their senders do when the machine crashed before they were told.
#include <algorithm>

#include "testing/simulation/world.hpp"

namespace lasagne::testing::detail {

// As Runtime::send has it.
Commit World::arrival(std::size_t command) {
  const auto& sent = scenario_.commands[command];
  const auto& registry = *nodes_[0]->registry;
  const auto id = Uuid::derive(Uuid{}, "simulated command " + std::to_string(command));
  Uuid process = id;
  if (const auto* decider = registry.decider_of(sent.type)) {
    const auto target = real_->read_stream(decider->decode(sent.type, sent.data)->stream, 0, Direction::forwards, 1);
    if (target && !target->correlation_id.is_nil()) process = target->correlation_id;
  }
  Commit commit;
  commit.appends.push_back({std::string(registry.bus_of(sent.type)),
                            ExpectedRevision::any(),
                            {{id, MessageKind::command, sent.type, sent.data, {process, {}, {}}}}});
  return commit;
}

Result<void> World::arrive(std::size_t session, bool durable, bool repeated) {
  auto& sender = sessions_[session];
  if (sender.next >= schedule_.sent[session]) return {};
  const auto command = commands_[session][sender.next];
  const auto commit = arrival(command);
  const auto arrived = real_->append(commit, durable ? Await::durable : Await::visible);
  if (disk_failed_) {  // there or not: who knows
    sender.unheard.push_back({sender.next++, real_->visible_position()});
    return {};
  }
  if (!arrived) return std::unexpected(arrived.error());
  if (options_.trace_hops) {
    note(scenario_.commands[command].type + " arrives at position " + std::to_string(arrived->position));
  }
  sender.unheard.push_back({sender.next++, arrived->position});
  if (repeated) {
    fault("the " + scenario_.commands[command].type + " arrives once more");
    (void)real_->append(commit, Await::visible);
  }
  if (!durable) return {};
  // The flush took along all before.
  for (auto& each : sessions_) each.unheard.clear();
  return {};
}

// Whose command is gone sends it again, and what came after it. Whose command is there, but who never heard of that,
// sends it again too, at once: a bus knows the ids of its last messages only.
void World::hear_of_the_crash() {
  const auto kept = real_->durable_position();
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    auto& sender = sessions_[i];
    for (const auto& unheard : sender.unheard) {
      const auto command = commands_[i][unheard.number];
      if (unheard.position > kept) {
        sender.next = std::min(sender.next, unheard.number);
        continue;
      }
      const auto commit = arrival(command);
      const auto bus = real_->read_stream(commit.appends[0].stream, 0, Direction::backwards, 1);
      const auto message = real_->read_all(unheard.position - 1, {}, 1);
      if (!bus || !message || bus->head - message->messages.at(0)->revision > WorldLimits::repeats_within) continue;
      (void)real_->append(commit, Await::visible);
    }
    sender.unheard.clear();
  }
}

}  // namespace lasagne::testing::detail
