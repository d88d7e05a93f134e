#include "runtime/processor.hpp"

#include <algorithm>
#include <utility>

namespace lasagne::detail {

namespace {

constexpr std::string_view external_suffix = "__external-events";
constexpr std::string_view rejections_suffix = "__command-rejections";
constexpr std::string_view undeliverable_stream = "timers__undeliverable";
constexpr std::size_t error_kept = Limits::error_bytes / 2 - 64;  // so that two and some words are within the bound

bool is_of_the_store(ErrorCode code) { return code == ErrorCode::unavailable || code == ErrorCode::failed; }

}  // namespace

LogProcessor::LogProcessor(Store& store, const Registry& registry, StateCache& shared_cache, Handler handler, Log log)
    : store_(store),
      registry_(registry),
      cache_(handler.reaction && handler.reaction->kind() == Reaction::Kind::forwarder ? own_cache_ : shared_cache),
      handler_(std::move(handler)),
      log_(std::move(log)) {}

bool LogProcessor::is_effect() const {
  return handler_.reaction && handler_.reaction->kind() == Reaction::Kind::effect;
}

void LogProcessor::tell(const std::string& text) const {
  if (log_) log_(handler_.processor + ": " + text);
}

Result<void> LogProcessor::load() {
  auto checkpoint = store_.checkpoint(handler_.processor);
  if (!checkpoint) return std::unexpected(std::move(checkpoint.error()));
  std::vector<ParkedMessage> entries;
  for (Position after = 0;;) {
    auto page = store_.parked(handler_.processor, after, 1000);
    if (!page) return std::unexpected(std::move(page.error()));
    entries.insert(entries.end(), page->begin(), page->end());
    if (page->size() < 1000) break;
    after = page->back().position;
  }
  checkpoint_ = *checkpoint;
  cursor_ = *checkpoint;
  held_.clear();
  held_by_key_.clear();
  retries_.clear();
  unstorable_.reset();
  for (const auto& entry : entries) hold(entry);
  return {};
}

void LogProcessor::hold(const ParkedMessage& entry) {
  release(entry.position);
  held_[entry.position] = entry;
  held_by_key_[entry.key].insert(entry.position);
  if (entry.status == ParkedMessage::Status::retrying) retries_.emplace(entry.next_attempt, entry.position);
}

void LogProcessor::release(Position position) {
  const auto found = held_.find(position);
  if (found == held_.end()) return;
  retries_.erase({found->second.next_attempt, position});
  const auto key = held_by_key_.find(found->second.key);
  key->second.erase(position);
  if (key->second.empty()) held_by_key_.erase(key);
  held_.erase(found);
}

bool LogProcessor::concerns(const Message& message) const {
  if (!handler_.reaction) return true;  // the filter is its own bus
  if (message.kind != MessageKind::event) return false;
  const std::string_view stream = message.stream;
  if (stream.ends_with(external_suffix) || stream.ends_with(rejections_suffix)) return true;
  return std::ranges::find(handler_.own_categories, category_of(stream)) != handler_.own_categories.end();
}

std::string LogProcessor::key_of(const Message& message) const {
  try {
    if (handler_.reaction) {
      auto key = handler_.reaction->key(message);
      // What the store would not take is told apart by its hash.
      return key.size() <= Limits::key_bytes ? key : "key " + Uuid::derive(Uuid{}, key).to_string();
    }
    if (const Decider* decider = registry_.decider_of(message.type)) {
      return decider->decode(message.type, message.data)->stream;
    }
  } catch (...) {
    // Falls through: what does not decode tells no key, and holds back nobody.
  }
  return "message " + std::to_string(message.position);
}

std::optional<LogProcessor::Failed> LogProcessor::handle(const Message& message, HopBuilder& builder) {
  try {
    if (handler_.reaction) {
      builder.reaction(*handler_.reaction, message);
    } else {
      builder.command(message);
    }
    return std::nullopt;
  } catch (const StoreFailure& failure) {
    if (is_of_the_store(failure.error().code)) throw;
    return Failed{failure.what(), false};
  } catch (const PermanentError& error) {
    return Failed{error.what(), false};
  } catch (const std::exception& error) {
    return Failed{error.what(), !handler_.retry.transient || handler_.retry.transient(error)};
  } catch (...) {
    return Failed{"the handler threw something that is no std::exception", true};
  }
}

std::optional<ParkedMessage> LogProcessor::settle_failure(const Message& message, Failed failed, std::uint32_t attempts,
                                                          Timestamp now, HopBuilder& builder) {
  ParkedMessage entry{handler_.processor,
                      message.position,
                      key_of(message),
                      ParkedMessage::Status::parked,
                      attempts,
                      now,
                      failed.error.substr(0, error_kept),
                      {}};
  if (failed.transient && attempts < handler_.retry.attempts) {
    entry.status = ParkedMessage::Status::retrying;
    entry.next_attempt = now + handler_.retry.backoff(attempts, std::hash<Uuid>{}(message.id) + attempts);
    return entry;
  }
  try {
    const Failure failure{failed.error, attempts};
    const bool mapped = handler_.reaction ? builder.reaction_failure(*handler_.reaction, message, failure)
                                          : builder.command_failure(message, failure);
    if (mapped) return std::nullopt;
  } catch (const std::exception& error) {
    entry.error += "; on_failure failed too: " + std::string(error.what()).substr(0, error_kept);
  } catch (...) {
    entry.error += "; on_failure failed too";
  }
  tell("parked " + message.type + " at position " + std::to_string(message.position) + " (" + entry.key + ") after " +
       std::to_string(attempts) + " attempts: " + entry.error);
  return entry;
}

Result<bool> LogProcessor::step(Timestamp now) {
  if (reload_.exchange(false)) {
    if (auto loaded = load(); !loaded) {
      reload_.store(true);
      return std::unexpected(std::move(loaded.error()));
    }
  }
  try {
    if (const auto due = due_retry(now)) {
      const ParkedMessage entry = held_.at(*due);
      return retry(entry, now);
    }
    return read_on(now);
  } catch (const StoreFailure& failure) {
    return std::unexpected(failure.error());
  }
}

// No wait is longer than the policy's longest: one that seems so was begun before the clock went back, and would last
// until it is there again.
std::optional<Position> LogProcessor::due_retry(Timestamp now) const {
  if (retries_.empty()) return std::nullopt;
  if (retries_.begin()->first <= now) return retries_.begin()->second;
  if (retries_.rbegin()->first - now > handler_.retry.longest_backoff) return retries_.rbegin()->second;
  return std::nullopt;
}

Result<bool> LogProcessor::read_on(Timestamp now) {
  if (held_.size() >= ProcessorLimits::held_messages) return false;
  const bool behind = store_.visible_position() > cursor_ + ProcessorLimits::far_messages;
  const auto limit = behind && batch_ > 1 ? ProcessorLimits::batch_behind : batch_;
  auto slice = store_.read_all(cursor_, handler_.filter, limit);
  if (!slice) return std::unexpected(std::move(slice.error()));
  if (slice->messages.empty()) {
    cursor_ = slice->scanned_to;  // the log's end: reading less than asked for says so
    if (cursor_ - checkpoint_ >= ProcessorLimits::unmarked_scan) return move_checkpoint(cursor_);
    return false;
  }
  if (is_effect()) {
    if (auto durable = store_.flush(slice->messages.back()->position); !durable) {
      return std::unexpected(std::move(durable.error()));
    }
  }

  HopBuilder builder(store_, cache_, registry_, handler_.module, handler_.processor);
  Commit parked;
  Position to = slice->scanned_to;
  bool staged = false;
  for (const auto& message : slice->messages) {
    if (!concerns(*message)) continue;
    if (unstorable_) {
      const Failed failed{std::exchange(unstorable_, std::nullopt)->message, false};
      if (auto entry = settle_failure(*message, failed, handler_.retry.attempts, now, builder)) {
        parked.parked_put.push_back(*std::move(entry));
      }
      staged = true;
      to = message->position;
      break;
    }
    if (!held_.empty()) {
      auto key = key_of(*message);
      if (const auto held = held_by_key_.find(key); held != held_by_key_.end()) {
        // Another node may have settled it without moving the checkpoint, and nobody would wake what queues behind.
        parked.parked_required.push_back({handler_.processor, *held->second.rbegin()});
        parked.parked_put.push_back({handler_.processor,
                                     message->position,
                                     std::move(key),
                                     ParkedMessage::Status::queued,
                                     0,
                                     {},
                                     "waits for an earlier message of its key",
                                     {}});
        staged = true;
        continue;
      }
    }
    if (auto failed = handle(*message, builder)) {
      if (auto entry = settle_failure(*message, *std::move(failed), 1, now, builder)) {
        parked.parked_put.push_back(*std::move(entry));
      }
      to = message->position;
      staged = true;
      break;
    }
    staged = true;
    if (builder.messages() >= ProcessorLimits::batch_output) {
      to = message->position;
      break;
    }
  }
  if (!staged) {
    cursor_ = to;
    return cursor_ - checkpoint_ >= ProcessorLimits::unmarked_scan ? move_checkpoint(cursor_) : Result<bool>(true);
  }
  Commit hop = builder.take();
  hop.parked_put = std::move(parked.parked_put);
  hop.parked_required = std::move(parked.parked_required);
  return commit(std::move(hop), builder, to);
}

Result<bool> LogProcessor::retry(const ParkedMessage& entry, Timestamp now) {
  HopBuilder builder(store_, cache_, registry_, handler_.module, handler_.processor);
  Commit after;
  after.parked_removed.push_back({entry.processor, entry.position});
  auto slice = store_.read_all(entry.position - 1, {}, 1);
  if (!slice) return std::unexpected(std::move(slice.error()));
  bool settled = true;
  if (slice->messages.empty() || slice->messages.front()->position != entry.position) {
    tell("dropped the parked message at position " + std::to_string(entry.position) + ": it was scavenged");
  } else {
    Message message = *slice->messages.front();
    if (!entry.edited_data.empty()) message.data = entry.edited_data;
    std::optional<Failed> failed;
    if (unstorable_) {
      failed = Failed{std::exchange(unstorable_, std::nullopt)->message, false};
    } else {
      failed = handle(message, builder);
    }
    if (failed) {
      if (auto again = settle_failure(message, *std::move(failed), entry.attempts + 1, now, builder)) {
        again->key = entry.key;
        again->edited_data = entry.edited_data;
        after.parked_put.push_back(*std::move(again));
        settled = false;
      }
    }
  }
  if (settled) {
    const auto& same_key = held_by_key_.at(entry.key);
    if (const auto next = same_key.upper_bound(entry.position); next != same_key.end()) {
      ParkedMessage successor = held_.at(*next);
      successor.status = ParkedMessage::Status::retrying;
      successor.next_attempt = now;
      after.parked_removed.push_back({successor.processor, successor.position});
      after.parked_put.push_back(std::move(successor));
    }
  }
  Commit hop = builder.take();
  hop.parked_removed = std::move(after.parked_removed);
  hop.parked_put = std::move(after.parked_put);
  return commit(std::move(hop), builder, cursor_);
}

Result<bool> LogProcessor::move_checkpoint(Position to) {
  HopBuilder nothing(store_, cache_, registry_, handler_.module, handler_.processor);
  auto moved = commit({}, nothing, to);
  if (!moved) return moved;
  return true;
}

Result<bool> LogProcessor::commit(Commit commit, HopBuilder& builder, Position to) {
  commit.checkpoint = CheckpointMove{handler_.processor, checkpoint_, to};
  auto result = store_.append_taking(commit, Await::visible);
  if (!result) return refused(std::move(result.error()));
  if (result->repeated) {
    // Another node did this hop, or our first answer was lost: then the checkpoint has moved, and this is refused. Or a
    // command came again when its bus had forgotten its id: then there is only the checkpoint left to move.
    commit.appends.clear();
    if (auto rest = store_.append(commit, Await::visible); !rest) return refused(std::move(rest.error()));
    reload_.store(true);
    return true;
  }
  builder.committed(commit, *result);
  checkpoint_ = cursor_ = to;
  overtaken_ = false;
  conflicts_ = 0;
  batch_ = ProcessorLimits::batch_messages;
  for (const auto& id : commit.parked_removed) release(id.position);
  for (const auto& entry : commit.parked_put) hold(entry);
  return true;
}

Result<bool> LogProcessor::refused(Error error) {
  switch (error.code) {
    case ErrorCode::conflict:  // somebody else wrote to a target: decide again, alone
      batch_ = 1;
      if (++conflicts_ > ProcessorLimits::conflicts_in_a_row) {
        conflicts_ = 0;
        error.code = ErrorCode::unavailable;
        return std::unexpected(std::move(error));
      }
      return true;
    case ErrorCode::checkpoint_moved:
      if (!std::exchange(overtaken_, true)) tell("another runtime moved the checkpoint: " + error.message);
      [[fallthrough]];
    case ErrorCode::parked_gone:
    case ErrorCode::commit_unknown:  // the log knows: go on from what it says
      reload_.store(true);
      return true;
    case ErrorCode::unavailable:
    case ErrorCode::failed:
      return std::unexpected(std::move(error));
    default:  // this hop can never be stored; alone it is parked
      if (batch_ == 1) {
        unstorable_ = std::move(error);
      } else {
        batch_ = 1;
      }
      return true;
  }
}

Result<std::optional<Timestamp>> LogProcessor::next_due() {
  if (retries_.empty()) return std::nullopt;
  return retries_.begin()->first;
}

Result<bool> TimerProcessor::step(Timestamp now) {
  auto next = store_.next_timer();
  if (!next) return std::unexpected(std::move(next.error()));
  if (!*next || **next > now) return false;
  auto due = store_.due_timers(now, ProcessorLimits::timers_in_a_row);
  if (!due) return std::unexpected(std::move(due.error()));
  bool moved = false;
  for (const auto& timer : *due) {
    // A message that its own stream refuses for good (a tombstone) is kept where people find it, and stops nobody.
    for (const auto& stream : {timer.stream, std::string(undeliverable_stream)}) {
      Commit commit;
      commit.timer_fired = Commit::Fire{timer.key, timer.message.id};
      commit.appends.push_back({stream, ExpectedRevision::any(), {timer.message}});
      const auto fired = store_.append(commit, Await::visible);
      moved = moved || fired.has_value();
      if (!fired && is_of_the_store(fired.error().code)) return std::unexpected(fired.error());
      if (fired || (fired.error().code != ErrorCode::tombstoned && fired.error().code != ErrorCode::invalid)) break;
    }
  }
  return moved;
}

}  // namespace lasagne::detail
