// Format 2: a row a block, found by the positions that the two indexes give.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/block_fetch.hpp"
#include "store/sqlite/log_reader.hpp"
#include "store/sqlite/positions.hpp"
#include "store/sqlite/sql.hpp"

namespace lasagne::detail::sqlite {

namespace {

// A filter with its names looked up.
struct FilterIds {
  std::vector<std::int64_t> types;
  std::vector<std::int64_t> streams;
};

class LogReaderV2 final : public LogReader {
 public:
  using LogReader::LogReader;

  Result<LogEnd> end() override;
  Result<std::optional<Revision>> last_revision(std::int64_t stream_id) override;
  Result<Messages> read_stream(const StreamRow& stream, Revision from, Revision to, Direction direction,
                               std::size_t limit) override;
  Result<Messages> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override;
  Result<void> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit,
                        Messages& messages) override;

 private:
  [[nodiscard]] Error damaged(std::string_view index, Position position) const {
    return session_.connection().damaged(
        fmt::format("the index of {} does not fit the message at position {}", index, position));
  }
  Result<FilterIds> look_up(const Filter& filter);
  Result<bool> matches(const Filter& filter, const FilterIds& ids, const StoredMessage& message);
};

Result<LogEnd> LogReaderV2::end() {
  auto row = session_.statement(sql::log_end);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  const int code = (*row)->step();
  if (code == SQLITE_ROW) return LogEnd{(*row)->natural(0), Timestamp{(*row)->integer(1)}};
  if (code == SQLITE_DONE) return std::unexpected(session_.connection().damaged("the log's end is missing"));
  return std::unexpected(session_.connection().error(code, "reading the log's end"));
}

Result<std::optional<Revision>> LogReaderV2::last_revision(std::int64_t stream_id) {
  auto row = session_.statement(sql::last_revision);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, stream_id);
  if (const int code = (*row)->step(); code != SQLITE_ROW)
    return std::unexpected(session_.connection().error(code, "reading a stream's head"));
  if ((*row)->is_null(0)) return std::nullopt;
  return (*row)->natural(0);
}

Result<LogReader::Messages> LogReaderV2::read_stream(const StreamRow& stream, Revision from, Revision to,
                                                     Direction direction, std::size_t limit) {
  Messages messages;
  const bool forwards = direction == Direction::forwards;
  auto rows = session_.statement(forwards ? sql::stream_forwards : sql::stream_backwards);
  if (!rows) return std::unexpected(rows.error());
  Statement& row = **rows;
  const ResetOnExit reset{row};
  row.bind(1, to_sql(stream.id));
  row.bind(2, to_sql(from));
  if (!forwards) row.bind(3, to_sql(to));
  BlockFetch blocks(session_);
  Slabs slabs;
  std::vector<Position> positions;
  StoredMessage stored;
  int code = SQLITE_DONE;
  while (messages.size() < limit && (code = row.step()) == SQLITE_ROW) {
    const auto last = row.natural(0);
    if (!positions_of(row.natural(1), row.text(2), positions) || positions.size() > last + 1)
      return std::unexpected(damaged("streams", row.natural(1)));
    const Revision first = last + 1 - positions.size();
    if (forwards && first > to) break;
    blocks.offer(block_of(row, 3));
    const Revision begin = std::max(first, from);
    const Revision end = std::min(last, to);
    for (Revision i = 0; begin + i <= end && messages.size() < limit; ++i) {
      const Revision revision = forwards ? begin + i : end - i;
      const Position position = positions[revision - first];
      auto found = blocks.get(position, stored);
      if (!found) return std::unexpected(found.error());
      if (!*found || stored.stream_id != to_sql(stream.id) || stored.revision != revision)
        return std::unexpected(damaged("streams", position));
      auto message = slabs.next();
      if (auto decoded = decode(std::move(stored), &stream.name, *message); !decoded)
        return std::unexpected(decoded.error());
      messages.push_back(std::move(message));
    }
  }
  if (code != SQLITE_DONE && code != SQLITE_ROW)
    return std::unexpected(session_.connection().error(code, "reading a stream"));
  return messages;
}

Result<LogReader::Messages> LogReaderV2::read_process(const Uuid& correlation_id, Position after, std::size_t limit) {
  Messages messages;
  auto rows = session_.statement(sql::process_positions);
  if (!rows) return std::unexpected(rows.error());
  Statement& row = **rows;
  const ResetOnExit reset{row};
  row.bind(1, correlation_id);
  row.bind(2, to_sql(after));
  BlockFetch blocks(session_);
  Slabs slabs;
  std::vector<Position> positions;
  StoredMessage stored;
  int code = SQLITE_DONE;
  while (messages.size() < limit && (code = row.step()) == SQLITE_ROW) {
    if (!positions_of(row.natural(0), row.text(1), positions))
      return std::unexpected(damaged("processes", row.natural(0)));
    blocks.offer(block_of(row, 2));
    for (auto at = std::ranges::upper_bound(positions, after); at != positions.end() && messages.size() < limit; ++at) {
      auto found = blocks.get(*at, stored);
      if (!found) return std::unexpected(found.error());
      if (!*found || stored.metadata.correlation_id != correlation_id)
        return std::unexpected(damaged("processes", *at));
      auto message = slabs.next();
      if (auto decoded = decode(std::move(stored), nullptr, *message); !decoded)
        return std::unexpected(decoded.error());
      messages.push_back(std::move(message));
    }
  }
  if (code != SQLITE_DONE && code != SQLITE_ROW)
    return std::unexpected(session_.connection().error(code, "reading a process"));
  return messages;
}

Result<void> LogReaderV2::read_all(Position after, Position up_to, const Filter& filter, std::size_t limit,
                                   Messages& messages) {
  auto ids = look_up(filter);
  if (!ids) return std::unexpected(ids.error());
  const bool nothing = (!filter.types.empty() && ids->types.empty()) ||
                       (!filter.streams.empty() && ids->streams.empty() && filter.categories.empty());
  if (nothing || after >= up_to || messages.size() >= limit) return {};
  auto rows = session_.statement(sql::blocks_between);
  if (!rows) return std::unexpected(rows.error());
  Statement& row = **rows;
  const ResetOnExit reset{row};
  row.bind(1, to_sql(after + 1));
  row.bind(2, to_sql(up_to));
  Slabs slabs;
  StoredMessage stored;
  int code = SQLITE_DONE;
  while ((code = row.step()) == SQLITE_ROW) {
    BlockCursor cursor(block_of(row));
    for (auto step = BlockCursor::Step::removed; cursor.next_position() <= up_to;) {
      step = cursor.next(stored);
      if (step == BlockCursor::Step::end) break;
      if (step == BlockCursor::Step::damaged) return std::unexpected(blocks_damaged(session_, cursor));
      if (step == BlockCursor::Step::removed || stored.position <= after) continue;
      auto wanted = matches(filter, *ids, stored);
      if (!wanted) return std::unexpected(wanted.error());
      if (!*wanted) continue;
      auto message = slabs.next();
      if (auto decoded = decode(std::move(stored), nullptr, *message); !decoded) return decoded;
      messages.push_back(std::move(message));
      if (messages.size() == limit) return {};
    }
  }
  if (code != SQLITE_DONE) return std::unexpected(session_.connection().error(code, "reading messages"));
  return {};
}

Result<FilterIds> LogReaderV2::look_up(const Filter& filter) {
  FilterIds ids;
  for (const auto& type : filter.types) {
    auto id = session_.type_id(type);
    if (!id) return std::unexpected(id.error());
    if (*id) ids.types.push_back(**id);
  }
  for (const auto& stream : filter.streams) {
    auto id = session_.stream_id(stream);
    if (!id) return std::unexpected(id.error());
    if (*id) ids.streams.push_back(**id);
  }
  return ids;
}

Result<bool> LogReaderV2::matches(const Filter& filter, const FilterIds& ids, const StoredMessage& message) {
  if (!filter.types.empty() && std::ranges::find(ids.types, message.type_id) == ids.types.end()) return false;
  if (filter.streams.empty() && filter.categories.empty()) return true;
  if (std::ranges::find(ids.streams, message.stream_id) != ids.streams.end()) return true;
  if (filter.categories.empty()) return false;
  auto name = session_.stream_name(message.stream_id);
  if (!name) return std::unexpected(name.error());
  return std::ranges::find(filter.categories, category_of(**name)) != filter.categories.end();
}

}  // namespace

std::unique_ptr<LogReader> make_log_reader_v2(Session& session) { return std::make_unique<LogReaderV2>(session); }

}  // namespace lasagne::detail::sqlite
