// Commands from outside, and what their senders do when the machine crashed before they were told.
#include <algorithm>
#include <limits>

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
  const bool unknown = disk_failed_ || (!arrived && arrived.error().code == ErrorCode::commit_unknown);
  if (unknown && (arrived || is_remembered(commit))) {  // visible, and durable or not: who knows
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

bool World::is_remembered(const Commit& arrival) {
  const auto& id = arrival.appends[0].messages[0].id;
  const auto bus = real_->read_stream(arrival.appends[0].stream, std::numeric_limits<Revision>::max(),
                                      Direction::backwards, WorldLimits::recent_ids);
  return bus && std::ranges::any_of(bus->messages, [&](const auto& message) { return message->id == id; });
}

// A sender that waited for its answer until now, or a network that kept the command. If its bus remembers it, nothing
// comes of that; else it is a new one with an old id.
void World::arrive_again(std::size_t session, std::size_t number) {
  const auto& sender = sessions_[session];
  if (sender.next == 0) return;
  const auto command = commands_[session][number % sender.next];
  const auto commit = arrival(command);
  if (!scenario_.commands[command].comes_again && !is_remembered(commit)) return;
  const auto arrived = real_->append(commit, Await::visible);
  if (!arrived) return;
  fault("the " + scenario_.commands[command].type + " of long ago arrives again, and its bus has " +
        (arrived->repeated ? "remembered" : "forgotten") + " it");
  if (!arrived->repeated) ++late_[commit.appends[0].messages[0].id];
}

// Whose command is gone sends it again, and what came after it. Whose command is there, but who never heard of that,
// sends it again too.
void World::hear_of_the_crash() {
  const auto kept = real_->durable_position();
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    auto& sender = sessions_[i];
    for (const auto& unheard : sender.unheard) {
      if (unheard.position > kept) {
        sender.next = std::min(sender.next, unheard.number);
        continue;
      }
      arrive_again(i, unheard.number);
    }
    sender.unheard.clear();
  }
}

}  // namespace lasagne::testing::detail
