#include "runtime/start_from.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace lasagne::detail {

void FirstCheckpoint::start_at(Position end) noexcept {
  assert(end != not_started);
  auto before = not_started;
  end_.compare_exchange_strong(before, end);
}

Result<Position> FirstCheckpoint::record(Store& store, const std::string& processor) {
  auto there = store.checkpoint(processor);
  if (!there || *there > 0 || start_ == StartFrom::beginning()) return there;
  start_at(store.visible_position());
  const auto recorded = store.checkpoints();
  if (!recorded) return std::unexpected(recorded.error());
  if (recorded->contains(processor)) return there;  // it first started when the log was empty
  const Position end = end_.load();
  Commit first;
  first.checkpoint = CheckpointMove{processor, 0, std::min(start_.position().value_or(end), end)};
  const auto begun = store.append(first, Await::durable);
  if (begun) return first.checkpoint->to;
  if (begun.error().code == ErrorCode::checkpoint_moved) return store.checkpoint(processor);  // another node was first
  auto error = begun.error();
  if (error.code == ErrorCode::commit_unknown) error.code = ErrorCode::unavailable;  // asked again, the log knows
  return std::unexpected(std::move(error));
}

}  // namespace lasagne::detail
