#include "store/sqlite/verify.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/file_check.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/settings.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/sql_v1.hpp"
#include "store/sqlite/verify_rows.hpp"
#include "store/sqlite/wal_check.hpp"

namespace lasagne::detail::sqlite {

namespace {

constexpr std::string_view schema_rows =
    "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";

std::unordered_map<std::string, std::string> read_schema(const Connection& connection) {
  std::unordered_map<std::string, std::string> schema;
  auto row = connection.prepare(schema_rows, false);
  while (row && row->step() == SQLITE_ROW) schema.emplace(row->text(0), row->text(1));
  return schema;
}

Result<void> check_version(const Connection& connection) {
  const auto id = connection.integer("PRAGMA application_id", "reading the application id");
  if (!id) return std::unexpected(id.error());
  if (*id != application_id)
    return std::unexpected(foreign_file(connection.path(), "a SQLite database of another program"));
  const auto version = connection.integer("PRAGMA user_version", "reading the format version");
  if (!version) return std::unexpected(version.error());
  if (*version > schema_version) return std::unexpected(newer_version(connection.path(), *version));
  const auto old = connection.integer(sql::v1::has_log, "reading the schema");
  if (!old) return std::unexpected(old.error());
  if (*version == 1 || *old > 0) {
    return fail(ErrorCode::unsupported,
                connection.path() +
                    ": this store has format 1, which has no checksums: open it for writing once, which converts it");
  }
  return {};
}

}  // namespace

Result<VerifyReport> verify_file(const std::string& path, const VerifyOptions& options) {
  const SqliteSettings settings;
  auto file = check_file(path, false, settings.vfs);
  if (!file) return std::unexpected(std::move(file.error()));
  if (!file->exists) return fail(ErrorCode::not_found, file->path + ": the file is empty: there is nothing to verify");
  if (auto whole = check_before_reading(file->path, settings.vfs); !whole)
    return std::unexpected(std::move(whole.error()));
  std::optional<SealedFile> sealed;
  if (!may_write_beside(file->path)) {
    auto taken = seal(file->path);
    if (!taken) return std::unexpected(std::move(taken.error()));
    sealed.emplace(std::move(*taken));
  }
  auto connection = Connection::open(file->path, SQLITE_OPEN_READONLY, settings.vfs,
                                     sealed ? sealed->immutable : Connection::Immutable::no);
  if (!connection) return std::unexpected(std::move(connection.error()));
  sqlite3_busy_timeout(connection->handle(), settings.busy_wait_ms);
  auto begun = connection->execute("PRAGMA cache_size = -65536; PRAGMA mmap_size = 0; BEGIN", "beginning to verify");
  if (!begun) return std::unexpected(std::move(begun.error()));
  if (auto known = check_version(*connection); !known) return std::unexpected(std::move(known.error()));
  return Verifier(*connection, settings, options).run();
}

VerifyReport Verifier::run() {
  check_database();
  check_schema();
  check_last_batch();
  check_blocks();
  check_stream_index();
  check_process_index();
  check_streams();
  check_types();
  check_checkpoints();
  check_timers();
  check_parked();
  return std::move(report_);
}

void Verifier::find(std::optional<Position> position, std::string what) {
  // At least one is kept: a report without any says that the store is sound.
  if (report_.findings.size() < std::max<std::size_t>(options_.most_findings, 1)) {
    report_.findings.push_back({position, std::move(what)});
  } else {
    report_.cut = true;
  }
}

void Verifier::tell(std::uint64_t done) noexcept {
  if (!options_.progress) return;
  try {
    options_.progress({"verifying the store", done, end_.position});
  } catch (...) {  // whoever is told may not stop it
  }
}

void Verifier::check_database() {
  rows("PRAGMA integrity_check", "the database", [&](Statement& row) {
    if (row.text(0) != "ok") find({}, fmt::format("The database's structure is damaged: {}.", row.text(0)));
  });
}

// An index that is missing makes reads slow, a table or view that is missing or altered makes them wrong.
void Verifier::check_schema() {
  auto model = Connection::open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, {});
  if (!model ||
      !model->execute(std::string{create_state_tables} + create_log_tables + create_messages_view, "checking"))
    return find({}, "The schema could not be checked: there is not enough memory.");
  auto wanted = read_schema(*model);
  for (const auto& [name, sql] : read_schema(connection_)) {
    const auto expected = wanted.find(name);
    if (expected == wanted.end()) {
      find({}, fmt::format("The {} does not belong to the format.", name));
    } else {
      if (expected->second != sql) find({}, fmt::format("The {} is not defined as it should be.", name));
      wanted.erase(expected);
    }
  }
  for (const auto& [name, sql] : wanted) find({}, fmt::format("The {} is missing.", name));
}

void Verifier::check_last_batch() {
  auto end = read_last_batch(connection_);
  if (end) {
    end_ = *std::move(end);
  } else {
    find({}, "The record of the last batch is missing or does not match its checksum; more findings follow from that.");
  }
}

}  // namespace lasagne::detail::sqlite
