// A Lasagne store in one SQLite file. docs/format.md documents the file.
#pragma once

#include <memory>
#include <string>

#include "lasagne/store.hpp"
#include "store/log/backing.hpp"
#include "store/sqlite/settings.hpp"

namespace lasagne::detail {

// Opens the file at `path`, or makes it; only one backing at a time writes a file, on all of the machine. With
// options.read_only nothing is locked, made or written, and write and scavenge answer `invalid`.
//   invalid: no file can have such a path. not_found: no such directory, or no such file and it may not be made.
//   unsupported: something else is there, or a newer version; its bytes stay as they are.
//   in_use: another backing writes the file, and did not leave within options.writer_wait.
//   unavailable: the system refused. failed: the file is damaged.
[[nodiscard]] Result<std::shared_ptr<Backing>> open_sqlite_backing(std::string path, const OpenOptions& options,
                                                                   SqliteSettings settings = {});

}  // namespace lasagne::detail
