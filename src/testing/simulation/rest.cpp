// After the faults: everything comes to rest, and what must hold of any run is checked.
#include <algorithm>

#include "testing/simulation/world.hpp"

namespace lasagne::testing::detail {

void World::rest() {
  resting_ = true;
  disk_fails_.reset();
  outage_until_ = 0;
  std::ranges::fill(skews_, Duration{0});
  const auto end = now_ + options_.patience;
  for (std::size_t i = 0; i < sessions_.size(); ++i) send_the_rest(i);
  settle(end);
  for (int i = 0; i < WorldLimits::retries_of_parked; ++i) {
    const auto parked = real_->parked({}, 0, 1);
    if (!parked || parked->empty()) break;
    retry_parked(*nodes_[0]);
    for (const auto& node : nodes_) {
      for (const auto& processor : node->processors) processor->reload();
    }
    settle(end);
  }
  check_restart(end);
}

// No fault is left that could be over at another attempt.
void World::send_the_rest(std::size_t session) {
  auto& sender = sessions_[session];
  while (sender.next < schedule_.sent[session]) {
    const auto arrived = arrive(session, true, false);
    if (arrived) continue;
    sender.refused = true;
    const auto& command = scenario_.commands[commands_[session][sender.next]];
    violation("the store refuses the command " + command.type + ", and its session ends: " + arrived.error().message);
    return;
  }
}

// Steps everybody until nobody has anything to do, at any time up to `end`.
void World::settle(Timestamp end) {
  if (rest_rounds_ == WorldLimits::rest_rounds) return;
  while (++rest_rounds_ < WorldLimits::rest_rounds) {
    bool worked = false;
    for (const auto& node : nodes_) {
      for (std::size_t p = 0; p < node->processors.size(); ++p) worked = hop(node, p, nullptr) || worked;
    }
    if (worked) continue;
    const auto due = next_due();
    if (!due || *due > end) return;
    now_ = std::max(now_, *due);
  }
  violation("does not come to rest in " + std::to_string(WorldLimits::rest_rounds) + " rounds");
}

std::optional<Timestamp> World::next_due() {
  std::optional<Timestamp> earliest;
  for (const auto& node : nodes_) {
    for (const auto& processor : node->processors) {
      const auto due = processor->next_due();
      if (due && *due && (!earliest || **due < *earliest)) earliest = **due;
    }
  }
  return earliest;
}

void World::check_restart(Timestamp end) {
  (void)real_->flush(real_->visible_position());
  for (auto& sender : sessions_) sender.unheard.clear();  // they are told
  const auto before = real_->visible_position();
  crash_machine({}, false);
  settle(end);
  const auto after = real_->visible_position();
  if (after != before) {
    violation("a restart at rest added " + std::to_string(after - before) + " messages after position " +
              std::to_string(before));
  }
}

void World::check_parked() {
  const auto parked = real_->parked({}, 0, WorldLimits::violations);
  for (const auto& entry : *parked) {
    const bool queued = entry.status == ParkedMessage::Status::queued;
    violation((queued ? "still queued for " : "still parked for ") + entry.processor + ": the message at position " +
              std::to_string(entry.position) + ": " + entry.error);
  }
}

void World::check_acknowledged() {
  std::map<std::string, bool> buses;
  std::map<Uuid, std::size_t> times;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const auto sent = sessions_[i].refused ? sessions_[i].next : schedule_.sent[i];
    for (std::size_t n = 0; n < sent; ++n) {
      const auto commit = arrival(commands_[i][n]);
      times[commit.appends[0].messages[0].id] = 0;
      buses[commit.appends[0].stream] = true;
    }
  }
  for (const auto& [bus, unused] : buses) {
    for (Revision from = 0;;) {
      const auto slice = real_->read_stream(bus, from, Direction::forwards, 1000);
      if (!slice) break;
      for (const auto& message : slice->messages) {
        if (const auto found = times.find(message->id); found != times.end()) ++found->second;
      }
      if (slice->end) break;
      from = slice->messages.back()->revision + 1;
    }
  }
  for (const auto& [id, count] : times) {
    const auto late = late_.find(id);
    if (count < 1 || count > 1 + (late == late_.end() ? 0 : late->second))
      violation("a command that was sent is " + std::to_string(count) + " times on its bus: " + id.to_string());
  }
}

}  // namespace lasagne::testing::detail
