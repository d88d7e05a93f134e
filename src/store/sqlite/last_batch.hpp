// The row of last_batch: where the log ends, and checksums of all that is in the file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lasagne/message.hpp"
#include "store/sqlite/checksum.hpp"
#include "store/sqlite/connection.hpp"

namespace lasagne::detail::sqlite {

// The tables whose rows may change, but for the checkpoints; blocks are those that were scavenged.
enum class StateTable : std::uint8_t { streams, types, timers, parked, blocks };
inline constexpr std::size_t state_tables = 5;
[[nodiscard]] std::string_view name_of(StateTable table) noexcept;

struct LastBatch {
  std::int64_t number = 0;  // of the batch: each transaction of the writer has the next one
  Position position = 0;
  Timestamp recorded_at;
  std::int64_t streams = 0;  // the greatest stream id
  Digest chain{};            // of the last block
  Sum checkpoints;           // of the checkpoints' rows
  std::array<Sum, state_tables> state;
  std::string link = std::string(48, '\0');  // see wal_check.hpp

  [[nodiscard]] Sum& sum(StateTable table) noexcept { return state[static_cast<std::size_t>(table)]; }
  [[nodiscard]] std::string state_bytes() const;
  [[nodiscard]] Digest checksum() const;
  // Writes the row with a statement for sql::put_last_batch. SQLITE_OK or an error.
  [[nodiscard]] int put(Statement& statement) const;
};

// The file's row. `failed` when it is missing or does not bear its checksum.
[[nodiscard]] Result<LastBatch> read_last_batch(const Connection& connection);

// In constant time: that the log's last block, its last stream and the checkpoints are those that were written last.
[[nodiscard]] Result<void> check_end(const Connection& connection);

}  // namespace lasagne::detail::sqlite
