// Validation of a commit: the expected-revision table, and what must stand as it says.
#include <algorithm>
#include <functional>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "lasagne/type_name.hpp"
#include "store/log/head.hpp"

namespace lasagne::detail {

namespace {

std::unexpected<Error> conflict(const Append& append, std::optional<Revision> actual) {
  auto text = append.stream + " was expected at " + append.expected.to_string() + " but " +
              (actual ? "is at revision " + std::to_string(*actual) : std::string("does not exist")) +
              ": read the stream again and decide again";
  return std::unexpected(Error{ErrorCode::conflict, std::move(text), append.stream, actual});
}

// Also where one of them was named before names were qualified.
bool same_type(std::string_view a, std::string_view b) {
  return a == b || (last_part(a) == last_part(b) && (last_part(a) == a || last_part(b) == b));
}

bool same(const Message& a, const Message& b) {
  return a.kind == b.kind && same_type(a.type, b.type) && a.data == b.data;
}

std::unexpected<Error> reused(const Message& message, const std::string& before) {
  return fail(ErrorCode::id_reused,
              "the id " + message.id.to_string() + " of a " + message.type + " for " + message.stream +
                  " was used before, " + before,
              message.stream);
}

std::unexpected<Error> reused(const Message& message, const Message& before) {
  return reused(message, (!same_type(message.type, before.type) || message.kind != before.kind
                              ? "for a message of type " + before.type
                              : std::string("for other data")) +
                             ": give a new message an id of its own, and a repeated one the data that it had");
}

}  // namespace

Result<void> Head::check_guards(const Commit& commit) {
  if (commit.checkpoint) {
    const auto& move = *commit.checkpoint;
    if (move.processor.empty()) return fail(ErrorCode::invalid, "a checkpoint names no processor");
    const Position at = checkpoint(move.processor);
    if (at != move.from) {
      return fail(ErrorCode::checkpoint_moved, "the checkpoint of " + move.processor + " is at " + std::to_string(at) +
                                                   ", not at " + std::to_string(move.from) +
                                                   ": another node runs this processor, so continue from there");
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
                    "message " + std::to_string(id.position) + " is not parked for " + id.processor +
                        " any more: somebody else settled it, so read the parked messages again");
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
  if (set != fire.message_id)
    return fail(ErrorCode::timer_gone,
                "the timer " + fire.key + " is no longer set: it fired, or was cancelled or replaced");
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

// Learns the ids of the stream's last messages, of which the older ones may be in the backing. Those that were deleted
// are no longer there to be repeated.
Result<void> Head::look_back(CachedStream& stream) {
  const std::size_t size = limits_.recent_ids_per_stream;
  const Revision head = *stream.row.head;
  const Revision oldest = std::max(head + 1 - std::min<Revision>(head + 1, size), stream.row.first_readable);
  auto messages = streams_.read(stream, oldest, head, Direction::forwards, size);
  if (!messages) return std::unexpected(std::move(messages.error()));
  stream.recent_ids.begin(size);
  for (const auto& message : *messages) stream.recent_ids.add(message->id, message->revision);
  return {};
}

// For a message whose id the stream has at this revision.
Result<Head::Repeat> Head::repeat_of(std::size_t index, const Message& message, Revision revision,
                                     const CachedStream& stream) {
  auto there = streams_.read(stream, revision, revision, Direction::forwards, 1);
  if (!there) return std::unexpected(std::move(there.error()));
  if (there->empty()) return Repeat{index, std::nullopt, revision, 0};
  if (!same(message, *there->front())) return reused(message, *there->front());
  return Repeat{index, std::nullopt, revision, there->front()->position};
}

// Each message by itself: it is new, or stands among the stream's last ones, those before it in this append included.
// So it makes no difference which other messages come with it.
Result<Head::AppendPlan> Head::plan_any(CachedStream& stream, Messages messages) {
  AppendPlan plan{&stream, {}};
  const auto& row = stream.row;
  const bool looks_back = row.head && row.state == StreamState::live;
  if (looks_back && stream.recent_ids.empty()) {
    if (auto looked = look_back(stream); !looked) return std::unexpected(std::move(looked.error()));
  }
  Revision next = row.head ? *row.head + 1 : 0;
  const auto remembered = [&](Revision revision) { return revision + limits_.recent_ids_per_stream >= next; };
  struct Earlier {
    std::size_t index;
    Revision revision;
  };
  boost::unordered_flat_map<Uuid, Earlier, std::hash<Uuid>> earlier;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = *messages[i];
    const auto revision = looks_back ? stream.recent_ids.find(message.id) : std::nullopt;
    if (revision && *revision >= row.first_readable && remembered(*revision)) {
      auto repeat = repeat_of(i, message, *revision, stream);
      if (!repeat) return std::unexpected(std::move(repeat.error()));
      plan.repeats.push_back(*repeat);
      continue;
    }
    if (messages.size() == 1) break;
    const auto [first, added] = earlier.emplace(message.id, Earlier{i, next});
    if (added || !remembered(first->second.revision)) {
      first->second = {i, next++};
      continue;
    }
    if (!same(message, *messages[first->second.index])) return reused(message, *messages[first->second.index]);
    plan.repeats.push_back({i, first->second.index, 0, 0});
  }
  return plan;
}

// As a whole: what was decided at a revision is either what stands after it, or comes too late.
Result<Head::AppendPlan> Head::plan_at(const Append& append, CachedStream& stream, std::optional<Revision> expected,
                                       Messages messages) {
  AppendPlan plan{&stream, {}};
  const auto& row = stream.row;
  if (row.head == expected || (!expected && row.state == StreamState::deleted)) {
    // What is decided at the head is new, whatever stands before it: a decider may come to other events when a command
    // comes again that its bus has forgotten.
    boost::unordered_flat_set<Uuid, std::hash<Uuid>> ids;
    for (const auto& message : messages) {
      if (messages.size() > 1 && !ids.insert(message->id).second)
        return reused(*message, "in the same append: give each message an id of its own");
    }
    return plan;
  }
  if (!row.head || (expected && *expected > *row.head)) return conflict(append, row.head);
  const auto too_late = [&] { return conflict(append, row.state == StreamState::live ? row.head : std::nullopt); };
  // After a deletion the stream continues the numbering where it stopped.
  const Revision from = expected ? *expected + 1 : row.first_readable;
  const Revision last = from + messages.size() - 1;
  if (from < row.first_readable || last > *row.head) return too_late();
  auto there = streams_.read(stream, from, last, Direction::forwards, messages.size());
  if (!there) return std::unexpected(std::move(there.error()));
  const auto id_of = [](const auto& message) { return message->id; };
  if (!std::ranges::equal(*there, messages, {}, id_of, id_of)) return too_late();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& before = *(*there)[i];
    if (!same(*messages[i], before)) return reused(*messages[i], before);
    plan.repeats.push_back({i, std::nullopt, before.revision, before.position});
  }
  return plan;
}

Result<Head::AppendPlan> Head::plan_append(const Append& append, Messages messages) {
  using Kind = ExpectedRevision::Kind;
  const auto kind = append.expected.kind();
  auto found = streams_.look_up(append.stream);
  if (!found) return std::unexpected(std::move(found.error()));
  CachedStream& stream = **found;
  const auto& row = stream.row;
  if (row.state == StreamState::tombstoned) return std::unexpected(check_readable(append.stream, &row).error());
  const bool exists = row.id != 0 && row.head && row.state == StreamState::live;
  switch (kind) {
    case Kind::stream_exists:
      if (!exists) return conflict(append, std::nullopt);
      [[fallthrough]];
    case Kind::any:
      return plan_any(stream, messages);
    case Kind::exactly:
      return plan_at(append, stream, append.expected.revision(), messages);
    case Kind::no_stream:
      break;
  }
  return plan_at(append, stream, std::nullopt, messages);
}

Result<Head::Plan> Head::plan(const Commit& commit, Messages messages) {
  Plan plan;
  plan.appends.reserve(commit.appends.size());
  plan.repeated = !messages.empty();
  for (const auto& append : commit.appends) {
    auto planned = plan_append(append, messages.first(append.messages.size()));
    if (!planned) return std::unexpected(std::move(planned.error()));
    plan.repeated = plan.repeated && planned->repeats.size() == append.messages.size();
    plan.appends.push_back(*std::move(planned));
    messages = messages.subspan(append.messages.size());
  }
  return plan;
}

}  // namespace lasagne::detail
