// Writes messages as blocks, with their rows in the two indexes.
#pragma once

#include <cstdint>
#include <vector>

#include "store/sqlite/block.hpp"
#include "store/sqlite/connection.hpp"

namespace lasagne::detail::sqlite {

// One thread at a time, inside a transaction. The connection must outlive it.
class BlockWriter {
 public:
  explicit BlockWriter(const Connection& connection) : connection_(connection) {}

  [[nodiscard]] Result<void> prepare();
  // Messages come in order of position, without a gap but for what add_removed() tells. `chain` moves with each block.
  [[nodiscard]] Result<void> add(const StoredMessage& message, Digest& chain);
  // So many positions from there on have no message any more. For a log that was scavenged before it came here.
  [[nodiscard]] Result<Digest> add_removed(Position first, std::uint64_t count, Digest& chain);
  // Writes what is left, and the indexes' rows of all since the last time.
  [[nodiscard]] Result<void> finish(Digest& chain);

 private:
  struct OfStream {
    std::int64_t stream_id;
    Revision revision;
    Position position;
    std::uint64_t place;  // in its block
  };
  struct OfProcess {
    Uuid correlation_id;
    Position position;
    std::uint64_t place;
  };
  Result<void> write_block(Digest& chain);
  Result<void> write_by_stream();
  Result<void> write_by_process();
  Result<void> run(Statement& statement, std::string_view doing);

  const Connection& connection_;
  Statement insert_block_, insert_by_stream_, insert_by_process_;
  BlockBuilder builder_;
  std::vector<OfStream> of_streams_;
  std::vector<OfProcess> of_processes_;
  std::vector<Position> positions_;  // of the index row being made
};

}  // namespace lasagne::detail::sqlite
