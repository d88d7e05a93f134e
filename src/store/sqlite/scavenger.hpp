// Removes from a file what no longer reads. The checksums of what stays go on to hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/log/backing.hpp"
#include "store/sqlite/last_batch.hpp"
#include "store/sqlite/log_reader.hpp"
#include "store/sqlite/session.hpp"
#include "store/sqlite/state_rows.hpp"

namespace lasagne::detail::sqlite {

// For one call of run(), within a transaction of the writer's connection.
class Scavenger {
 public:
  Scavenger(const Connection& connection, const SqliteSettings& settings, LastBatch& end, Timestamp now)
      : connection_(connection),
        session_(connection, settings),
        log_(make_log_reader_v2(session_)),
        end_(end),
        now_(now) {}

  // The number of messages removed.
  [[nodiscard]] Result<std::uint64_t> run();

 private:
  struct OfProcess {
    Uuid correlation_id;
    Position position;
  };
  // A row of by_stream.
  struct IndexRow {
    Revision last;
    std::vector<Position> positions;
  };
  // A row of blocks.
  struct Row {
    Position position = 0;
    std::uint64_t count = 0;
    Timestamp recorded_at;
    std::string ids;
    std::string messages;
    Digest chain{};
    std::optional<Digest> digest;  // once something was removed
    [[nodiscard]] Block block() const noexcept { return {position, count, recorded_at, ids, messages}; }
  };

  Result<std::vector<StreamRow>> streams_after(std::uint64_t id);
  Result<Revision> first_kept(StreamRow& stream);
  Result<void> cut(StreamRow& stream, Revision first);
  Result<void> keep_head(const StreamRow& stream);
  Result<void> cut_rows(const StreamRow& stream, const std::vector<IndexRow>& rows, Revision first);
  // What was collected in removed_ leaves the blocks and the index of processes.
  Result<void> remove_collected();
  Result<void> remove_from_block(std::size_t& next);
  Result<void> remove_from_process(std::size_t first, std::size_t last);
  // The place of a message in its block.
  Result<std::int64_t> place_of(Position position);
  // Blocks that have nothing left become one.
  Result<void> join(Row row);
  Result<std::optional<Row>> find_block(std::string_view sql, Position position);
  // Its checksum leaves the sum, or comes into it.
  void forget(const Row& row);
  void sum(Row& row);
  Result<void> replace(const Row& row);
  Result<void> remove_block(const Row& row);
  Result<Digest> stream_digest(std::uint64_t id);
  Result<void> run(std::string_view sql, std::string_view doing, const auto& bind);

  const Connection& connection_;
  Session session_;
  const std::unique_ptr<LogReader> log_;
  LastBatch& end_;
  const Timestamp now_;
  std::uint64_t count_ = 0;
  std::vector<Position> removed_;
  std::vector<OfProcess> of_processes_;
};

}  // namespace lasagne::detail::sqlite
