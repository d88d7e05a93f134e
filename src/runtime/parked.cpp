// What people do with parked messages.
#include <utility>

#include "runtime/runtime_impl.hpp"

namespace lasagne::detail {

namespace {
constexpr std::size_t page = 1000;
}

Result<std::vector<Runtime::ParkedView>> RuntimeImpl::parked(std::size_t limit) {
  auto entries = store_.parked({}, 0, limit);
  if (!entries) return std::unexpected(std::move(entries.error()));
  std::vector<Runtime::ParkedView> views;
  for (auto& entry : *entries) {
    auto slice = store_.read_all(entry.position - 1, {}, 1);
    if (!slice) return std::unexpected(std::move(slice.error()));
    MessagePtr message;
    if (!slice->messages.empty() && slice->messages[0]->position == entry.position) message = slice->messages[0];
    views.push_back({std::move(entry), std::move(message)});
  }
  return views;
}

Result<void> RuntimeImpl::settle_parked(const std::string& processor, Position position, bool skip,
                                        std::string edited_data) {
  auto found = position == 0 ? Result<std::vector<ParkedMessage>>{} : store_.parked(processor, position - 1, 1);
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->empty() || found->front().position != position) {
    return fail(ErrorCode::not_found, "message " + std::to_string(position) + " is not parked for " + processor);
  }
  ParkedMessage entry = std::move(found->front());
  Commit commit;
  commit.parked_removed.push_back({processor, position});
  const auto go = [&](ParkedMessage next) {
    next.status = ParkedMessage::Status::retrying;
    next.next_attempt = now();
    commit.parked_put.push_back(std::move(next));
  };
  if (!skip) {
    if (entry.status == ParkedMessage::Status::queued) {
      return fail(ErrorCode::invalid,
                  "message " + std::to_string(position) + " waits for an earlier one of its key: settle that first");
    }
    // An attempt may be under way, whose outcome would overwrite what is put here.
    if (entry.status == ParkedMessage::Status::retrying) {
      return fail(ErrorCode::invalid, "message " + std::to_string(position) + " is being retried, after " +
                                          std::to_string(entry.attempts) +
                                          " attempts: wait until it is handled or parked, or skip it");
    }
    entry.attempts = 0;
    if (!edited_data.empty()) entry.edited_data = std::move(edited_data);
    go(std::move(entry));
  } else if (entry.status != ParkedMessage::Status::queued) {
    auto successor = successor_of(entry);
    if (!successor) return std::unexpected(std::move(successor.error()));
    if (*successor) {
      commit.parked_removed.push_back({processor, (*successor)->position});
      go(**std::move(successor));
    }
  }
  auto settled = store_.append(commit, Await::durable);
  if (!settled) return std::unexpected(std::move(settled.error()));
  for (const auto& each : processors_) {
    if (each->name() == processor) each->reload();
  }
  store_.interrupt();
  return {};
}

// The first message that queues behind `entry`.
Result<std::optional<ParkedMessage>> RuntimeImpl::successor_of(const ParkedMessage& entry) {
  for (Position after = entry.position;;) {
    auto later = store_.parked(entry.processor, after, page);
    if (!later) return std::unexpected(std::move(later.error()));
    for (auto& candidate : *later) {
      if (candidate.key == entry.key) return std::move(candidate);
    }
    if (later->size() < page) return std::nullopt;
    after = later->back().position;
  }
}

}  // namespace lasagne::detail
