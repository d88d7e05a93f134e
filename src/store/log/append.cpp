// Validation and application of a commit: the expected-revision table, and what moves together with it.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "store/log/log_store.hpp"

namespace lasagne::detail {

namespace {

std::unexpected<Error> conflict(const Append& append, std::optional<Revision> actual) {
  auto text = append.stream + " is expected at " + append.expected.to_string() + " but " +
              (actual ? "is at revision " + std::to_string(*actual) : std::string("does not exist")) +
              ": read it again and decide anew";
  return std::unexpected(Error{ErrorCode::conflict, std::move(text), append.stream, actual});
}

std::unexpected<Error> reused(const Append& append) {
  return fail(
      ErrorCode::invalid,
      "some of the message ids for " + append.stream + " were used before and others not: a repeat must be whole",
      append.stream);
}

}  // namespace

Result<void> LogStore::check_guards(const Commit& commit) {
  if (commit.checkpoint) {
    const auto& move = *commit.checkpoint;
    if (move.processor.empty()) return fail(ErrorCode::invalid, "a checkpoint names no processor");
    const auto found = checkpoints_.find(move.processor);
    const Position at = found == checkpoints_.end() ? 0 : found->second;
    if (at != move.from) {
      return fail(ErrorCode::checkpoint_moved, "checkpoint of " + move.processor + " is at " + std::to_string(at) +
                                                   ", not at " + std::to_string(move.from) +
                                                   ": another node runs this processor");
    }
  }
  if (commit.timer_fired) {
    const auto& fire = *commit.timer_fired;
    std::optional<Uuid> set;
    const auto in = [&](const Batch& batch) {
      const auto found = batch.timers.find(fire.key);
      if (found == batch.timers.end()) return false;
      if (found->second) set = found->second->message.id;
      return true;
    };
    if (!find_unwritten(in)) {
      auto found = backing_->find_timer(fire.key);
      if (!found) return std::unexpected(std::move(found.error()));
      set = *found;
    }
    if (set != fire.message_id) return fail(ErrorCode::timer_gone, "timer " + fire.key + " is no longer set");
  }
  for (const auto* ids : {&commit.parked_removed, &commit.parked_required}) {
    for (const auto& id : *ids) {
      auto there = is_parked(id);
      if (!there) return std::unexpected(std::move(there.error()));
      if (!*there) {
        return fail(ErrorCode::parked_gone,
                    "message " + std::to_string(id.position) + " is not parked for " + id.processor);
      }
    }
  }
  return {};
}

Result<bool> LogStore::is_parked(const Commit::ParkedId& id) {
  const Batch::ParkedKey key{id.processor, id.position};
  std::optional<bool> there;
  (void)find_unwritten([&](const Batch& batch) {
    const auto found = batch.parked.find(key);
    if (found != batch.parked.end()) there = found->second.has_value();
    return there.has_value();
  });
  if (there) return *there;
  return backing_->has_parked(id.processor, id.position);
}

// Compares the ids of `append` with the stream's messages from `from` on: the revision of the last one when all are
// there, empty when the first one differs or is missing.
Result<std::optional<Revision>> LogStore::match_repeat(const Append& append, Stream& stream, Revision from) {
  const Revision last = from + append.messages.size() - 1;
  auto there = read_range(stream, from, std::min(last, *stream.row.head), Direction::forwards, append.messages.size());
  if (!there) return std::unexpected(std::move(there.error()));
  if (there->empty() || (*there)[0]->revision != from || (*there)[0]->id != append.messages[0].id) return std::nullopt;
  if (there->size() != append.messages.size()) return reused(append);
  for (std::size_t i = 0; i < there->size(); ++i) {
    if ((*there)[i]->id != append.messages[i].id) return reused(append);
  }
  return last;
}

// Learns the ids of the stream's last messages, of which the older ones may be in the backing.
Result<void> LogStore::look_back(Stream& stream) {
  std::vector<Uuid> ids(Limits::recent_ids_per_stream);
  const Revision head = *stream.row.head;
  const Revision oldest = head + 1 - std::min<Revision>(head + 1, ids.size());
  const Revision in_memory = stream.recent.empty() ? head + 1 : stream.recent.front()->revision;
  const bool older = in_memory > oldest && in_memory > stream.row.first_readable;
  const Revision from = older ? oldest : std::max(oldest, in_memory);
  auto messages = read_range(stream, from, head, Direction::forwards, ids.size());
  if (!messages) return std::unexpected(std::move(messages.error()));
  for (const auto& message : *messages) ids[message->revision % ids.size()] = message->id;
  stream.recent_ids = std::move(ids);
  return {};
}

Result<LogStore::Plan> LogStore::plan_any(const Append& append, Stream& stream) {
  Plan plan{&stream, false, 0};
  if (!stream.row.head) return plan;
  if (stream.recent_ids.empty()) {
    if (auto looked = look_back(stream); !looked) return std::unexpected(std::move(looked.error()));
  }
  const auto& ids = stream.recent_ids;
  const auto found = std::ranges::find(ids, append.messages[0].id);
  if (found == ids.end()) return plan;
  const Revision slot = static_cast<Revision>(found - ids.begin());
  const Revision head = *stream.row.head;
  const Revision back = (head % ids.size() + ids.size() - slot) % ids.size();  // from the head to it
  auto repeated = match_repeat(append, stream, head - back);
  if (!repeated) return std::unexpected(std::move(repeated.error()));
  plan.repeated = repeated->has_value();
  plan.repeated_revision = repeated->value_or(0);
  return plan;
}

Result<LogStore::Plan> LogStore::plan_at(const Append& append, Stream& stream, std::optional<Revision> expected) {
  const auto& row = stream.row;
  if (row.head == expected || (!expected && row.state == StreamState::deleted)) return Plan{&stream, false, 0};
  if (!row.head || (expected && *expected > *row.head)) return conflict(append, row.head);
  // After a deletion the stream begins anew where it stopped.
  const Revision from = expected ? *expected + 1 : row.first_readable;
  auto repeated = match_repeat(append, stream, from);
  if (!repeated) {
    if (repeated.error().code == ErrorCode::invalid) return conflict(append, row.head);
    return std::unexpected(std::move(repeated.error()));
  }
  if (!*repeated) {
    return conflict(append, row.state == StreamState::live ? row.head : std::nullopt);
  }
  return Plan{&stream, true, **repeated};
}

Result<LogStore::Plan> LogStore::plan(const Append& append) {
  using Kind = ExpectedRevision::Kind;
  const auto kind = append.expected.kind();
  auto found = look_up(append.stream);
  if (!found) return std::unexpected(std::move(found.error()));
  Stream* stream = *found;
  if (stream->row.id == 0) {
    if (kind == Kind::stream_exists || kind == Kind::exactly) return conflict(append, std::nullopt);
    return Plan{stream, false, 0};  // created when the whole commit is known to be good
  }
  if (stream->row.state == StreamState::tombstoned) {
    return fail(ErrorCode::tombstoned, append.stream + " was closed for good", append.stream);
  }
  switch (kind) {
    case Kind::any:
      return plan_any(append, *stream);
    case Kind::stream_exists:
      if (!stream->row.head || stream->row.state == StreamState::deleted) return conflict(append, std::nullopt);
      return plan_any(append, *stream);
    case Kind::exactly:
      return plan_at(append, *stream, append.expected.revision());
    case Kind::no_stream:
      break;
  }
  return plan_at(append, *stream, std::nullopt);
}

Result<Committed> LogStore::settle_repeat(const std::vector<Plan>& plans, std::size_t repeated) {
  if (repeated != plans.size()) {
    return fail(ErrorCode::invalid,
                "some appends of the commit are in the log already and others are not: a repeat must be whole");
  }
  Committed result;
  result.repeated = true;
  for (const auto& plan : plans) {
    result.revisions.push_back(plan.repeated_revision);
    auto last = read_range(*plan.stream, plan.repeated_revision, plan.repeated_revision, Direction::forwards, 1);
    if (!last) return std::unexpected(std::move(last.error()));
    if (!last->empty()) result.position = std::max(result.position, last->front()->position);
  }
  return result;
}

void LogStore::write_messages(std::span<std::shared_ptr<Message>> messages, Stream& stream, Timestamp now) {
  auto& row = stream.row;
  if (row.state == StreamState::deleted) {
    row.state = StreamState::live;
    pending_.streams[row.id] = row;
    stream.correlation_id.reset();
  }
  Revision revision = row.head ? *row.head + 1 : 0;
  for (auto& message : messages) {
    message->position = ++visible_;
    message->revision = revision;
    message->recorded_at = now;
    if (!stream.recent_ids.empty()) stream.recent_ids[revision % stream.recent_ids.size()] = message->id;
    ++revision;
    pending_.messages.push_back({row.id, message});
    tail_.push_back(message);
    stream.recent.push_back(std::move(message));
  }
  row.head = revision - 1;
  while (stream.recent.size() > limits_.recent_messages_per_stream && stream.recent.front()->position <= durable_) {
    stream.recent.pop_front();
  }
  stream.changed_by = sequence_;
  touch(stream);
}

void LogStore::apply_guards(const Commit& commit) {
  if (commit.checkpoint) {
    checkpoints_[commit.checkpoint->processor] = commit.checkpoint->to;
    pending_.checkpoints[commit.checkpoint->processor] = commit.checkpoint->to;
  }
  for (const auto& key : commit.timers_cancelled) pending_.timers[key] = std::nullopt;
  if (commit.timer_fired) pending_.timers[commit.timer_fired->key] = std::nullopt;
  for (const auto& timer : commit.timers_set) {
    pending_.timers[timer.key] = timer;
    if (!next_timer_ || timer.due < *next_timer_) next_timer_ = timer.due;
  }
  for (const auto& id : commit.parked_removed) pending_.parked[{id.processor, id.position}] = std::nullopt;
  for (const auto& entry : commit.parked_put) pending_.parked[{entry.processor, entry.position}] = entry;
}

namespace {

// Takes the texts when the commit is the caller's to give.
template <class C>
std::vector<std::shared_ptr<Message>> messages_of(C& commit) {
  std::size_t count = 0;
  for (const auto& append : commit.appends) count += append.messages.size();
  std::vector<std::shared_ptr<Message>> messages;
  messages.reserve(count);
  for (auto& append : commit.appends) {
    for (auto& message : append.messages) {
      auto& kept = *messages.emplace_back(std::make_shared<Message>());
      kept.id = message.id;
      kept.kind = message.kind;
      kept.stream = append.stream;
      if constexpr (std::is_const_v<C>) {
        kept.type = message.type;
        kept.data = message.data;
        kept.metadata = message.metadata;
      } else {
        kept.type = std::move(message.type);
        kept.data = std::move(message.data);
        kept.metadata = message.metadata;
      }
    }
  }
  return messages;
}

}  // namespace

Result<Committed> LogStore::append(const Commit& commit, Await await) {
  if (auto checked = check_bounds(commit); !checked) return std::unexpected(std::move(checked.error()));
  return append_checked(commit, messages_of(commit), await);
}

Result<Committed> LogStore::append_taking(Commit& commit, Await await) {
  if (auto checked = check_bounds(commit); !checked) return std::unexpected(std::move(checked.error()));
  return append_checked(commit, messages_of(commit), await);
}

Result<Committed> LogStore::append_checked(const Commit& commit, Messages messages, Await await) {
  Lock lock(mutex_);
  if (failed_) return failure();
  if (pending_.messages.size() > limits_.unflushed_messages) {
    if (auto flushed = flush_until(lock, sequence_); !flushed) return std::unexpected(std::move(flushed.error()));
  }

  evict();
  std::vector<Plan> plans;
  plans.reserve(commit.appends.size());
  std::size_t repeated = 0;
  for (const auto& append : commit.appends) {
    auto planned = plan(append);
    if (!planned) return std::unexpected(std::move(planned.error()));
    repeated += planned->repeated ? 1 : 0;
    plans.push_back(*planned);
  }
  if (repeated > 0) {
    auto settled = settle_repeat(plans, repeated);
    if (settled && await == Await::durable) {
      if (auto flushed = flush_until(lock, sequence_); !flushed) return std::unexpected(std::move(flushed.error()));
    }
    return settled;
  }
  if (auto guarded = check_guards(commit); !guarded) return std::unexpected(std::move(guarded.error()));

  ++sequence_;
  const Timestamp now = std::max(clock_(), last_recorded_at_);
  last_recorded_at_ = now;
  Committed result;
  result.revisions.reserve(plans.size());
  std::span<std::shared_ptr<Message>> left(messages);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    Stream& stream = *plans[i].stream;
    const auto count = commit.appends[i].messages.size();
    if (stream.row.id == 0) {
      create(stream);
      pending_.streams[stream.row.id] = stream.row;
      stream.correlation_id = left[0]->metadata.correlation_id;
    }
    write_messages(left.first(count), stream, now);
    left = left.subspan(count);
    result.revisions.push_back(*stream.row.head);
  }
  apply_guards(commit);
  result.position = visible_;
  trim_tail();
  if (!plans.empty() && !waiters_.empty()) wake_waiters();
  if (await == Await::durable) {
    const auto sequence = sequence_;
    if (auto flushed = wait_durable(std::move(lock), sequence); !flushed)
      return std::unexpected(std::move(flushed.error()));
  }
  return result;
}

}  // namespace lasagne::detail
