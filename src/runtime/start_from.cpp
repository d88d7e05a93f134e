#include "runtime/start_from.hpp"

#include <algorithm>
#include <utility>

namespace lasagne::detail {

Result<Position> first_checkpoint(Store& store, const std::string& processor, const StartFrom& start) {
  auto there = store.checkpoint(processor);
  if (!there || *there > 0 || start == StartFrom::beginning()) return there;
  const auto recorded = store.checkpoints();
  if (!recorded) return std::unexpected(recorded.error());
  if (recorded->contains(processor)) return there;  // it first started when the log was empty
  const Position end = store.visible_position();
  Commit first;
  first.checkpoint = CheckpointMove{processor, 0, std::min(start.position().value_or(end), end)};
  const auto begun = store.append(first, Await::durable);
  if (begun) return first.checkpoint->to;
  if (begun.error().code == ErrorCode::checkpoint_moved) return store.checkpoint(processor);  // another node was first
  auto error = begun.error();
  if (error.code == ErrorCode::commit_unknown) error.code = ErrorCode::unavailable;  // asked again, the log knows
  return std::unexpected(std::move(error));
}

}  // namespace lasagne::detail
