// What people do with parked messages.
#include <utility>

#include "runtime/held_messages.hpp"
#include "runtime/runtime_impl.hpp"

namespace lasagne::detail {

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
  commit.recorded_at = now();
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
    if (entry.status == ParkedMessage::Status::calling) {
      return fail(ErrorCode::invalid, "message " + std::to_string(position) + " is being called, attempt " +
                                          std::to_string(entry.attempts) +
                                          ": wait until it is handled or parked, or skip it");
    }
    if (!runs(processor)) {
      return fail(ErrorCode::invalid, "message " + std::to_string(position) + " is parked for " + processor +
                                          ", which no module of this runtime has: register that handler again, or "
                                          "skip the message");
    }
    entry.attempts = 0;
    if (!edited_data.empty()) entry.edited_data = std::move(edited_data);
    send_back(std::move(entry), now(), commit);
  } else {
    std::optional<ParkedMessage> successor;
    if (entry.status != ParkedMessage::Status::queued) {
      auto found_successor = successor_of(store_, entry);
      if (!found_successor) return std::unexpected(std::move(found_successor.error()));
      successor = *std::move(found_successor);
    }
    settle_held(entry, std::move(successor), now(), commit);
  }
  auto settled = store_.append(commit, Await::durable);
  if (!settled) return std::unexpected(std::move(settled.error()));
  for (const auto& each : processors_) {
    if (each->name() == processor) each->reload();
  }
  store_.interrupt();
  return {};
}

}  // namespace lasagne::detail
