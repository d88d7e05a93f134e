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

// A row of the table `log`, as docs/format.md has it, and of `streams` for the first message of a stream.
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

// A plain insert loop with prepared statements, in a file that Lasagne made and closed: the same tables, indexes, page
// size, cache, WAL bounds and synchronous level. Errors are thrown as std::runtime_error.
class RawLoop {
 public:
  explicit RawLoop(const std::string& path);
  ~RawLoop();
  RawLoop(const RawLoop&) = delete;
  RawLoop& operator=(const RawLoop&) = delete;

  // Rows first..last-1, `batch` a transaction.
  void insert(const std::vector<RawRow>& rows, std::size_t first, std::size_t last, std::size_t batch);
  // Walks the log and looks at every column; gives the number of rows.
  [[nodiscard]] std::size_t select_all();
  // All rows of the file, with the names of their streams.
  [[nodiscard]] std::vector<RawRow> rows();

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
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
