// What a commit changes.
#include <algorithm>
#include <utility>

#include "store/log/head.hpp"

namespace lasagne::detail {

namespace {

// Of the last message of an append that is in the log.
Revision last_revision(const Head::AppendPlan& plan, Head::Messages messages) {
  if (plan.repeats.empty() || plan.repeats.back().index + 1 != messages.size()) return *plan.stream->row.head;
  const auto& repeat = plan.repeats.back();
  return repeat.of ? messages[*repeat.of]->revision : repeat.revision;
}

}  // namespace

void Head::write_messages(Messages messages, const AppendPlan& plan, Timestamp now) {
  CachedStream& stream = *plan.stream;
  auto& pending = unwritten_.pending();
  auto& row = stream.row;
  if (row.id == 0) {
    create(stream);
    pending.streams[row.id] = row;
    stream.correlation_id = messages[0]->metadata.correlation_id;
  } else if (row.state == StreamState::deleted) {
    row.state = StreamState::live;
    pending.streams[row.id] = row;
    stream.correlation_id.reset();
  }
  Revision revision = row.head ? *row.head + 1 : 0;
  auto repeat = plan.repeats.begin();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto& message = messages[i];
    if (repeat != plan.repeats.end() && repeat->index == i) {
      ++repeat;
      continue;
    }
    message->position = ++visible_.position;
    message->revision = revision;
    message->recorded_at = now;
    if (!stream.recent_ids.empty()) stream.recent_ids.add(message->id, revision);
    ++revision;
    pending.messages.push_back({row.id, message});
    tail_.push_back(message);
    stream.recent.push_back(plan.repeats.empty() ? std::move(message) : message);
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

std::optional<Timestamp> Head::first_recorded_at() {
  if (tail_.size() < visible_.position) {
    if (auto first = backing_.read_all(0, durable_.position, {}, 1); first && !first->messages.empty()) {
      return first->messages.front()->recorded_at;
    }
  }
  LogSlice first;
  first.scanned_to = tail_from();
  tail_.read({}, 1, first);
  if (first.messages.empty()) return std::nullopt;
  return first.messages.front()->recorded_at;
}

Committed Head::apply(const Commit& commit, const Plan& plan, Messages messages, const RecordingClock::Clock& clock) {
  ++visible_.sequence;
  Timestamp now;
  if (!messages.empty() && !plan.repeated) {
    const auto at = commit.recorded_at ? *commit.recorded_at : clock();
    now = clock_.record(at, clock, [&] { return first_recorded_at(); });
  }
  Committed result;
  result.revisions.reserve(plan.appends.size());
  for (std::size_t i = 0; i < plan.appends.size(); ++i) {
    const auto& planned = plan.appends[i];
    const auto own = messages.first(commit.appends[i].messages.size());
    messages = messages.subspan(own.size());
    if (planned.repeats.size() < own.size()) write_messages(own, planned, now);
    result.revisions.push_back(last_revision(planned, own));
  }
  apply_guards(commit);
  result.position = visible_.position;
  trim_tail();
  return result;
}

Committed Head::answer_again(const Plan& plan, Messages messages) {
  Committed result;
  result.repeated = true;
  for (const auto& planned : plan.appends) {
    const auto own = messages.first(planned.repeats.size());
    messages = messages.subspan(own.size());
    result.revisions.push_back(last_revision(planned, own));
    for (const auto& repeat : planned.repeats) result.position = std::max(result.position, repeat.position);
  }
  return result;
}

}  // namespace lasagne::detail
