#include "store/sqlite/scavenger.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "store/log/slice.hpp"
#include "store/sqlite/block_fetch.hpp"
#include "store/sqlite/positions.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/state_rows.hpp"

namespace lasagne::detail::sqlite {

namespace {

constexpr std::int64_t streams_at_once = 1'000;     // rows may not change under a running select
constexpr std::int64_t index_rows_at_once = 1'000;  // likewise
constexpr std::size_t removed_at_once = 100'000;    // messages collected before blocks are written anew
constexpr std::string_view doing = "scavenging";

std::optional<std::uint64_t> natural(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

}  // namespace

Result<void> Scavenger::run(std::string_view sql, std::string_view what, const auto& bind) {
  auto statement = session_.statement(sql);
  if (!statement) return std::unexpected(statement.error());
  bind(**statement);
  if (const int code = (*statement)->run(); code != SQLITE_OK) return std::unexpected(connection_.error(code, what));
  return {};
}

Result<std::uint64_t> Scavenger::run() {
  for (std::uint64_t after = 0;;) {
    auto streams = streams_after(after);
    if (!streams) return std::unexpected(streams.error());
    for (auto& stream : *streams) {
      auto first = first_kept(stream);
      if (!first) return std::unexpected(first.error());
      if (*first == 0) continue;
      if (auto done = cut(stream, *first); !done) return std::unexpected(done.error());
    }
    if (auto done = remove_collected(); !done) return std::unexpected(done.error());
    if (streams->size() < static_cast<std::size_t>(streams_at_once)) return count_;
    after = streams->back().id;
  }
}

Result<std::vector<StreamRow>> Scavenger::streams_after(std::uint64_t id) {
  auto prepared = session_.statement(sql::streams_to_scavenge);
  if (!prepared) return std::unexpected(prepared.error());
  Statement& row = **prepared;
  const ResetOnExit reset{row};
  row.bind(1, to_sql(id));
  row.bind(2, streams_at_once);
  std::vector<StreamRow> streams;
  int code = SQLITE_ROW;
  while ((code = row.step()) == SQLITE_ROW) {
    StreamRow& stream = streams.emplace_back();
    stream.id = row.natural(0);
    stream.name = row.text(1);
    const auto state = row.integer(2);
    if (state < 0 || state > static_cast<std::int64_t>(StreamState::tombstoned))
      return std::unexpected(
          connection_.damaged(fmt::format("stream {} has the unknown state {}", stream.name, state)));
    stream.state = static_cast<StreamState>(state);
    stream.head = natural(row.optional_integer(3));
    stream.first_readable = row.natural(4);
    stream.limits.truncate_before = natural(row.optional_integer(5));
    stream.limits.max_count = natural(row.optional_integer(6));
    if (const auto age = row.optional_integer(7)) stream.limits.max_age = Duration{*age};
  }
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, doing));
  return streams;
}

// Also sets the stream's head.
Result<Revision> Scavenger::first_kept(StreamRow& stream) {
  auto last = log_->last_revision(to_sql(stream.id));
  if (!last) return std::unexpected(last.error());
  stream.head = std::max(stream.head, *last);
  return detail::first_kept(stream, now_, [&](Revision from, Revision to, Direction direction, std::size_t limit) {
    return log_->read_stream(stream, from, to, direction, limit);
  });
}

// The rows of the index go, but for what of the last one stays; the positions are collected.
Result<void> Scavenger::cut(StreamRow& stream, Revision first) {
  bool kept = false;
  for (bool more = true; more;) {
    std::vector<IndexRow> rows;
    {
      auto prepared = session_.statement(sql::stream_positions);
      if (!prepared) return std::unexpected(prepared.error());
      Statement& row = **prepared;
      const ResetOnExit reset{row};
      row.bind(1, to_sql(stream.id));
      row.bind(2, index_rows_at_once);
      int code = SQLITE_DONE;
      more = false;
      while ((code = row.step()) == SQLITE_ROW) {
        IndexRow read{row.natural(0), {}};
        if (!positions_of(row.natural(1), row.text(2), read.positions) || read.positions.size() > read.last + 1)
          return std::unexpected(
              connection_.damaged(fmt::format("the index of stream {} cannot be read", stream.name)));
        if (read.last + 1 - read.positions.size() >= first) break;
        more = read.last < first;
        rows.push_back(std::move(read));
      }
      if (code != SQLITE_DONE && code != SQLITE_ROW) return std::unexpected(connection_.error(code, doing));
      more = more && rows.size() == static_cast<std::size_t>(index_rows_at_once);
    }
    // The head must outlive its message.
    if (!rows.empty() && !std::exchange(kept, true)) {
      if (auto done = keep_head(stream); !done) return done;
    }
    if (auto done = cut_rows(stream, rows, first); !done) return done;
    if (removed_.size() < removed_at_once) continue;
    if (auto done = remove_collected(); !done) return done;
  }
  return {};
}

// All of a row goes, or its first ones do.
Result<void> Scavenger::cut_rows(const StreamRow& stream, const std::vector<IndexRow>& rows, Revision first) {
  for (const auto& row : rows) {
    const auto begin = row.last + 1 - row.positions.size();
    const auto gone = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(first - begin, row.positions.size()));
    removed_.insert(removed_.end(), row.positions.begin(), row.positions.begin() + gone);
    const std::span left(row.positions.begin() + gone, row.positions.end());
    if (left.empty()) continue;
    assert(&row == &rows.back());
    const auto distances = distances_of(left);
    auto done = run(sql::shorten_by_stream, doing, [&](Statement& shorten) {
      shorten.bind(1, to_sql(stream.id));
      shorten.bind(2, to_sql(row.last));
      shorten.bind_text_or_null(3, distances);
    });
    if (!done) return done;
  }
  if (rows.empty()) return {};
  return run(sql::remove_by_stream, doing, [&](Statement& remove) {
    remove.bind(1, to_sql(stream.id));
    remove.bind(2, to_sql(rows.front().last));
    remove.bind(3, to_sql(std::min(rows.back().last, first - 1)));
  });
}

Result<Digest> Scavenger::stream_digest(std::uint64_t id) {
  auto row = session_.statement(sql::stream_row);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, to_sql(id));
  const int code = (*row)->step();
  if (code != SQLITE_ROW) return std::unexpected(connection_.error(code, doing));
  return row_digest("streams", **row);
}

Result<void> Scavenger::keep_head(const StreamRow& stream) {
  const auto before = stream_digest(stream.id);
  if (!before) return std::unexpected(before.error());
  auto kept = run(sql::keep_head, doing, [&](Statement& keep) {
    keep.bind(1, to_sql(stream.id));
    keep.bind(2, to_sql(*stream.head));
  });
  if (!kept) return kept;
  const auto after = stream_digest(stream.id);
  if (!after) return std::unexpected(after.error());
  end_.sum(StateTable::streams).subtract(*before);
  end_.sum(StateTable::streams).add(*after);
  return {};
}

Result<void> Scavenger::remove_collected() {
  std::ranges::sort(removed_);
  count_ += removed_.size();
  for (std::size_t next = 0; next < removed_.size();) {
    if (auto done = remove_from_block(next); !done) return done;
  }
  removed_.clear();
  std::ranges::sort(of_processes_, {},
                    [](const OfProcess& entry) { return std::tie(entry.correlation_id, entry.position); });
  for (std::size_t first = 0; first < of_processes_.size();) {
    std::size_t last = first;
    while (last < of_processes_.size() && of_processes_[last].correlation_id == of_processes_[first].correlation_id)
      ++last;
    if (auto done = remove_from_process(first, last); !done) return done;
    first = last;
  }
  of_processes_.clear();
  return {};
}

Result<void> Scavenger::remove_from_block(std::size_t& next) {
  auto found = find_block(sql::whole_block, removed_[next]);
  if (!found) return std::unexpected(found.error());
  const auto damaged = [&] {
    return std::unexpected(
        connection_.damaged(fmt::format("the message at position {} cannot be found or read", removed_[next])));
  };
  if (!*found || (*found)->block().last() < removed_[next]) return damaged();
  Row& row = **found;
  forget(row);
  BlockCutter cutter(row.block());
  StoredMessage message;
  for (; next < removed_.size() && removed_[next] <= row.block().last(); ++next) {
    if (!cutter.remove(removed_[next], message)) return damaged();
    of_processes_.push_back({message.metadata.correlation_id, message.position});
  }
  std::string ids;
  std::string messages;
  cutter.finish(ids, messages);
  row.ids = std::move(ids);
  row.messages = std::move(messages);
  if (row.messages.empty()) return join(std::move(row));
  sum(row);
  return run(sql::cut_block, doing, [&](Statement& put) {
    put.bind(1, to_sql(row.position));
    put.bind_blob(2, bytes_of(*row.digest));
    put.bind_blob(3, row.ids);
    put.bind(4, std::string_view{row.messages});
  });
}

void Scavenger::forget(const Row& row) {
  if (row.digest) end_.sum(StateTable::blocks).subtract(*row.digest);
}

void Scavenger::sum(Row& row) {
  row.digest = scavenged_digest(row.block(), row.chain);
  end_.sum(StateTable::blocks).add(*row.digest);
}

Result<void> Scavenger::join(Row row) {
  for (const bool before : {true, false}) {
    auto found = before ? find_block(sql::whole_block, row.position - 1) : find_block(sql::next_block, row.position);
    if (!found) return std::unexpected(found.error());
    if (!*found || !(*found)->messages.empty()) continue;
    const Row& other = **found;
    forget(other);
    if (auto removed = remove_block(before ? row : other); !removed) return removed;
    if (before) {
      row.position = other.position;
    } else {
      row.chain = other.chain;
    }
    row.count += other.count;
  }
  row.recorded_at = {};
  sum(row);
  return replace(row);
}

Result<std::optional<Scavenger::Row>> Scavenger::find_block(std::string_view sql, Position position) {
  auto prepared = session_.statement(sql);
  if (!prepared) return std::unexpected(prepared.error());
  Statement& read = **prepared;
  const ResetOnExit reset{read};
  read.bind(1, to_sql(position));
  const int code = read.step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return std::unexpected(connection_.error(code, doing));
  std::optional<Row> row(std::in_place);
  const Block block = block_of(read);
  row->position = block.position;
  row->count = block.count;
  row->recorded_at = block.recorded_at;
  row->ids = block.ids;
  row->messages = block.messages;
  const auto chain = digest_of(read.blob(5));
  if (!chain)
    return std::unexpected(connection_.damaged(fmt::format("the block at position {} has no checksum", row->position)));
  row->chain = *chain;
  row->digest = digest_of(read.blob(6));
  return row;
}

// Of a block that has no message left.
Result<void> Scavenger::replace(const Row& row) {
  return run(sql::replace_block, doing, [&](Statement& put) {
    put.bind(1, to_sql(row.position));
    put.bind(2, to_sql(row.count));
    put.bind(3, row.recorded_at.microseconds);
    put.bind_blob(4, bytes_of(row.chain));
    put.bind_blob(5, bytes_of(*row.digest));
    put.bind_null(6);
    put.bind_null(7);
  });
}

Result<void> Scavenger::remove_block(const Row& row) {
  return run(sql::remove_block, doing, [&](Statement& remove) { remove.bind(1, to_sql(row.position)); });
}

Result<std::int64_t> Scavenger::place_of(Position position) {
  auto prepared = session_.statement(sql::block_position);
  if (!prepared) return std::unexpected(prepared.error());
  const ResetOnExit reset{**prepared};
  (*prepared)->bind(1, to_sql(position));
  const int code = (*prepared)->step();
  if (code != SQLITE_ROW) return std::unexpected(connection_.error(code, doing));
  return to_sql(position) - (*prepared)->integer(0);
}

Result<void> Scavenger::remove_from_process(std::size_t first, std::size_t last) {
  const Uuid process = of_processes_[first].correlation_id;
  while (first < last) {
    auto single = run(sql::remove_single_by_process, doing, [&](Statement& remove) {
      remove.bind(1, process);
      remove.bind(2, to_sql(of_processes_[first].position));
    });
    if (!single) return single;
    if (sqlite3_changes(connection_.handle()) > 0) {
      ++first;
      continue;
    }
    std::vector<Position> positions;
    std::int64_t place = 0;
    {
      auto prepared = session_.statement(sql::process_from);
      if (!prepared) return std::unexpected(prepared.error());
      Statement& row = **prepared;
      const ResetOnExit reset{row};
      row.bind(1, process);
      row.bind(2, to_sql(of_processes_[first].position));
      const int code = row.step();
      if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(connection_.error(code, doing));
      if (code == SQLITE_DONE || !positions_of(row.natural(0), row.text(2), positions))
        return std::unexpected(
            connection_.damaged(fmt::format("the index of process {} cannot be read", process.to_string())));
      place = row.integer(1);
    }
    std::vector<Position> left;
    const auto row_last = positions.back();
    for (const Position position : positions) {
      if (first < last && of_processes_[first].position == position) {
        ++first;
      } else {
        left.push_back(position);
      }
    }
    if (left.size() == positions.size())
      return std::unexpected(
          connection_.damaged(fmt::format("the index of process {} misses a message", process.to_string())));
    auto done = run(sql::remove_by_process, doing, [&](Statement& remove) {
      remove.bind(1, process);
      remove.bind(2, to_sql(row_last));
    });
    if (!done) return done;
    if (left.empty()) continue;
    if (left.back() != row_last) {
      const auto found = place_of(left.back());
      if (!found) return std::unexpected(found.error());
      place = *found;
    }
    const auto distances = distances_of(left);
    done = run(sql::insert_by_process, doing, [&](Statement& insert) {
      insert.bind(1, process);
      insert.bind(2, to_sql(left.back()));
      insert.bind(3, place);
      insert.bind_text_or_null(4, distances);
    });
    if (!done) return done;
  }
  return {};
}

}  // namespace lasagne::detail::sqlite
