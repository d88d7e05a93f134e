// What a commit changes.
#include <algorithm>
#include <utility>

#include "store/log/head.hpp"

namespace lasagne::detail {

void Head::write_messages(Messages messages, CachedStream& stream, Timestamp now) {
  auto& pending = unwritten_.pending();
  auto& row = stream.row;
  if (row.state == StreamState::deleted) {
    row.state = StreamState::live;
    pending.streams[row.id] = row;
    stream.correlation_id.reset();
  }
  Revision revision = row.head ? *row.head + 1 : 0;
  for (auto& message : messages) {
    message->position = ++visible_.position;
    message->revision = revision;
    message->recorded_at = now;
    if (!stream.recent_ids.empty()) stream.recent_ids[revision % stream.recent_ids.size()] = message->id;
    ++revision;
    pending.messages.push_back({row.id, message});
    tail_.push_back(message);
    stream.recent.push_back(std::move(message));
  }
  row.head = revision - 1;
  while (stream.recent.size() > limits_.recent_messages_per_stream &&
         stream.recent.front()->position <= durable_.position) {
    stream.recent.pop_front();
  }
  stream.changed_by = visible_.sequence;
  streams_.touch(stream);
}

void Head::apply_guards(const Commit& commit) {
  auto& pending = unwritten_.pending();
  if (commit.checkpoint) {
    checkpoints_[commit.checkpoint->processor] = commit.checkpoint->to;
    pending.checkpoints[commit.checkpoint->processor] = commit.checkpoint->to;
  }
  for (const auto& key : commit.timers_cancelled) pending.timers[key] = std::nullopt;
  if (commit.timer_fired) pending.timers[commit.timer_fired->key] = std::nullopt;
  for (const auto& timer : commit.timers_set) {
    pending.timers[timer.key] = timer;
    if (!next_timer_ || timer.due < *next_timer_) next_timer_ = timer.due;
  }
  for (const auto& id : commit.parked_removed) pending.parked[{id.processor, id.position}] = std::nullopt;
  for (const auto& entry : commit.parked_put) pending.parked[{entry.processor, entry.position}] = entry;
}

Committed Head::apply(const Commit& commit, const std::vector<Plan>& plans, Messages messages, Timestamp now) {
  ++visible_.sequence;
  now = std::max(now, last_recorded_at_);
  last_recorded_at_ = now;
  Committed result;
  result.revisions.reserve(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    CachedStream& stream = *plans[i].stream;
    const auto count = commit.appends[i].messages.size();
    if (stream.row.id == 0) {
      create(stream);
      unwritten_.pending().streams[stream.row.id] = stream.row;
      stream.correlation_id = messages[0]->metadata.correlation_id;
    }
    write_messages(messages.first(count), stream, now);
    messages = messages.subspan(count);
    result.revisions.push_back(*stream.row.head);
  }
  apply_guards(commit);
  result.position = visible_.position;
  trim_tail();
  return result;
}

}  // namespace lasagne::detail
