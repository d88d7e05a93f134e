#include "store/sqlite/conversion.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lasagne/json.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/sql_v1.hpp"
#include "store/sqlite/state_rows.hpp"
#include "store/sqlite/wal_check.hpp"

namespace lasagne::detail::sqlite {

namespace {

constexpr std::string_view doing = "converting the file to format 2";
constexpr std::size_t bytes_at_once = 64 << 20;  // of data, in one transaction

}  // namespace

Conversion::Conversion(Connection& connection, const SqliteSettings& settings,
                       std::function<void(const Progress&)> progress)
    : connection_(connection),
      messages_at_once_(settings.converted_at_once),
      progress_(std::move(progress)),
      session_(connection, settings),
      blocks_(connection) {
  sqlite3_wal_autocheckpoint(connection.handle(), settings.checkpoint_pages);
}

Result<bool> Conversion::is_due(const Connection& connection) {
  auto tables = connection.integer(sql::v1::has_log, "reading the schema");
  if (!tables) return std::unexpected(tables.error());
  return *tables > 0;
}

Result<void> Conversion::run() {
  if (auto begun = begin(); !begun) return begun;
  if (auto prepared = blocks_.prepare(); !prepared) return prepared;
  auto last = read_last_batch(connection_);
  if (!last) return std::unexpected(last.error());
  end_ = *std::move(last);
  auto copied = copy_all();
  if (copied) copied = transact([this] { return finish(); });
  if (copied || !broken_) return copied;
  if (auto undone = undo(); !undone) return undone;
  return copied;
}

Result<void> Conversion::transact(const std::function<Result<void>()>& work) {
  if (auto begun = connection_.execute("BEGIN IMMEDIATE", doing); !begun) return begun;
  auto done = work();
  if (done) done = connection_.execute("COMMIT", doing);
  if (!done && sqlite3_get_autocommit(connection_.handle()) == 0)
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  return done;
}

Result<void> Conversion::begin() {
  auto version = connection_.integer("PRAGMA user_version", "reading the format version");
  if (!version) return std::unexpected(version.error());
  if (*version == schema_version) return {};  // it was cut short
  return transact([this]() -> Result<void> {
    if (auto created = connection_.execute(create_log_tables, doing); !created) return created;
    return put_end();
  });
}

Result<void> Conversion::put_end() {
  auto put = connection_.prepare(sql::put_last_batch, false);
  if (!put) return std::unexpected(put.error());
  ++end_.number;
  end_.link = next_link(end_.link);
  if (const int code = end_.put(*put); code != SQLITE_OK) return std::unexpected(connection_.error(code, doing));
  return {};
}

Result<void> Conversion::copy_all() {
  auto row = connection_.prepare(sql::v1::log_end, false);
  if (!row) return std::unexpected(row.error());
  if (const int code = row->step(); code != SQLITE_ROW) return std::unexpected(connection_.error(code, doing));
  old_end_.position = row->natural(0);
  old_end_.recorded_at = Timestamp{row->integer(1)};
  row->reset();
  for (;;) {
    tell();
    const auto before = end_.position;
    if (auto copied = transact([this] { return copy_some(); }); !copied) return copied;
    if (end_.position == before) return {};
  }
}

Result<void> Conversion::copy_some() {
  auto prepared = session_.statement(sql::v1::read_all);
  if (!prepared) return std::unexpected(prepared.error());
  Statement& row = **prepared;
  const ResetOnExit reset{row};
  row.bind(1, to_sql(end_.position));
  row.bind(2, INT64_MAX);
  next_revisions_.clear();
  std::size_t bytes = 0;
  int code = SQLITE_DONE;
  for (std::size_t count = 0; count < messages_at_once_ && bytes < bytes_at_once; ++count) {
    if ((code = row.step()) != SQLITE_ROW) break;
    auto message = message_of_v1(row, connection_);
    auto checked = message ? check(*message) : std::unexpected(message.error());
    if (!checked) {
      broken_ = true;
      return checked;
    }
    if (auto gap = copy_gap(message->position); !gap) return gap;
    if (auto added = blocks_.add(*message, end_.chain); !added) return added;
    bytes += message->data.size();
    end_.position = message->position;
    end_.recorded_at = message->recorded_at;
  }
  if (code != SQLITE_DONE && code != SQLITE_ROW) return std::unexpected(connection_.error(code, doing));
  if (auto written = blocks_.finish(end_.chain); !written) return written;
  return put_end();
}

// What would not read any more, or not as a stream, is not taken over.
Result<void> Conversion::check(const StoredMessage& message) {
  const auto refuse = [&](std::string_view what) {
    return std::unexpected(connection_.damaged(
        fmt::format("the file cannot be converted to format 2 and was left as it was: the message at position {} {}",
                    message.position, what)));
  };
  if (const auto problem = json_problem(message.data)) return refuse("is not JSON: " + *problem);
  if (message.kind < 0 || message.kind > 1) return refuse("has an unknown kind");
  if (auto name = session_.type_name(message.type_id); !name) return std::unexpected(name.error());
  if (auto name = session_.stream_name(message.stream_id); !name) return std::unexpected(name.error());
  const auto [next, is_first] = next_revisions_.try_emplace(message.stream_id, message.revision);
  if (is_first) {
    auto last = session_.statement(sql::last_revision);
    if (!last) return std::unexpected(last.error());
    const ResetOnExit reset{**last};
    (*last)->bind(1, message.stream_id);
    if (const int code = (*last)->step(); code != SQLITE_ROW) return std::unexpected(connection_.error(code, doing));
    if (!(*last)->is_null(0)) next->second = (*last)->natural(0) + 1;
  }
  if (next->second++ != message.revision)
    return refuse(
        fmt::format("has revision {} of its stream, where {} should follow", message.revision, next->second - 1));
  return {};
}

// Positions that scavenging has left without a message.
Result<void> Conversion::copy_gap(Position before) {
  if (before == end_.position + 1) return {};
  auto removed = blocks_.add_removed(end_.position + 1, before - end_.position - 1, end_.chain);
  if (!removed) return std::unexpected(removed.error());
  end_.sum(StateTable::blocks).add(*removed);
  return {};
}

Result<void> Conversion::finish() {
  if (auto gap = copy_gap(old_end_.position + 1); !gap) return gap;
  end_.position = old_end_.position;
  end_.recorded_at = old_end_.recorded_at;
  if (auto summed = sum_state(); !summed) return summed;
  if (auto put = put_end(); !put) return put;
  if (auto dropped = connection_.execute(sql::v1::drop_tables, doing); !dropped) return dropped;
  return connection_.execute(create_messages_view, doing);
}

Result<void> Conversion::sum_state() {
  const auto add = [&](std::string_view table, std::string_view sql, Sum& sum) -> Result<void> {
    auto row = connection_.prepare(sql, false);
    if (!row) return std::unexpected(row.error());
    int code = SQLITE_ROW;
    while ((code = row->step()) == SQLITE_ROW) sum.add(row_digest(table, *row));
    if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, doing));
    return {};
  };
  if (auto added = add("streams", sql::all_streams, end_.sum(StateTable::streams)); !added) return added;
  if (auto added = add("types", sql::all_types, end_.sum(StateTable::types)); !added) return added;
  if (auto added = add("timers", sql::all_timers, end_.sum(StateTable::timers)); !added) return added;
  if (auto added = add("parked", sql::all_parked, end_.sum(StateTable::parked)); !added) return added;
  if (auto added = add("checkpoints", sql::checkpoints, end_.checkpoints); !added) return added;
  auto streams = connection_.integer(sql::last_stream_id, doing);
  if (!streams) return std::unexpected(streams.error());
  end_.streams = *streams;
  return {};
}

Result<void> Conversion::undo() {
  // Without the table nothing tells that the log with these transactions belongs to the file, so the log goes first;
  // see wal_check.hpp. While somebody reads it, it stays, and so does what was converted: the next opening tries again.
  const int code =
      sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if ((code & 0xff) == SQLITE_BUSY) return {};
  if (code != SQLITE_OK) return std::unexpected(connection_.error(code, doing));
  return transact([this] { return connection_.execute(sql::v1::undo_conversion, doing); });
}

void Conversion::tell() noexcept {
  if (!progress_) return;
  try {
    progress_({"converting the store to format 2", end_.position, old_end_.position});
  } catch (...) {  // whoever is told may not stop it
  }
}

}  // namespace lasagne::detail::sqlite
