// The limit: what SQLite does with our rows when nothing else is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lasagne/uuid.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace bench {

// A row of the plain loop's table of messages, and of its table of streams for the first message of a stream.
struct RawRow {
  std::int64_t position = 0;
  std::int64_t stream_id = 0;
  std::int64_t revision = 0;
  std::int64_t type_id = 0;
  std::int64_t kind = 0;
  lasagne::Uuid id;
  lasagne::Uuid correlation_id;
  lasagne::Uuid causation_id;  // nil: NULL
  std::int64_t recorded_at = 0;
  std::string stream;  // only with revision 0
  std::string data;
};

struct Close {
  void operator()(sqlite3* handle) const noexcept;
  void operator()(sqlite3_stmt* statement) const noexcept;
};

// All messages of the store at `path`, with the names of their streams. Errors as below.
[[nodiscard]] std::vector<RawRow> rows_of(const std::string& path);

// A plain insert loop with prepared statements, as one would write it by hand: a row a message, an index of streams and
// one of processes. With the page size, cache, WAL bounds and synchronous level of a store. Errors are thrown as
// std::runtime_error.
class RawLoop {
 public:
  // Makes the file and its tables where they are missing.
  explicit RawLoop(const std::string& path);
  ~RawLoop();
  RawLoop(const RawLoop&) = delete;
  RawLoop& operator=(const RawLoop&) = delete;

  // Rows first..last-1, `batch` a transaction.
  void insert(const std::vector<RawRow>& rows, std::size_t first, std::size_t last, std::size_t batch);
  // Walks the log and looks at every column; gives the number of rows.
  [[nodiscard]] std::size_t select_all();

 private:
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  void execute(const char* sql);
  [[nodiscard]] Statement prepare(const char* sql);
  void insert_one(const RawRow& row);
  void step(sqlite3_stmt* statement);
  void copy_wal();

  std::unique_ptr<sqlite3, Close> handle_;
  Statement begin_, commit_, insert_message_, insert_stream_;
  int wal_pages_ = 0;
};

}  // namespace bench
