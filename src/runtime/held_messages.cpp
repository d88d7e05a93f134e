#include "runtime/held_messages.hpp"

namespace lasagne::detail {

namespace {
constexpr std::size_t page_entries = 1000;
}

void send_back(ParkedMessage entry, Timestamp now, Commit& commit) {
  entry.status = ParkedMessage::Status::retrying;
  entry.next_attempt = now;
  commit.parked_removed.push_back({entry.processor, entry.position});
  commit.parked_put.push_back(std::move(entry));
}

void settle_held(const ParkedMessage& entry, std::optional<ParkedMessage> successor, Timestamp now, Commit& commit) {
  commit.parked_removed.push_back({entry.processor, entry.position});
  if (successor) send_back(*std::move(successor), now, commit);
}

Result<std::optional<ParkedMessage>> successor_of(Store& store, const ParkedMessage& entry) {
  for (Position after = entry.position;;) {
    auto later = store.parked(entry.processor, after, page_entries);
    if (!later) return std::unexpected(std::move(later.error()));
    for (auto& candidate : *later) {
      if (candidate.key == entry.key) return std::move(candidate);
    }
    if (later->size() < page_entries) return std::nullopt;
    after = later->back().position;
  }
}

Result<HeldMessages> HeldMessages::read(Store& store, const std::string& processor) {
  HeldMessages held;
  for (Position after = 0;;) {
    const auto page = store.parked(processor, after, page_entries);
    if (!page) return std::unexpected(page.error());
    for (const auto& entry : *page) held.hold(entry);
    if (page->size() < page_entries) break;
    after = page->back().position;
  }
  held.send_on_who_waits_for_nobody();
  return held;
}

void HeldMessages::send_on_who_waits_for_nobody() {
  for (const auto& [key, positions] : by_key_) {
    const auto& first = entries_.at(*positions.begin());
    if (first.status == ParkedMessage::Status::queued) retries_.emplace(first.next_attempt, first.position);
  }
}

bool HeldMessages::queue(const std::string& processor, const Message& message, const std::string& key,
                         Commit& commit) const {
  const auto same_key = by_key_.find(key);
  if (same_key == by_key_.end()) return false;
  // Another node may have settled it without moving the checkpoint, and nobody would wake what is queued behind it.
  commit.parked_required.push_back({processor, *same_key->second.rbegin()});
  commit.parked_put.push_back(
      {processor, message.position, key, ParkedMessage::Status::queued, 0, {}, std::string(queued_behind_its_key), {}});
  return true;
}

std::size_t HeldMessages::of_key(const std::string& key) const {
  const auto same_key = by_key_.find(key);
  return same_key == by_key_.end() ? 0 : same_key->second.size();
}

const ParkedMessage* HeldMessages::find(Position position) const {
  const auto found = entries_.find(position);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<ParkedMessage> HeldMessages::calling() const {
  std::vector<ParkedMessage> calling;
  for (const auto& [position, entry] : entries_) {
    if (entry.status == ParkedMessage::Status::calling) calling.push_back(entry);
  }
  return calling;
}

std::optional<ParkedMessage> HeldMessages::due(Timestamp now, Duration longest_wait) const {
  auto first = due(now, longest_wait, 1);
  if (first.empty()) return std::nullopt;
  return std::move(first.front());
}

std::vector<ParkedMessage> HeldMessages::due(Timestamp now, Duration longest_wait, std::size_t most) const {
  std::vector<ParkedMessage> due;
  for (auto next = retries_.begin(); next != retries_.end() && due.size() < most && next->first <= now; ++next) {
    due.push_back(entries_.at(next->second));
  }
  for (auto last = retries_.rbegin();
       last != retries_.rend() && due.size() < most && last->first > now && last->first - now > longest_wait; ++last) {
    due.push_back(entries_.at(last->second));
  }
  return due;
}

std::optional<Timestamp> HeldMessages::next_due() const {
  if (retries_.empty()) return std::nullopt;
  return retries_.begin()->first;
}

void HeldMessages::not_due(Position position) {
  if (const auto* entry = find(position)) retries_.erase({entry->next_attempt, position});
}

void HeldMessages::settle(const ParkedMessage& entry, Timestamp now, Commit& commit) const {
  std::optional<ParkedMessage> successor;
  if (const auto same_key = by_key_.find(entry.key); same_key != by_key_.end()) {
    const auto next = same_key->second.upper_bound(entry.position);
    if (next != same_key->second.end()) successor = entries_.at(*next);
  }
  settle_held(entry, std::move(successor), now, commit);
}

void HeldMessages::committed(const Commit& commit) {
  for (const auto& id : commit.parked_removed) release(id.position);
  for (const auto& entry : commit.parked_put) hold(entry);
}

void HeldMessages::hold(const ParkedMessage& entry) {
  release(entry.position);
  entries_[entry.position] = entry;
  by_key_[entry.key].insert(entry.position);
  if (entry.status == ParkedMessage::Status::retrying) retries_.emplace(entry.next_attempt, entry.position);
}

void HeldMessages::release(Position position) {
  const auto found = entries_.find(position);
  if (found == entries_.end()) return;
  retries_.erase({found->second.next_attempt, position});
  const auto same_key = by_key_.find(found->second.key);
  same_key->second.erase(position);
  if (same_key->second.empty()) by_key_.erase(same_key);
  entries_.erase(found);
}

}  // namespace lasagne::detail
