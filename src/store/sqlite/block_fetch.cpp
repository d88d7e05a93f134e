#include "store/sqlite/block_fetch.hpp"

#include <fmt/format.h>

#include "store/sqlite/sql.hpp"

namespace lasagne::detail::sqlite {

// The text is asked for as a blob, since SQLite copies a text to put a zero at its end.
Block block_of(Statement& row, int first_column) {
  return {row.natural(first_column), row.natural(first_column + 1), Timestamp{row.integer(first_column + 2)},
          row.blob(first_column + 3), row.blob(first_column + 4)};
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
  loaded_ = {};
  row_->reset();
  row_->bind(1, to_sql(position));
  const int code = row_->step();
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_ROW) return std::unexpected(session_.connection().error(code, "reading a block of messages"));
  loaded_ = BlockCursor(block_of(*row_));
  return true;
}

Result<bool> BlockFetch::get(Position position, StoredMessage& message) {
  BlockCursor& cursor = offered_.block().holds(position) ? offered_ : loaded_;
  if (!cursor.block().holds(position)) {
    auto loaded = load(position);
    if (!loaded || !*loaded) return loaded;
    if (!cursor.block().holds(position)) return false;
  } else if (position < cursor.next_position()) {
    cursor = BlockCursor(cursor.block());
  }
  auto step = BlockCursor::Step::damaged;
  if (cursor.skip_to(position)) step = cursor.next(message);
  if (step == BlockCursor::Step::damaged) return std::unexpected(blocks_damaged(session_, cursor));
  return step == BlockCursor::Step::message;
}

}  // namespace lasagne::detail::sqlite
