#include "store/sqlite/block_fetch.hpp"

#include <fmt/format.h>

#include "store/sqlite/sql.hpp"

namespace lasagne::detail::sqlite {

// The text is asked for as a blob, since SQLite copies a text to put a zero at its end.
Block block_of(Statement& row) {
  return {row.natural(0), row.natural(1), Timestamp{row.integer(2)}, row.blob(3), row.blob(4)};
}

Error blocks_damaged(const Session& session, const BlockCursor& cursor) {
  return session.connection().damaged(fmt::format("the block at position {} cannot be read from position {} on",
                                                  cursor.block().position, cursor.next_position()));
}

BlockFetch::~BlockFetch() {
  if (row_ != nullptr) row_->reset();
}

Result<bool> BlockFetch::load(Position position) {
  if (row_ == nullptr) {
    auto prepared = session_.statement(sql::block_at);
    if (!prepared) return std::unexpected(prepared.error());
    row_ = *prepared;
  }
  loaded_ = false;
  row_->reset();
  row_->bind(1, to_sql(position));
  const int code = row_->step();
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_ROW) return std::unexpected(session_.connection().error(code, "reading a block of messages"));
  cursor_ = BlockCursor(block_of(*row_));
  loaded_ = true;
  return true;
}

Result<bool> BlockFetch::get(Position position, StoredMessage& message) {
  const auto& block = cursor_.block();
  if (!loaded_ || position < block.position || position > block.last()) {
    auto loaded = load(position);
    if (!loaded || !*loaded) return loaded;
  } else if (position < cursor_.next_position()) {
    cursor_ = BlockCursor(block);
  }
  for (;;) {
    const bool wanted = cursor_.next_position() == position;
    switch (cursor_.next(message)) {
      case BlockCursor::Step::message:
        if (wanted) return true;
        break;
      case BlockCursor::Step::removed:
        if (wanted) return false;
        break;
      case BlockCursor::Step::end:
        return false;
      case BlockCursor::Step::damaged:
        return std::unexpected(blocks_damaged(session_, cursor_));
    }
  }
}

}  // namespace lasagne::detail::sqlite
