// A thin RAII of the sqlite3 C API: just what the backing needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "lasagne/error.hpp"
#include "lasagne/uuid.hpp"
#include "store/sqlite/database_file.hpp"

namespace lasagne::detail::sqlite {

// SQLite's integers are signed: what is beyond them is beyond every position, revision and count in a file.
[[nodiscard]] constexpr std::int64_t to_sql(std::uint64_t value) noexcept {
  constexpr auto greatest = static_cast<std::uint64_t>(INT64_MAX);
  return static_cast<std::int64_t>(value < greatest ? value : greatest);
}

// A prepared statement. Parameters are bound by reference: what is bound must live until reset().
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) noexcept : statement_(statement) {}

  void bind(int index, std::int64_t value) noexcept { sqlite3_bind_int64(statement_.get(), index, value); }
  void bind(int index, std::optional<std::int64_t> value) noexcept { value ? bind(index, *value) : bind_null(index); }
  void bind(int index, std::string_view text) noexcept;
  void bind(int index, const Uuid& id) noexcept;
  void bind_blob(int index, std::string_view bytes) noexcept;
  void bind_null(int index) noexcept { sqlite3_bind_null(statement_.get(), index); }
  void bind_text_or_null(int index, std::string_view text) noexcept {
    text.empty() ? bind_null(index) : bind(index, text);
  }
  void bind_id_or_null(int index, const Uuid& id) noexcept { id.is_nil() ? bind_null(index) : bind(index, id); }

  // SQLITE_ROW, SQLITE_DONE or an error.
  [[nodiscard]] int step() noexcept { return sqlite3_step(statement_.get()); }
  // Steps a statement that gives no rows and resets it. SQLITE_OK or an error.
  [[nodiscard]] int run() noexcept;
  void reset() noexcept { sqlite3_reset(statement_.get()); }

  [[nodiscard]] std::int64_t integer(int column) noexcept { return sqlite3_column_int64(statement_.get(), column); }
  [[nodiscard]] std::uint64_t natural(int column) noexcept { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] bool is_null(int column) noexcept {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) noexcept;
  // Valid until the next step or reset.
  [[nodiscard]] std::string_view text(int column) noexcept;
  [[nodiscard]] std::string_view blob(int column) noexcept;
  [[nodiscard]] int columns() noexcept { return sqlite3_column_count(statement_.get()); }
  [[nodiscard]] int type(int column) noexcept { return sqlite3_column_type(statement_.get(), column); }
  // Empty when the column does not hold 16 bytes.
  [[nodiscard]] std::optional<Uuid> id(int column) noexcept;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets a statement when a read is over, which also ends its snapshot.
class ResetOnExit {
 public:
  explicit ResetOnExit(Statement& statement) noexcept : statement_(statement) {}
  ~ResetOnExit() { statement_.reset(); }
  ResetOnExit(const ResetOnExit&) = delete;
  ResetOnExit& operator=(const ResetOnExit&) = delete;

 private:
  Statement& statement_;
};

// One connection; used by one thread at a time. Statements must go before it.
class Connection {
 public:
  // `flags`: SQLITE_OPEN_READONLY or SQLITE_OPEN_READWRITE. An empty vfs name is the default one. An immutable file is
  // read as it is, without locks and without its write-ahead log: nobody may write it meanwhile.
  enum class Immutable : bool { no, yes };
  [[nodiscard]] static Result<Connection> open(const std::string& path, int flags, const std::string& vfs,
                                               Immutable immutable = Immutable::no);

  // The file's first bytes, read through SQLite's own descriptor and without a lock. Gives their number.
  [[nodiscard]] Result<std::size_t> read_start(std::span<unsigned char> bytes);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql, bool kept = true) const;
  [[nodiscard]] Result<void> execute(const std::string& sql, std::string_view doing);
  // The first column of the first row as an integer; 0 when there is no row.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view sql, std::string_view doing) const;

  // What the last call on this connection answered, for a person: the file, SQLite's words, and what to do.
  [[nodiscard]] Error error(std::string_view doing) const;
  [[nodiscard]] Error error(int code, std::string_view doing) const;
  [[nodiscard]] Error damaged(std::string_view what) const;

  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // Whether closing the last connection copies the WAL into the file.
  void checkpoint_on_close(bool yes) noexcept;

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  Connection(FileUse use, sqlite3* handle, std::string path)
      : use_(std::move(use)), handle_(handle), path_(std::move(path)) {}

  FileUse use_;  // ends last
  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

}  // namespace lasagne::detail::sqlite
