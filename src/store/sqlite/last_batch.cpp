#include "store/sqlite/last_batch.hpp"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "store/sqlite/block_fetch.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/state_rows.hpp"

namespace lasagne::detail::sqlite {

namespace {

std::unexpected<Error> changed(const Connection& connection, std::string_view what) {
  return fail(ErrorCode::failed,
              fmt::format("{}: {}: something other than Lasagne changed the file, or it is damaged: run `lasagne "
                          "verify --store sqlite:{}`, which lists all that is wrong, and restore a backup",
                          connection.path(), what, connection.path()));
}

Result<void> check_last_block(const Connection& connection, const LastBatch& end) {
  auto row = connection.prepare(sql::last_blocks, false);
  if (!row) return std::unexpected(row.error());
  int code = row->step();
  if (code == SQLITE_DONE) {
    if (end.position == 0 && end.chain == Digest{}) return {};
    return changed(connection, "the log's messages are gone");
  }
  if (code != SQLITE_ROW) return std::unexpected(connection.error(code, "reading the log's end"));
  const Block block = block_of(*row);
  const auto chain = digest_of(row->blob(5));
  const bool scavenged = !row->is_null(6);
  const auto digest = scavenged ? digest_of(row->blob(6)) : block.digest();
  const bool whole = !scavenged || (chain && digest == scavenged_digest(block, *chain));
  if (block.last() != end.position) {
    return changed(connection,
                   fmt::format("the last message is at position {} and should be at {}", block.last(), end.position));
  }
  const auto position = block.position;
  code = row->step();
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return std::unexpected(connection.error(code, "reading the log's end"));
  const auto before = code == SQLITE_ROW ? digest_of(row->blob(5)) : Digest{};
  if (chain != end.chain || !before || !whole || (!scavenged && chain_after(*before, *digest) != end.chain))
    return changed(connection, fmt::format("the messages from position {} on do not match their checksum", position));
  return {};
}

Result<void> check_checkpoints(const Connection& connection, const LastBatch& end) {
  auto row = connection.prepare(sql::checkpoints, false);
  if (!row) return std::unexpected(row.error());
  Sum sum;
  int code = SQLITE_ROW;
  while ((code = row->step()) == SQLITE_ROW) sum.add(row_digest("checkpoints", *row));
  if (code != SQLITE_DONE) return std::unexpected(connection.error(code, "reading the checkpoints"));
  if (sum != end.checkpoints) return changed(connection, "the checkpoints do not match their checksum");
  return {};
}

}  // namespace

std::string_view name_of(StateTable table) noexcept {
  constexpr std::array<std::string_view, state_tables> names{"streams", "types", "timers", "parked", "blocks"};
  return names[static_cast<std::size_t>(table)];
}

Digest LastBatch::checksum() const {
  RowHash hash("last_batch");
  hash.integer(number);
  hash.integer(to_sql(position));
  hash.integer(recorded_at.microseconds);
  hash.integer(streams);
  hash.blob(bytes_of(chain));
  hash.blob(bytes_of(checkpoints.value()));
  hash.blob(state_bytes());
  hash.blob(link);
  return hash.digest();
}

std::string LastBatch::state_bytes() const {
  std::string bytes;
  for (const auto& sum : state) bytes += bytes_of(sum.value());
  return bytes;
}

int LastBatch::put(Statement& statement) const {
  const auto sums = state_bytes();
  const auto check = checksum();
  statement.bind(1, number);
  statement.bind(2, to_sql(position));
  statement.bind(3, recorded_at.microseconds);
  statement.bind(4, streams);
  statement.bind_blob(5, bytes_of(chain));
  statement.bind_blob(6, bytes_of(checkpoints.value()));
  statement.bind_blob(7, sums);
  statement.bind_blob(8, link);
  statement.bind_blob(9, bytes_of(check));
  return statement.run();
}

Result<LastBatch> read_last_batch(const Connection& connection) {
  auto row = connection.prepare(sql::last_batch, false);
  if (!row) return std::unexpected(row.error());
  const int code = row->step();
  if (code == SQLITE_DONE) return changed(connection, "the record of the last batch is gone");
  if (code != SQLITE_ROW) return std::unexpected(connection.error(code, "reading the last batch"));
  const auto chain = digest_of(row->blob(4));
  const auto checkpoints = digest_of(row->blob(5));
  const auto state = row->blob(6);
  LastBatch last;
  last.number = row->integer(0);
  last.position = row->natural(1);
  last.recorded_at = Timestamp{row->integer(2)};
  last.streams = row->integer(3);
  last.chain = chain.value_or(Digest{});
  last.checkpoints = Sum::of(checkpoints.value_or(Digest{}));
  for (std::size_t i = 0; i < state_tables && state.size() == state_tables * sizeof(Digest); ++i)
    last.state[i] = Sum::of(*digest_of(state.substr(i * sizeof(Digest), sizeof(Digest))));
  last.link = row->blob(7);
  if (!chain || !checkpoints || state != last.state_bytes() || digest_of(row->blob(8)) != last.checksum())
    return changed(connection, "the record of the last batch does not match its checksum");
  return last;
}

Result<void> check_end(const Connection& connection) {
  auto end = read_last_batch(connection);
  if (!end) return std::unexpected(end.error());
  if (auto checked = check_last_block(connection, *end); !checked) return checked;
  auto streams = connection.integer(sql::last_stream_id, "reading the last stream");
  if (!streams) return std::unexpected(streams.error());
  if (*streams != end->streams) {
    return changed(connection, fmt::format("the last stream has the id {} and should have {}", *streams, end->streams));
  }
  return check_checkpoints(connection, *end);
}

}  // namespace lasagne::detail::sqlite
