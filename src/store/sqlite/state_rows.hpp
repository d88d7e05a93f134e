// The checksums of rows that may change: of streams, types, checkpoints, timers and parked messages, and of blocks that
// were scavenged.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lasagne/message.hpp"
#include "store/sqlite/block.hpp"
#include "store/sqlite/checksum.hpp"
#include "store/sqlite/connection.hpp"

namespace lasagne::detail::sqlite {

// Of the row that a statement stands on and that gives every column of the table in order.
[[nodiscard]] Digest row_digest(std::string_view table, Statement& row);

// Binds the columns of a row, in order, and hashes the same.
class HashedRow {
 public:
  HashedRow(std::string_view table, Statement& statement) : statement_(statement), hash_(table) {}

  // What is bound must live until the statement is reset.
  HashedRow& integer(std::int64_t value);
  HashedRow& integer(std::optional<std::int64_t> value);
  HashedRow& text(std::string_view value);
  HashedRow& text_or_null(std::string_view value);
  HashedRow& id(const Uuid& value);
  HashedRow& id_or_null(const Uuid& value);
  HashedRow& null();
  [[nodiscard]] Digest digest() const noexcept { return hash_.digest(); }

 private:
  Statement& statement_;
  RowHash hash_;
  int next_ = 1;
};

[[nodiscard]] Digest checkpoint_digest(std::string_view processor, Position position);
// Of a block from which something was removed, as it is now.
[[nodiscard]] Digest scavenged_digest(const Block& block, const Digest& chain);

}  // namespace lasagne::detail::sqlite
