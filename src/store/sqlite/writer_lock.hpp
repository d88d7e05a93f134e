// Who may write: a lock on the database file itself, held as long as a store is open for writing.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "lasagne/error.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/writer_file.hpp"

namespace lasagne::detail::sqlite {

// The lock is on the inode, so neither another name of the file nor a removed file beside it lets a second writer in.
class WriterLock {
 public:
  // Makes an empty file where there is none. `in_use` names the process that holds the lock, when it did not leave
  // within `wait`.
  [[nodiscard]] static Result<WriterLock> acquire(const std::string& path, std::chrono::milliseconds wait);

  // To be called when SQLite has opened the file and its write-ahead log: what check_in_place() compares with.
  [[nodiscard]] Result<void> remember_files();
  // `failed` when the path, or that of the write-ahead log or of its index, no longer names the file that is open:
  // it was renamed, removed or replaced.
  [[nodiscard]] Result<void> check_in_place() const;

  // Tells readers in other processes that there is something new.
  void notify_readers() noexcept { file_.notify(); }

 private:
  WriterLock(std::string path, DatabaseFile database, WriterFile file)
      : path_(std::move(path)), database_(std::move(database)), file_(std::move(file)) {}

  std::string path_;
  DatabaseFile database_;
  WriterFile file_;
  std::optional<FileIdentity> wal_;
  std::optional<FileIdentity> shared_memory_;
};

}  // namespace lasagne::detail::sqlite
