// Single messages of a file, by their positions.
#pragma once

#include "store/sqlite/block.hpp"
#include "store/sqlite/session.hpp"

namespace lasagne::detail::sqlite {

// The block in a row that has, from that column on, position, count, recorded_at, ids, messages. Valid until the row's
// next step.
[[nodiscard]] Block block_of(Statement& row, int first_column = 0);
// That this block cannot be read on where the cursor stands.
[[nodiscard]] Error blocks_damaged(const Session& session, const BlockCursor& cursor);

// Keeps the last block at hand while it lives, for reads in one snapshot. One at a time on a session.
class BlockFetch {
 public:
  explicit BlockFetch(Session& session) : session_(session) {}
  ~BlockFetch();
  BlockFetch(const BlockFetch&) = delete;
  BlockFetch& operator=(const BlockFetch&) = delete;

  // A block that another statement has read, and keeps until the next call: it need not be looked up.
  void offer(const Block& block) noexcept { offered_ = BlockCursor(block); }
  // False: it was removed, or there is none. `message` points into the block: valid until the next call.
  [[nodiscard]] Result<bool> get(Position position, StoredMessage& message);

 private:
  Result<bool> load(Position position);
  Session& session_;
  Statement* row_ = nullptr;
  BlockCursor loaded_;
  BlockCursor offered_;
};

}  // namespace lasagne::detail::sqlite
