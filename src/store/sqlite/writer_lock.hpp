// Who may write: an advisory lock on the file PATH-writer, held as long as a store is open for writing.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "lasagne/error.hpp"

namespace lasagne::detail::sqlite {

[[nodiscard]] inline std::string writer_file(const std::string& path) { return path + "-writer"; }

// The lock belongs to the open file, not to the process: a second store in the same process is kept out as well, and
// the system releases it however the process ends. The file is never removed, since a lock on a removed file locks
// nothing.
class WriterLock {
 public:
  // `in_use` names the process that holds it, when it did not leave within `wait`.
  [[nodiscard]] static Result<WriterLock> acquire(const std::string& path, std::chrono::milliseconds wait);

  WriterLock(WriterLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  WriterLock& operator=(WriterLock&&) = delete;
  ~WriterLock();

  // Tells readers in other processes that there is something new: they watch the file for being read.
  void ring() const noexcept;

 private:
  explicit WriterLock(int file) noexcept : file_(file) {}
  int file_;
};

}  // namespace lasagne::detail::sqlite
