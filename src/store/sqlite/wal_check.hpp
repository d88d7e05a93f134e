// Whether the write-ahead log beside a file belongs to it.
//
// SQLite copies into the file whatever log lies beside it, also when the file was put there later: a backup that was
// restored beside the log of what it replaced is ruined by that. So each transaction of a writer leaves a link in the
// file: a name of its own and that of the transaction before. The log belongs to the file if the last transaction in
// the file is one of the log's, or the one before the log's first.
#pragma once

#include <string>
#include <string_view>

#include "lasagne/error.hpp"

namespace lasagne::detail::sqlite {

// The link to write with a transaction; `last` is that of the transaction before, or empty.
[[nodiscard]] std::string next_link(std::string_view last);

// `unsupported` when the log beside the file at `path` belongs to another file. Writes nothing. Nobody may write the
// file meanwhile.
[[nodiscard]] Result<void> check_wal(const std::string& path, const std::string& vfs);
// For one who only reads: check_names(), and check_wal() unless there is a writer, which has done so itself.
[[nodiscard]] Result<void> check_before_reading(const std::string& path, const std::string& vfs);

}  // namespace lasagne::detail::sqlite
