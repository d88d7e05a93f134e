// The bounds of an open SQLite store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lasagne::detail {

struct SqliteSettings {
  std::string vfs;                     // the SQLite VFS to go through; empty: the default one
  std::size_t reader_connections = 8;  // at most; further readers wait for one
  std::int64_t writer_cache_kib = 64 * 1024;
  std::int64_t reader_cache_kib = 8 * 1024;  // each
  int checkpoint_pages = 4000;               // a WAL of so many pages is copied into the file
  int restart_pages = 16'000;                // past so many, the copying waits for readers to let go of the WAL
  int restart_wait_ms = 100;                 // but not longer than this
  int busy_wait_ms = 5000;                   // for another program's transaction on the file
  std::int64_t wal_bytes_kept = 64 << 20;    // a WAL that grew past this is cut back
  std::size_t cached_stream_names = 16'384;  // a connection
  std::size_t cached_filters = 32;           // prepared statements of filtered reads, a connection
  std::size_t converted_at_once = 20'000;    // messages, in one transaction of a conversion to a newer format
  std::uint64_t scan_window = 65'536;        // positions a filtered read looks at in one snapshot
};

}  // namespace lasagne::detail
