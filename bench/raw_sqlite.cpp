#include "raw_sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace bench {

namespace {

constexpr int copied_pages = 4000;  // of the WAL, as the store does

constexpr const char* tables = R"sql(
CREATE TABLE IF NOT EXISTS streams(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS log(
  position INTEGER PRIMARY KEY,
  stream_id INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  type_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  id BLOB NOT NULL,
  correlation_id BLOB NOT NULL,
  causation_id BLOB,
  traceparent TEXT,
  recorded_at INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS log_by_stream ON log(stream_id, revision);
CREATE INDEX IF NOT EXISTS log_by_correlation ON log(correlation_id);
)sql";

// Of a store, as docs/format.md has it.
constexpr const char* rows_of_store =
    "SELECT b.position + m.key, m.value ->> 0, m.value ->> 1, m.value ->> 2, m.value ->> 3, "
    "substr(b.ids, m.key * 48 + 1, 16), substr(b.ids, m.key * 48 + 17, 16), substr(b.ids, m.key * 48 + 33, 16), "
    "b.recorded_at + (m.value ->> 4), CASE m.value ->> 1 WHEN 0 THEN s.name END, m.value -> 7 "
    "FROM blocks b CROSS JOIN json_each(b.messages) m CROSS JOIN streams s ON s.id = m.value ->> 0 "
    "WHERE m.type = 'array' ORDER BY b.position, m.key";

[[noreturn]] void fail(sqlite3* handle) { throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(handle)); }

void bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
  sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void bind_id(sqlite3_stmt* statement, int index, const lasagne::Uuid& id) {
  sqlite3_bind_blob(statement, index, id.bytes.data(), static_cast<int>(id.bytes.size()), SQLITE_STATIC);
}

std::string_view text(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr ? std::string_view{}
                         : std::string_view{text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

lasagne::Uuid id(sqlite3_stmt* statement, int column) {
  lasagne::Uuid id;
  const void* blob = sqlite3_column_blob(statement, column);
  if (blob != nullptr) std::memcpy(id.bytes.data(), blob, id.bytes.size());
  return id;
}

}  // namespace

void Close::operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
void Close::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

RawLoop::RawLoop(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(handle);
  execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL");
  execute(tables);
  execute("PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY");
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<RawLoop*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
  insert_message_ = prepare(
      "INSERT INTO log(position, stream_id, revision, type_id, kind, id, correlation_id, causation_id, traceparent, "
      "recorded_at, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, ?9, ?10)");
  insert_stream_ = prepare("INSERT INTO streams(id, name, category) VALUES(?1, ?2, ?3)");
}

RawLoop::~RawLoop() = default;

void RawLoop::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_.get());
}

RawLoop::Statement RawLoop::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    fail(handle_.get());
  return Statement{statement};
}

void RawLoop::step(sqlite3_stmt* statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) fail(handle_.get());
  sqlite3_reset(statement);
}

void RawLoop::insert_one(const RawRow& row) {
  if (row.revision == 0) {
    const std::string_view name = row.stream;
    sqlite3_bind_int64(insert_stream_.get(), 1, row.stream_id);
    bind_text(insert_stream_.get(), 2, name);
    bind_text(insert_stream_.get(), 3, name.substr(0, name.find('-')));
    step(insert_stream_.get());
  }
  sqlite3_stmt* insert = insert_message_.get();
  sqlite3_bind_int64(insert, 1, row.position);
  sqlite3_bind_int64(insert, 2, row.stream_id);
  sqlite3_bind_int64(insert, 3, row.revision);
  sqlite3_bind_int64(insert, 4, row.type_id);
  sqlite3_bind_int64(insert, 5, row.kind);
  bind_id(insert, 6, row.id);
  bind_id(insert, 7, row.correlation_id);
  if (row.causation_id.is_nil()) {
    sqlite3_bind_null(insert, 8);
  } else {
    bind_id(insert, 8, row.causation_id);
  }
  sqlite3_bind_int64(insert, 9, row.recorded_at);
  bind_text(insert, 10, row.data);
  step(insert);
}

void RawLoop::insert(const std::vector<RawRow>& rows, std::size_t first, std::size_t last, std::size_t batch) {
  for (std::size_t from = first; from < last; from += batch) {
    step(begin_.get());
    const std::size_t to = std::min(last, from + batch);
    for (std::size_t i = from; i < to; ++i) insert_one(rows[i]);
    step(commit_.get());
    copy_wal();
  }
}

void RawLoop::copy_wal() {
  if (wal_pages_ < copied_pages) return;
  if (sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) != SQLITE_OK)
    fail(handle_.get());
}

std::size_t RawLoop::select_all() {
  const auto rows = prepare(
      "SELECT position, stream_id, revision, type_id, kind, id, correlation_id, causation_id, traceparent, "
      "recorded_at, "
      "data FROM log ORDER BY position");
  std::size_t count = 0;
  std::size_t bytes = 0;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(rows.get())) == SQLITE_ROW) {
    for (const int column : {0, 1, 2, 3, 4, 9})
      bytes += static_cast<std::size_t>(sqlite3_column_int64(rows.get(), column));
    for (const int column : {5, 6, 7}) {
      if (sqlite3_column_blob(rows.get(), column) == nullptr) continue;
      bytes += static_cast<std::size_t>(sqlite3_column_bytes(rows.get(), column));
    }
    for (const int column : {8, 10}) bytes += text(rows.get(), column).size();
    ++count;
  }
  if (code != SQLITE_DONE || bytes == 0) fail(handle_.get());
  return count;
}

std::vector<RawRow> rows_of(const std::string& path) {
  sqlite3* opened = nullptr;
  const int open_code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, Close> handle(opened);
  sqlite3_stmt* prepared = nullptr;
  if (open_code != SQLITE_OK || sqlite3_prepare_v2(opened, rows_of_store, -1, &prepared, nullptr) != SQLITE_OK)
    fail(opened);
  const std::unique_ptr<sqlite3_stmt, Close> select(prepared);
  std::vector<RawRow> rows;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(select.get())) == SQLITE_ROW) {
    const auto integer = [&](int column) { return sqlite3_column_int64(select.get(), column); };
    rows.push_back({integer(0), integer(1), integer(2), integer(3), integer(4), id(select.get(), 5),
                    id(select.get(), 6), id(select.get(), 7), integer(8), std::string(text(select.get(), 9)),
                    std::string(text(select.get(), 10))});
  }
  if (code != SQLITE_DONE) fail(opened);
  return rows;
}

}  // namespace bench
