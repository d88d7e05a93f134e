// Who keeps a store's write-ahead log from beginning anew.
#pragma once

#include <string>

namespace lasagne::detail::sqlite {

// The processes that have a snapshot of the store at `path` open, for a person: "process 12 and process 13". Of this
// process it says so; "another process" when the system does not tell.
[[nodiscard]] std::string name_wal_readers(const std::string& path);

}  // namespace lasagne::detail::sqlite
