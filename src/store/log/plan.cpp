// Validation of a commit: the expected-revision table, and what must stand as it says.
#include <algorithm>
#include <utility>

#include "store/log/head.hpp"

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

Result<void> Head::check_guards(const Commit& commit) {
  if (commit.checkpoint) {
    const auto& move = *commit.checkpoint;
    if (move.processor.empty()) return fail(ErrorCode::invalid, "a checkpoint names no processor");
    const Position at = checkpoint(move.processor);
    if (at != move.from) {
      return fail(ErrorCode::checkpoint_moved, "checkpoint of " + move.processor + " is at " + std::to_string(at) +
                                                   ", not at " + std::to_string(move.from) +
                                                   ": another node runs this processor");
    }
  }
  if (commit.timer_fired) {
    if (auto set = check_timer(*commit.timer_fired); !set) return set;
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

Result<void> Head::check_timer(const Commit::Fire& fire) {
  std::optional<Uuid> set;
  const auto in = [&](const Batch& batch) {
    const auto found = batch.timers.find(fire.key);
    if (found == batch.timers.end()) return false;
    if (found->second) set = found->second->message.id;
    return true;
  };
  if (!unwritten_.find(in)) {
    auto found = backing_.find_timer(fire.key);
    if (!found) return std::unexpected(std::move(found.error()));
    set = *found;
  }
  if (set != fire.message_id) return fail(ErrorCode::timer_gone, "timer " + fire.key + " is no longer set");
  return {};
}

Result<bool> Head::is_parked(const Commit::ParkedId& id) {
  const Batch::ParkedKey key{id.processor, id.position};
  std::optional<bool> there;
  (void)unwritten_.find([&](const Batch& batch) {
    const auto found = batch.parked.find(key);
    if (found != batch.parked.end()) there = found->second.has_value();
    return there.has_value();
  });
  if (there) return *there;
  return backing_.has_parked(id.processor, id.position);
}

// Compares the ids of `append` with the stream's messages from `from` on: the revision of the last one when all are
// there, empty when the first one differs or is missing.
Result<std::optional<Revision>> Head::match_repeat(const Append& append, const CachedStream& stream, Revision from) {
  const Revision last = from + append.messages.size() - 1;
  auto there =
      streams_.read(stream, from, std::min(last, *stream.row.head), Direction::forwards, append.messages.size());
  if (!there) return std::unexpected(std::move(there.error()));
  if (there->empty() || (*there)[0]->revision != from || (*there)[0]->id != append.messages[0].id) return std::nullopt;
  if (there->size() != append.messages.size()) return reused(append);
  for (std::size_t i = 0; i < there->size(); ++i) {
    if ((*there)[i]->id != append.messages[i].id) return reused(append);
  }
  return last;
}

// Learns the ids of the stream's last messages, of which the older ones may be in the backing.
Result<void> Head::look_back(CachedStream& stream) {
  std::vector<Uuid> ids(Limits::recent_ids_per_stream);
  const Revision head = *stream.row.head;
  const Revision oldest = head + 1 - std::min<Revision>(head + 1, ids.size());
  const Revision in_memory = stream.recent.empty() ? head + 1 : stream.recent.front()->revision;
  const bool older = in_memory > oldest && in_memory > stream.row.first_readable;
  const Revision from = older ? oldest : std::max(oldest, in_memory);
  auto messages = streams_.read(stream, from, head, Direction::forwards, ids.size());
  if (!messages) return std::unexpected(std::move(messages.error()));
  for (const auto& message : *messages) ids[message->revision % ids.size()] = message->id;
  stream.recent_ids = std::move(ids);
  return {};
}

Result<Head::Plan> Head::plan_any(const Append& append, CachedStream& stream) {
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

Result<Head::Plan> Head::plan_at(const Append& append, CachedStream& stream, std::optional<Revision> expected) {
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

Result<Head::Plan> Head::plan_append(const Append& append) {
  using Kind = ExpectedRevision::Kind;
  const auto kind = append.expected.kind();
  auto found = streams_.look_up(append.stream);
  if (!found) return std::unexpected(std::move(found.error()));
  CachedStream* stream = *found;
  if (stream->row.id == 0) {
    if (kind == Kind::stream_exists || kind == Kind::exactly) return conflict(append, std::nullopt);
    return Plan{stream, false, 0};  // created when the whole commit is known to be good
  }
  if (stream->row.state == StreamState::tombstoned) {
    return std::unexpected(check_readable(append.stream, &stream->row).error());
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

Result<std::vector<Head::Plan>> Head::plan(const Commit& commit) {
  std::vector<Plan> plans;
  plans.reserve(commit.appends.size());
  for (const auto& append : commit.appends) {
    auto planned = plan_append(append);
    if (!planned) return std::unexpected(std::move(planned.error()));
    plans.push_back(*planned);
  }
  return plans;
}

Result<Committed> Head::settle_repeat(const std::vector<Plan>& plans) {
  if (!std::ranges::all_of(plans, &Plan::repeated)) {
    return fail(ErrorCode::invalid,
                "some appends of the commit are in the log already and others are not: a repeat must be whole");
  }
  Committed result;
  result.repeated = true;
  for (const auto& plan : plans) {
    result.revisions.push_back(plan.repeated_revision);
    auto last = streams_.read(*plan.stream, plan.repeated_revision, plan.repeated_revision, Direction::forwards, 1);
    if (!last) return std::unexpected(std::move(last.error()));
    if (!last->empty()) result.position = std::max(result.position, last->front()->position);
  }
  return result;
}

}  // namespace lasagne::detail
