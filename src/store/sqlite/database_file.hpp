// The database files that this process has open, by device and inode.
//
// SQLite's locks are POSIX locks, and a process loses all that it has on a file as soon as it closes any descriptor of
// that file. Other programs then take the store for unused, and may remove its write-ahead log. So nothing here closes
// a descriptor of a database file while this process has a connection to it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "lasagne/error.hpp"

namespace lasagne::detail::sqlite {

struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

// What the path names now, links followed; empty when that cannot be told.
[[nodiscard]] std::optional<FileIdentity> identify(const std::string& path) noexcept;

// Why the system refused to open what is at the path, for a person: its words, and whose the file is where that is it.
[[nodiscard]] std::string why_not_opened(const std::string& path, int error);

// A connection of this process to a database file, counted from before SQLite opens it until after SQLite closed it.
class FileUse {
 public:
  // Of the file at `path`; of none when there is none yet.
  explicit FileUse(const std::string& path);
  FileUse(FileUse&& other) noexcept : file_(std::exchange(other.file_, std::nullopt)) {}
  FileUse& operator=(FileUse&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~FileUse();

 private:
  std::optional<FileIdentity> file_;
};

enum class Access : std::uint8_t { read, write };

// A descriptor of a database file with a lock of its own on one byte. The lock belongs to the descriptor (an open file
// description lock): it excludes other descriptors, in this process too, ends with the process however that ends, and
// is not lost when another descriptor is closed.
class DatabaseFile {
 public:
  // Makes an empty file where `create` says so. The error has the system's words.
  [[nodiscard]] static Result<DatabaseFile> open(const std::string& path, Access access, bool create);

  DatabaseFile(DatabaseFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), access_(other.access_), identity_(other.identity_) {}
  DatabaseFile& operator=(DatabaseFile&&) = delete;
  // Unlocks, and closes the descriptor as soon as this process has no connection to the file.
  ~DatabaseFile();

  enum class Lock : std::uint8_t { taken, held_by_writer, held_by_readers, refused };
  // Tries once. Access::write excludes everybody, Access::read only those with Access::write. After `refused` errno
  // says why.
  [[nodiscard]] Lock try_lock() noexcept;
  void unlock() noexcept;

  [[nodiscard]] FileIdentity identity() const noexcept { return identity_; }
  // How many names (hard links) the file has.
  [[nodiscard]] std::uint64_t names() const noexcept;

 private:
  DatabaseFile(int descriptor, Access access, FileIdentity identity) noexcept
      : descriptor_(descriptor), access_(access), identity_(identity) {}

  int descriptor_;
  Access access_;
  FileIdentity identity_;
};

}  // namespace lasagne::detail::sqlite
