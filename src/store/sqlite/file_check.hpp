// What lies at a path, found out without a write: a file that is not ours must stay as it is.
#pragma once

#include <cstdint>
#include <string>

#include "lasagne/error.hpp"

namespace lasagne::detail::sqlite {

struct CheckedFile {
  std::string path;     // absolute, links followed: one file has one WAL
  bool exists = false;  // and holds something
};

// Goes through the SQLite VFS of that name. invalid: no such path can be a store. not_found: no such directory, or no
// file and `create` is false. unsupported: a directory, a file of something else, or one of a newer version; or files
// that do not belong together, such as an empty file beside a write-ahead log.
[[nodiscard]] Result<CheckedFile> check_file(const std::string& path, bool create, const std::string& vfs);

// `unsupported` when the file has a second name, since its write-ahead log lies beside one of them only.
[[nodiscard]] Result<void> check_names(const std::string& path, std::uint64_t names);

// The refusals that also the opened database can lead to.
[[nodiscard]] Error foreign_file(const std::string& path, const std::string& what);
[[nodiscard]] Error newer_version(const std::string& path, std::int64_t version);

}  // namespace lasagne::detail::sqlite
