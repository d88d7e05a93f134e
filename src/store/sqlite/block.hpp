// A block: consecutive messages of the log, as one row holds them. docs/format.md explains its columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/message.hpp"
#include "store/sqlite/checksum.hpp"

namespace lasagne::detail::sqlite {

// With so many bytes of ids and messages a row still fits a page of 4,096 bytes, so that one message costs one page to
// read. A message that is larger has a block of its own.
inline constexpr std::size_t block_bytes = 3'960;
inline constexpr std::size_t block_id_bytes = 48;  // a message's: its own id, correlation and causation

// A message as the file keeps it, with numbers for its stream and its type.
struct StoredMessage {
  Position position = 0;
  std::int64_t stream_id = 0;
  Revision revision = 0;
  std::int64_t type_id = 0;
  std::int64_t kind = 0;
  Timestamp recorded_at;
  Uuid id;
  Metadata metadata;
  std::string_view data;
};

// The columns of a block. A block without messages had all of them scavenged.
struct Block {
  Position position = 0;  // of its first message
  std::uint64_t count = 0;
  Timestamp recorded_at;  // of its first message
  std::string_view ids;
  std::string_view messages;

  [[nodiscard]] Position last() const noexcept { return position + count - 1; }
  [[nodiscard]] bool holds(Position at) const noexcept { return at >= position && at - position < count; }
  void put_into(RowHash& hash) const;
  // Of a block as it was written.
  [[nodiscard]] Digest digest() const;
};

// What the chain is after a block with this digest.
[[nodiscard]] Digest chain_after(const Digest& before, const Digest& block);

// Puts a block together.
class BlockBuilder {
 public:
  // False: the message does not fit, and the block is to be written first.
  [[nodiscard]] bool add(const StoredMessage& message);
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  // Valid until the next call of a function that is not const.
  [[nodiscard]] Block block() const noexcept { return {position_, count_, recorded_at_, ids_, messages_}; }
  void clear() noexcept;

 private:
  Position position_ = 0;
  std::uint64_t count_ = 0;
  Timestamp recorded_at_;
  std::string ids_;
  std::string messages_;
};

// Walks through the messages of a block; those of one that has none are removed in one step. What it gives points into
// the block's columns.
class BlockCursor {
 public:
  enum class Step : std::uint8_t { message, removed, end, damaged };

  BlockCursor() = default;
  explicit BlockCursor(const Block& block) noexcept : block_(block) {}

  [[nodiscard]] Step next(StoredMessage& message);
  // Passes by what is before this position of the block, without reading it. False: the block is damaged.
  [[nodiscard]] bool skip_to(Position position);
  [[nodiscard]] Position next_position() const noexcept { return block_.position + index_; }
  [[nodiscard]] const Block& block() const noexcept { return block_; }
  // How far in the text it is.
  [[nodiscard]] std::size_t at() const noexcept { return at_; }

 private:
  bool open() noexcept;
  // Up to the number of an element's stream; else `step` is what there is instead.
  bool begin(Step& step);
  bool number(std::int64_t& value, char end) noexcept;
  bool traceparent(std::string& value);
  [[nodiscard]] bool ends_after(std::size_t at, std::int64_t size) const noexcept;
  Block block_;
  std::size_t at_ = 0;
  std::uint64_t index_ = 0;
};

// Takes single messages out of a block.
class BlockCutter {
 public:
  explicit BlockCutter(const Block& block) : block_(block), cursor_(block), ids_(block.ids) {}

  // False: there is no message at this position of the block, or the block is damaged. `message` is the one that goes.
  // Positions come in ascending order.
  [[nodiscard]] bool remove(Position position, StoredMessage& message);
  // The columns of what is left; both are empty when nothing is.
  void finish(std::string& ids, std::string& messages);

 private:
  const Block block_;
  BlockCursor cursor_;
  std::size_t copied_ = 0;  // of the text
  std::string ids_;
  std::string messages_;
};

}  // namespace lasagne::detail::sqlite
