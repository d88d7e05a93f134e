// The engine with a bug: each stands between the processors and their store, and does what the engine would do if it
// had been written so.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "lasagne/forwarding_store.hpp"

namespace planted {

using lasagne::Await;
using lasagne::Commit;
using lasagne::Committed;
using lasagne::ForwardingStore;
using lasagne::Position;
using lasagne::Result;
using lasagne::Store;

class BuggyStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
};

// The hop is committed, and then the checkpoint.
class CheckpointApart final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit hop = commit;
    Commit checkpoint;
    std::swap(hop.checkpoint, checkpoint.checkpoint);
    auto committed = real().append(hop, await);
    if (!committed || !checkpoint.checkpoint) return committed;
    if (auto moved = real().append(checkpoint, await); !moved) return moved;
    return committed;
  }
};

// A hop is a repeat as a whole or not at all: of one whose messages are all on their buses nothing is done any more,
// and one of which some are there cannot be stored.
class RepeatsAsAWhole final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    std::size_t messages = 0;
    std::size_t repeats = 0;
    for (const auto& append : commit.appends) {
      const auto last = real().read_stream(append.stream, ~lasagne::Revision{0}, lasagne::Direction::backwards, 8);
      for (const auto& message : append.messages) {
        ++messages;
        if (!last || append.expected.kind() != lasagne::ExpectedRevision::Kind::any) continue;
        repeats += std::ranges::count(last->messages, message.id, [](const auto& there) { return there->id; }) > 0;
      }
    }
    if (repeats == 0) return real().append(commit, await);
    if (repeats < messages) return lasagne::fail(lasagne::ErrorCode::invalid, "some messages are there and others not");
    return Committed{std::vector<lasagne::Revision>(commit.appends.size()), 0, true};
  }
};

// What is not durable since the database is away is taken for durable.
class OutagesIgnored final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    auto committed = real().append(commit, Await::visible);
    if (committed && await == Await::durable) {
      if (auto durable = flush(committed->position); !durable) return std::unexpected(durable.error());
    }
    return committed;
  }
  Result<void> flush(Position position) override {
    auto flushed = real().flush(position);
    if (!flushed && flushed.error().code == lasagne::ErrorCode::unavailable) return {};
    return flushed;
  }
};

// Commands are on their buses before the hop that sends them is committed.
class CommandsFirst final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit hop = commit;
    Commit commands;
    const auto is_command = [](const auto& append) { return append.stream.ends_with("__commands"); };
    for (const auto& append : hop.appends) {
      if (is_command(append) && hop.checkpoint) commands.appends.push_back(append);
    }
    if (commands.appends.empty()) return real().append(commit, await);
    if (auto sent = real().append(commands, await); !sent) return sent;
    std::erase_if(hop.appends, is_command);
    auto committed = real().append(hop, await);
    if (!committed) return committed;
    committed->revisions.resize(commit.appends.size());  // no state of a bus is kept
    return committed;
  }
};

// The ids of what a hop makes are drawn, not derived from their cause.
class RandomIds final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit drawn = commit;
    for (auto& append : drawn.appends) {
      for (auto& message : append.messages) message.id = lasagne::Uuid::generate();
    }
    return real().append(drawn, await);
  }
};

// The same in every run, but not at every attempt: the ids know where the log stands.
class IdsOfTheMoment final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit counted = commit;
    std::size_t number = 0;
    const auto moment = std::to_string(real().visible_position()) + " ";
    for (auto& append : counted.appends) {
      for (auto& message : append.messages) {
        message.id = lasagne::Uuid::derive(message.metadata.causation_id, moment + std::to_string(number++));
      }
    }
    return real().append(counted, await);
  }
};

// Whoever commits, wherever it believes the checkpoint to be, is let through.
class NoFencing final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit unfenced = commit;
    if (unfenced.checkpoint) {
      const auto there = real().checkpoint(unfenced.checkpoint->processor);
      if (!there) return std::unexpected(there.error());
      unfenced.checkpoint->from = *there;
    }
    return real().append(unfenced, await);
  }
};

// A restart forgets whose key a held message is of, so its successors do not wait.
class KeysForgotten final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<std::vector<lasagne::ParkedMessage>> parked(std::string_view processor, Position after,
                                                     std::size_t limit) override {
    auto entries = real().parked(processor, after, limit);
    if (entries) {
      for (auto& entry : *entries) entry.key = "message " + std::to_string(entry.position);
    }
    return entries;
  }
};

// That a call has begun is visible before it, and not durable.
class CallsUnmarked final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    const auto begins = [](const auto& entry) { return entry.status == lasagne::ParkedMessage::Status::calling; };
    const bool marks = std::ranges::any_of(commit.parked_put, begins);
    return real().append(commit, marks ? Await::visible : await);
  }
};

// That a call has begun is written down, and not that it is an attempt: a crash in the middle of it does not count.
class AttemptsUncounted final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit uncounted = commit;
    for (auto& entry : uncounted.parked_put) {
      if (entry.status == lasagne::ParkedMessage::Status::calling) --entry.attempts;
    }
    return real().append(uncounted, await);
  }
};

// That a message waits for another one is kept in memory alone.
class WaitsForgotten final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    const auto waits = [](const auto& entry) { return entry.key.find(" (not yet") != std::string::npos; };
    Commit forgetful = commit;
    std::erase_if(forgetful.parked_put, waits);
    return real().append(forgetful, await);
  }
};

// A process that starts knows nothing of the calls that were under way when the last one ended.
class CallsForgotten final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<std::vector<lasagne::ParkedMessage>> parked(std::string_view processor, Position after,
                                                     std::size_t limit) override {
    auto entries = real().parked(processor, after, limit);
    if (entries) {
      std::erase_if(*entries,
                    [](const auto& entry) { return entry.status == lasagne::ParkedMessage::Status::calling; });
    }
    return entries;
  }
};

// Whoever looks for timers looks an hour too far.
class TimersTooEarly final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<std::vector<lasagne::Timer>> due_timers(lasagne::Timestamp now, std::size_t limit) override {
    return real().due_timers(now + early, limit);
  }
  Result<std::optional<lasagne::Timestamp>> next_timer() override {
    auto next = real().next_timer();
    if (next && *next) *next = **next - early;
    return next;
  }

 private:
  static constexpr lasagne::Duration early = std::chrono::hours(1);
};

// Timers that a handler cancels stay set.
class CancelledForNothing final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit forgetful = commit;
    forgetful.timers_cancelled.clear();
    return real().append(forgetful, await);
  }
};

// Every command begins a process of its own.
class CorrelationLost final : public BuggyStore {
 public:
  using BuggyStore::BuggyStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    Commit lost = commit;
    for (auto& append : lost.appends) {
      for (auto& message : append.messages) {
        if (message.kind == lasagne::MessageKind::command) message.metadata.correlation_id = message.id;
      }
    }
    return real().append(lost, await);
  }
};

}  // namespace planted
