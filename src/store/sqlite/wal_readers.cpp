#include "store/sqlite/wal_readers.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "store/sqlite/database_file.hpp"

namespace lasagne::detail::sqlite {

namespace {

// The bytes of the -shm that readers lock: https://www.sqlite.org/walformat.html#locks. The system is asked for the
// locks in text, since a descriptor of the -shm may not be closed while a connection is open.
constexpr long first_reader_byte = 123;
constexpr long last_reader_byte = 127;

}  // namespace

std::string name_wal_readers(const std::string& path) {
  const auto file = identify(path + "-shm");
  if (!file) return "another process";
  const auto wanted = fmt::format("{:02x}:{:02x}:{}", major(file->device), minor(file->device), file->inode);
  std::set<std::string> names;
  std::ifstream locks{"/proc/locks"};
  for (std::string line; std::getline(locks, line);) {
    std::istringstream fields{line};
    std::string number, kind, advisory, mode, place;
    long pid = 0;
    long first = 0;
    if (!(fields >> number >> kind >> advisory >> mode >> pid >> place >> first)) continue;
    if (kind != "POSIX" || place != wanted || first < first_reader_byte || first > last_reader_byte) continue;
    names.insert(pid == ::getpid() ? "a reader of this process"
                 : pid > 0         ? fmt::format("process {}", pid)
                                   : "a process of another container");
  }
  return names.empty() ? "another process" : fmt::format("{}", fmt::join(names, " and "));
}

}  // namespace lasagne::detail::sqlite
