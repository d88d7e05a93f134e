// How a file is opened for writing, and made.
#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/sqlite/conversion.hpp"
#include "store/sqlite/file_check.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/wal_check.hpp"
#include "store/sqlite/writer.hpp"

namespace lasagne::detail::sqlite {

namespace {

// Reads only. The version of the format; 0: the database is empty, and the tables are to be made.
Result<std::int64_t> check_database(Connection& connection) {
  auto id = connection.integer("PRAGMA application_id", "reading the application id");
  if (!id && (sqlite3_errcode(connection.handle()) & 0xff) == SQLITE_NOTADB)
    return std::unexpected(foreign_file(connection.path(), "not a SQLite database"));
  if (!id) return std::unexpected(id.error());
  auto version = connection.integer("PRAGMA user_version", "reading the format version");
  if (!version) return std::unexpected(version.error());
  auto tables = connection.integer("SELECT count(*) FROM sqlite_schema", "reading the schema");
  if (!tables) return std::unexpected(tables.error());
  if (*id == 0 && *tables == 0) return 0;
  if (*id != application_id)
    return std::unexpected(foreign_file(connection.path(), "a SQLite database of another program"));
  if (*version > schema_version) return std::unexpected(newer_version(connection.path(), *version));
  if (*version < 1) return std::unexpected(connection.damaged("the format version is missing"));
  return version;
}

Result<void> put_first_batch(Connection& connection) {
  auto put = connection.prepare(sql::put_last_batch, false);
  if (!put) return std::unexpected(put.error());
  LastBatch first;
  first.link = next_link({});
  if (const int code = first.put(*put); code != SQLITE_OK)
    return std::unexpected(connection.error(code, "creating the store"));
  return {};
}

Result<void> create_tables(Connection& connection) {
  // While the file is no WAL database yet: the tables, the id and the version then reach it in one step.
  auto created = connection.execute(std::string{"PRAGMA page_size = 4096; BEGIN IMMEDIATE;"} + create_state_tables +
                                        create_log_tables + create_messages_view,
                                    "creating the store");
  if (created) created = put_first_batch(connection);
  if (created) created = connection.execute("COMMIT", "creating the store");
  if (!created) sqlite3_exec(connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  return created;
}

Result<void> configure(Connection& connection, const SqliteSettings& settings) {
  auto mode = connection.prepare("PRAGMA journal_mode = WAL", false);
  if (!mode) return std::unexpected(mode.error());
  if (const int code = mode->step(); code != SQLITE_ROW)
    return std::unexpected(connection.error(code, "switching to the write-ahead log"));
  if (mode->text(0) != "wal")
    return fail(
        ErrorCode::unavailable,
        fmt::format(
            "{}: the file system does not support a write-ahead log (it may lack shared memory): put the store on a "
            "local disk",
            connection.path()));
  // It answers before it writes the mode into the file, which may still fail.
  if (const int code = mode->step(); code != SQLITE_DONE)
    return std::unexpected(connection.error(code, "switching to the write-ahead log"));
  mode->reset();
  return connection.execute(
      fmt::format("PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF; PRAGMA mmap_size = 0; "
                  "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}; PRAGMA journal_size_limit = {};",
                  settings.writer_cache_kib, settings.wal_bytes_kept),
      "setting up the writer");
}

// A writer that crashed, or whose flush failed, may have left commits in the WAL that read well and are not on the
// disk; and after a failed flush the kernel may hold them for written, so that a mere flush would pass over them.
// Writing the same bytes again makes them dirty again, and then the flush keeps them: before anybody is answered by
// what is read.
Result<void> flush_what_was_left(Connection& connection) {
  constexpr sqlite3_int64 piece_bytes = 64 * 1024;  // a page at most, which is all that a VFS need take
  sqlite3_file* wal = nullptr;
  const int found = sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (found != SQLITE_OK || wal == nullptr || wal->pMethods == nullptr) return {};
  // Nobody appends to the WAL meanwhile.
  if (auto begun = connection.execute("BEGIN IMMEDIATE", "beginning a transaction"); !begun) return begun;
  sqlite3_int64 size = 0;
  int code = wal->pMethods->xFileSize(wal, &size);
  std::vector<char> piece(static_cast<std::size_t>(std::min(size, piece_bytes)));
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += piece_bytes) {
    const auto count = static_cast<int>(std::min(size - at, piece_bytes));
    code = wal->pMethods->xRead(wal, piece.data(), count, at);
    if (code == SQLITE_OK) code = wal->pMethods->xWrite(wal, piece.data(), count, at);
  }
  if (code == SQLITE_OK && size > 0) code = wal->pMethods->xSync(wal, SQLITE_SYNC_FULL);
  auto ended = connection.execute("ROLLBACK", "ending a transaction");
  if (code != SQLITE_OK) return std::unexpected(connection.error(code, "flushing what the last writer left"));
  return ended;
}

}  // namespace

Result<std::unique_ptr<Writer>> Writer::open(WriterLock lock, const std::string& path, const SqliteSettings& settings,
                                             const OpenOptions& options) {
  if (auto belongs = check_wal(path, settings.vfs); !belongs) return std::unexpected(std::move(belongs.error()));
  auto connection = Connection::open(path, SQLITE_OPEN_READWRITE, settings.vfs);
  if (!connection) return std::unexpected(connection.error());
  sqlite3_busy_timeout(connection->handle(), settings.busy_wait_ms);
  auto version = check_database(*connection);
  if (!version) return std::unexpected(version.error());
  if (*version == 0)
    if (auto created = create_tables(*connection); !created) return std::unexpected(created.error());
  if (auto configured = configure(*connection, settings); !configured) return std::unexpected(configured.error());
  auto old = Conversion::is_due(*connection);
  if (!old) return std::unexpected(old.error());
  if (*old) {
    if (auto kept = flush_what_was_left(*connection); !kept) return std::unexpected(kept.error());
    if (auto converted = Conversion(*connection, settings, options.progress).run(); !converted)
      return std::unexpected(converted.error());
  }
  std::unique_ptr<Writer> writer{new Writer(std::move(lock), std::move(*connection), settings, options.log)};
  if (auto prepared = writer->prepare(); !prepared) return std::unexpected(prepared.error());
  if (auto loaded = writer->load(); !loaded) return std::unexpected(loaded.error());
  if (auto kept = flush_what_was_left(writer->connection_); !kept) return std::unexpected(kept.error());
  if (auto remembered = writer->lock_.remember_files(); !remembered) return std::unexpected(remembered.error());
  writer->connection_.checkpoint_on_close(true);
  return writer;
}

Result<void> Writer::prepare() {
  const std::pair<std::string_view, Statement*> all[] = {
      {"BEGIN IMMEDIATE", &statements_.begin},
      {"COMMIT", &statements_.commit},
      {"ROLLBACK", &statements_.rollback},
      {sql::insert_type, &statements_.insert_type},
      {sql::insert_stream, &statements_.insert_stream},
      {sql::update_stream, &statements_.update_stream},
      {sql::stream_row, &statements_.stream_row},
      {sql::put_checkpoint, &statements_.put_checkpoint},
      {sql::put_timer, &statements_.put_timer},
      {sql::timer_row, &statements_.timer_row},
      {sql::remove_timer, &statements_.remove_timer},
      {sql::put_parked, &statements_.put_parked},
      {sql::parked_row, &statements_.parked_row},
      {sql::remove_parked, &statements_.remove_parked},
      {sql::put_last_batch, &statements_.put_end},
  };
  for (const auto& [text, statement] : all) {
    auto prepared = connection_.prepare(text);
    if (!prepared) return std::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  if (auto prepared = blocks_.prepare(); !prepared) return prepared;
  // The hook replaces SQLite's own checkpoints, whose errors nobody would hear of. `this` is on the heap for good.
  sqlite3_wal_hook(
      connection_.handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  checkpoint_from_ = settings_.checkpoint_pages;
  restart_from_ = settings_.restart_pages;
  return {};
}

Result<void> Writer::load() {
  if (auto checked = check_end(connection_); !checked) return checked;
  auto end = read_last_batch(connection_);
  if (!end) return std::unexpected(end.error());
  end_ = *std::move(end);
  auto checkpoints = connection_.prepare(sql::checkpoints, false);
  if (!checkpoints) return std::unexpected(checkpoints.error());
  int code = SQLITE_ROW;
  while ((code = checkpoints->step()) == SQLITE_ROW)
    checkpoints_.emplace(checkpoints->text(0), checkpoints->natural(1));
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "reading the checkpoints"));
  auto rows = connection_.prepare(sql::types, false);
  if (!rows) return std::unexpected(rows.error());
  while ((code = rows->step()) == SQLITE_ROW) types_.emplace(rows->text(1), rows->integer(0));
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "reading the types"));
  return {};
}

}  // namespace lasagne::detail::sqlite
