// What goes wrong in a hop, and what must hold of its commits.
#include <algorithm>
#include <set>

#include "testing/simulation/narrate.hpp"
#include "testing/simulation/world.hpp"

namespace lasagne::testing::detail {

// Whether the fault of the hop's step, if it is of this sort, comes now.
bool World::strikes(bool (*hits)(Fault), std::uint32_t& count) {
  if (hop_ == nullptr || hop_->step == nullptr || !hits(hop_->step->fault)) return false;
  return count++ == hop_->step->at;
}

std::string World::who() const { return "node " + std::to_string(hop_->node.number) + " " + hop_->processor; }

void World::count(Fault struck) {
  const auto text = who() + ": " + to_string(struck);
  is_crash(struck) ? crash(text) : fault(text);
}

Result<Committed> World::commit(const Commit& commit, Await await) {
  if (hop_ != nullptr) {
    check_cancelled(commit);
    check_ids(commit);
  }
  if (hop_ == nullptr || !strikes(hits_commit, hop_->commits)) return write(commit, await);
  count(hop_->step->fault);
  return write_with(hop_->step->fault, commit, await);
}

Result<Committed> World::write_with(Fault fault, const Commit& commit, Await await) {
  switch (fault) {
    case Fault::crash_before:
      throw NodeCrash{};
    case Fault::crash_after:
      (void)write(commit, await);
      throw NodeCrash{};
    case Fault::conflict:
      return fail(ErrorCode::conflict, "simulated conflict");
    case Fault::unavailable:
      return fail(ErrorCode::unavailable, "simulated outage");
    case Fault::unknown_committed:
      (void)write(commit, await);
      return fail(ErrorCode::commit_unknown, "simulated unknown outcome");
    case Fault::unknown_lost:
      return fail(ErrorCode::commit_unknown, "simulated unknown outcome");
    case Fault::twice: {
      auto first = write(commit, await);
      (void)write(commit, await);
      return first;
    }
    case Fault::twice_retold:
      (void)write(commit, await);
      return write(commit, await);
    case Fault::zombie:
      sleep_as_zombie();
      break;
    default:
      break;
  }
  return write(commit, await);
}

// The node stands in front of its commit while the others go on, this hop's frame below theirs.
void World::sleep_as_zombie() {
  auto* mine = hop_;
  mine->node.asleep = true;
  const auto end = std::min(next_ + static_cast<std::size_t>(mine->step->amount), schedule_.steps.size());
  while (next_ < end) {
    hop_ = nullptr;
    take(schedule_.steps[next_++]);
  }
  hop_ = mine;
  if (mine->node.dead) throw NodeCrash{};
  mine->node.asleep = false;
  note(who() + ": wakes and goes on with its commit");
}

Result<Committed> World::write(const Commit& commit, Await await) {
  auto written = real_->append(commit, await);
  // At rest every node that was overtaken is told so once: nothing that anybody needs to read.
  const bool overtaken = resting_ && !written && written.error().code == ErrorCode::checkpoint_moved;
  if (hop_ != nullptr && options_.trace_hops && !overtaken) note(who() + ": " + narrate(commit, written));
  if (written && !written->repeated) check_written(commit);
  return written;
}

// What a store must not have let through.
void World::check_written(const Commit& commit) {
  if (commit.checkpoint) {
    auto& passed = passed_[commit.checkpoint->processor];
    if (commit.checkpoint->to < passed) {
      violation("the checkpoint of " + commit.checkpoint->processor + " went back from " + std::to_string(passed) +
                " to " + std::to_string(commit.checkpoint->to));
    }
    passed = commit.checkpoint->to;
  }
  if (commit.timer_fired) {
    const auto timer = timers_.find(commit.timer_fired->key);
    if (timer == timers_.end() || timer->second.message_id != commit.timer_fired->message_id) {
      violation("the timer " + commit.timer_fired->key + " fired though it was not set");
    } else {
      // A clock that jumped while the node slept as a zombie takes back nothing: it was due when the hop began.
      if (hop_ != nullptr && timer->second.due > hop_->began) {
        violation("the timer " + timer->first + ", due at " + timer->second.due.to_string() +
                  ", fired when the clock of node " + std::to_string(hop_->node.number) + " stood at " +
                  hop_->began.to_string());
      }
      timers_.erase(timer);
    }
  }
  for (const auto& id : commit.parked_removed) check_answered(commit, id);
  for (const auto& key : commit.timers_cancelled) timers_.erase(key);
  for (const auto& timer : commit.timers_set) timers_[timer.key] = {timer.message.id, timer.due};
}

// What an effect was called for is settled once.
void World::check_answered(const Commit& commit, const Commit::ParkedId& id) {
  const auto is_it = [&](const auto& entry) {
    return entry.position == id.position && entry.processor == id.processor;
  };
  if (!calls_.contains({id.processor, id.position}) || std::ranges::any_of(commit.parked_put, is_it)) return;
  if (!answered_.emplace(id.processor, id.position).second) {
    violation(id.processor + " settled the message at position " + std::to_string(id.position) + " twice");
  }
}

// A commit cancels the timers that the handlers of its messages cancelled, unless they were set again after that.
void World::check_cancelled(const Commit& commit) {
  const auto contains = [&](const auto& entries, Position position) {
    return std::ranges::any_of(
        entries, [&](const auto& entry) { return entry.position == position && entry.processor == hop_->processor; });
  };
  auto& done = hop_->cancelled;
  done.insert(done.end(), commit.timers_cancelled.begin(), commit.timers_cancelled.end());
  std::set<std::string> cancelled;
  for (const auto& [position, wanted] : hop_->wanted) {
    const bool passed = commit.checkpoint && commit.checkpoint->from < position && position <= commit.checkpoint->to;
    if (!passed && !contains(commit.parked_removed, position)) continue;
    if (contains(commit.parked_put, position)) continue;  // put off
    cancelled.insert(wanted.cancelled.begin(), wanted.cancelled.end());
    for (const auto& key : wanted.set) cancelled.erase(key);
  }
  for (const auto& key : cancelled) {
    const auto is_it = [&](const std::string& scoped) { return scoped.ends_with("/" + key); };
    if (std::ranges::none_of(done, is_it)) {
      violation(who() + ": a commit leaves the timer " + key + " set that its handler cancelled");
    }
  }
}

// Whoever makes the same of a message at another attempt, here or on another node, makes it with the same ids: else
// nobody could tell a repetition.
void World::check_ids(const Commit& commit) {
  if (commit.timer_fired) return;  // made when it was set
  struct Made {
    std::multiset<std::string> what;  // in no order, since a handler may know more at another attempt
    std::multiset<std::string> ids;
  };
  std::map<Uuid, Made> made;
  const auto add = [&](const std::string& where, const NewMessage& message) {
    auto& of_cause = made[message.metadata.causation_id];
    of_cause.what.insert(where + ' ' + message.type + ' ' + message.data + '\n');
    of_cause.ids.insert(message.id.to_string());
  };
  for (const auto& append : commit.appends) {
    for (const auto& message : append.messages) add(append.stream, message);
  }
  for (const auto& timer : commit.timers_set) add(timer.key, timer.message);
  const auto joined = [](std::string all, const std::multiset<std::string>& texts) {
    for (const auto& text : texts) all += text;
    return all;
  };
  for (const auto& [cause, of_cause] : made) {
    const auto ids = Uuid::derive(cause, joined({}, of_cause.ids));
    const auto [before, first] = made_.emplace(Uuid::derive(cause, joined(hop_->processor + '\n', of_cause.what)), ids);
    if (!first && before->second != ids) {
      violation(who() + ": makes the same of the message " + cause.to_string() + " as before, with other ids");
    }
  }
}

std::optional<Error> World::before_read() {
  if (hop_ == nullptr || !strikes([](Fault fault) { return fault == Fault::read_unavailable; }, hop_->reads)) {
    return std::nullopt;
  }
  count(hop_->step->fault);
  return Error{ErrorCode::unavailable, "simulated outage", {}, std::nullopt};
}

std::size_t World::slice(std::size_t limit) {
  if (hop_ == nullptr || hop_->step == nullptr || hop_->step->slice == 0) return limit;
  return std::min<std::size_t>(limit, hop_->step->slice);
}

void World::before_effect(const Message& message) {
  const auto call =
      who() + ": an effect was called for the " + message.type + " at position " + std::to_string(message.position);
  if (message.position > real_->durable_position()) violation(call + " before that was durable");
  // As it is on the disk: the store would flush before it answers.
  const auto held = backing_->parked(hop_->processor, message.position - 1, 1);
  const bool marked = !held->empty() && held->front().position == message.position &&
                      held->front().status == ParkedMessage::Status::calling;
  if (!marked) return violation(call + " before it was durable that this attempt has begun");
  check_attempt(call, held->front());
}

// Each attempt is one call, but that several nodes may begin the same one. A process that starts counts what the ones
// before it began.
void World::check_attempt(const std::string& call, const ParkedMessage& held) {
  auto& attempts = calls_[{hop_->processor, held.position}];
  for (const auto& [attempt, made] : attempts) {
    if (attempt.first != held.key || attempt.second < held.attempts || made.first > hop_->node.born) continue;
    violation(call + " in attempt " + std::to_string(held.attempts) + ", though attempt " +
              std::to_string(attempt.second) + " was made by a process that has ended");
  }
  auto& now = attempts[{held.key, held.attempts}];
  ++all_calls_;
  if (now.calls == 0) now.first = all_calls_;
  if (++now.calls > options_.nodes) {
    violation(call + " " + std::to_string(options_.nodes + 1) + " times in attempt " + std::to_string(held.attempts));
  }
}

void World::before_handler() {
  const auto before = [](Fault fault) { return fault == Fault::throws_before; };
  if (hop_ == nullptr || !strikes(before, hop_->handlers)) return;
  if (std::ranges::count(scenario_.may_wait, hop_->processor) > 0) {
    fault(who() + ": a handler has to wait");
    throw NotYet("simulated wait of a handler");
  }
  count(hop_->step->fault);
  throw std::runtime_error("simulated fault of a handler");
}

void World::after_handler() {
  const auto after = [](Fault fault) { return hits_handler(fault) && fault != Fault::throws_before; };
  if (hop_ == nullptr || !strikes(after, hop_->handlers)) return;
  count(hop_->step->fault);
  if (hop_->step->fault == Fault::throws_something) throw 42;
  if (hop_->step->fault == Fault::gives_up) throw PermanentError("simulated fault of a handler, for good");
  throw std::runtime_error("simulated fault of a handler");
}

void World::reacted(const Message& message, const lasagne::detail::Outbox& outbox) {
  if (hop_ == nullptr) return;
  auto& wanted = hop_->wanted[message.position];
  wanted.cancelled = outbox.cancelled;
  wanted.set.clear();
  for (const auto& timer : outbox.timers) wanted.set.push_back(timer.key);
}

}  // namespace lasagne::testing::detail
