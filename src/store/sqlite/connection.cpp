#include "store/sqlite/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace lasagne::detail::sqlite {

void Statement::bind(int index, std::string_view text) noexcept {
  // A null pointer would bind NULL, and an empty view may have one.
  sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

void Statement::bind(int index, const Uuid& id) noexcept {
  sqlite3_bind_blob(statement_.get(), index, id.bytes.data(), static_cast<int>(id.bytes.size()), SQLITE_STATIC);
}

void Statement::bind_blob(int index, std::string_view bytes) noexcept {
  sqlite3_bind_blob64(statement_.get(), index, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
}

int Statement::run() noexcept {
  const int stepped = step();
  const int ended = sqlite3_reset(statement_.get());
  return stepped == SQLITE_DONE || stepped == SQLITE_ROW ? ended : stepped;
}

std::optional<std::int64_t> Statement::optional_integer(int column) noexcept {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::string_view Statement::text(int column) noexcept {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Statement::blob(int column) noexcept {
  const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (blob == nullptr) return {};
  return {blob, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::optional<Uuid> Statement::id(int column) noexcept {
  Uuid id;
  const void* blob = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (blob == nullptr || size != static_cast<int>(id.bytes.size())) return std::nullopt;
  std::memcpy(id.bytes.data(), blob, id.bytes.size());
  return id;
}

namespace {

struct Explanation {
  ErrorCode code;
  std::string_view what_to_do;
};

Explanation explain(int code) {
  if (code == SQLITE_IOERR_SHMSIZE) {
    return {ErrorCode::unavailable, "there is no space for the file's -shm: free some space and open the store again"};
  }
  if (code == SQLITE_IOERR_CORRUPTFS || code == SQLITE_IOERR_DATA) code = SQLITE_CORRUPT;
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::failed,
              "the file is damaged: stop its writer, keep a copy of the file with its -wal, and restore a backup"};
    case SQLITE_FULL:
      return {ErrorCode::unavailable, "the disk is full: free some space and open the store again"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {ErrorCode::unavailable, "another program holds the file locked: end its transaction (a sqlite3 shell?)"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::unavailable, "the file may not be written: check its owner, mode and mount"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::unavailable,
              "the file, or its -wal or -shm beside it, cannot be opened: check the owner and mode of these and of the "
              "directory; a store whose writer was killed must first be opened by somebody who may write there"};
    case SQLITE_IOERR:
      return {ErrorCode::unavailable,
              "the disk answered with an error: look at the system's log, and open the store again"};
    case SQLITE_NOMEM:
      return {ErrorCode::unavailable, "memory ran out: give the process more, and open the store again"};
    default:
      return {ErrorCode::failed,
              "open the store again; if that does not help, the file was changed by another program"};
  }
}

// What has a meaning in a URI is percent-encoded.
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

Result<Connection> Connection::open(const std::string& path, int flags, const std::string& vfs, Immutable immutable) {
  FileUse use{path};
  const auto name = immutable == Immutable::yes ? immutable_uri(path) : path;
  if (immutable == Immutable::yes) flags |= SQLITE_OPEN_URI;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   vfs.empty() ? nullptr : vfs.c_str());
  Connection connection{std::move(use), handle, path};
  if (code != SQLITE_OK) return std::unexpected(connection.error(code, "opening"));
  // A file from elsewhere must not make SQLite run what its author wrote into the schema.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  connection.checkpoint_on_close(false);
  return connection;
}

Result<std::size_t> Connection::read_start(std::span<unsigned char> bytes) {
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  int code = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code == SQLITE_OK) code = file->pMethods->xFileSize(file, &size);
  const auto count = std::min(bytes.size(), static_cast<std::size_t>(size));
  if (code == SQLITE_OK && count > 0) code = file->pMethods->xRead(file, bytes.data(), static_cast<int>(count), 0);
  if (code != SQLITE_OK) return std::unexpected(error(code, "reading the file's header"));
  return count;
}

Result<Statement> Connection::prepare(std::string_view sql, bool kept) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      kept ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code, "preparing a statement"));
  return Statement{statement};
}

Result<void> Connection::execute(const std::string& sql, std::string_view doing) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code, doing));
  return {};
}

Result<std::int64_t> Connection::integer(std::string_view sql, std::string_view doing) const {
  auto statement = prepare(sql, false);
  if (!statement) return std::unexpected(statement.error());
  const int code = statement->step();
  if (code == SQLITE_ROW) return statement->integer(0);
  if (code == SQLITE_DONE) return 0;
  return std::unexpected(error(code, doing));
}

Error Connection::error(std::string_view doing) const { return error(sqlite3_extended_errcode(handle_.get()), doing); }

Error Connection::error(int code, std::string_view doing) const {
  const auto explanation = explain(code);
  const bool told = handle_ != nullptr && sqlite3_extended_errcode(handle_.get()) == code;
  const char* said = told ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  return {explanation.code,
          fmt::format("{}: {} went wrong: {} (SQLite code {}): {}", path_, doing, said, code, explanation.what_to_do),
          {},
          {}};
}

Error Connection::damaged(std::string_view what) const {
  const auto explanation = explain(SQLITE_CORRUPT);
  return {explanation.code, fmt::format("{}: {}: {}", path_, what, explanation.what_to_do), {}, {}};
}

void Connection::checkpoint_on_close(bool yes) noexcept {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes ? 0 : 1, nullptr);
}

}  // namespace lasagne::detail::sqlite
