#include "store/sqlite/file_check.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"

namespace lasagne::detail::sqlite {

namespace {

namespace fs = std::filesystem;

// Of https://www.sqlite.org/fileformat.html, section 1.3.
constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr std::size_t write_version_offset = 18;
constexpr std::size_t page_count_offset = 28;
constexpr std::size_t user_version_offset = 60;
constexpr std::size_t application_id_offset = 68;
constexpr std::size_t schema_cell_count_offset = 103;
using Header = std::array<unsigned char, 108>;

std::uint32_t number(const Header& header, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | header[offset + i];
  return value;
}

Result<void> check_header(const std::string& path, const std::string& vfs) {
  // Through SQLite, and not through a descriptor of our own: see database_file.hpp.
  auto connection = Connection::open(path, SQLITE_OPEN_READONLY, vfs);
  if (!connection) return std::unexpected(connection.error());
  Header header{};
  const auto size = connection->read_start(header);
  if (!size) return std::unexpected(size.error());
  if (*size == 0) return {};
  // A creation that was cut short left its journal: SQLite undoes it first, and what it then finds is checked again.
  if (fs::exists(path + "-journal")) return {};
  if (*size < header.size() || std::memcmp(header.data(), magic.data(), magic.size()) != 0)
    return std::unexpected(foreign_file(path, "not a SQLite database"));
  const auto id = number(header, application_id_offset, 4);
  const bool empty = number(header, write_version_offset, 1) == 1 && number(header, page_count_offset, 4) == 1 &&
                     number(header, schema_cell_count_offset, 2) == 0;
  // Our id is written before the file ever becomes a WAL database, so it stands in the header from then on.
  if (id == 0 && empty) return {};
  if (id != application_id)
    return std::unexpected(
        foreign_file(path, fmt::format("a SQLite database of another program (application id {:#x})", id)));
  const auto version = number(header, user_version_offset, 4);
  if (version > schema_version) return std::unexpected(newer_version(path, version));
  return {};
}

std::unexpected<Error> refuse(const std::string& path, const std::string& what) {
  return fail(ErrorCode::unsupported, fmt::format("{}: {}", path, what));
}

// SQLite would follow a link, and write to whatever it finds.
Result<void> check_companions(const std::string& path) {
  for (const auto* suffix : {"-wal", "-shm", "-journal"}) {
    const auto name = path + suffix;
    struct stat status{};
    if (::lstat(name.c_str(), &status) != 0) continue;
    if (!S_ISREG(status.st_mode) || status.st_nlink > 1)
      return refuse(name,
                    "this file belongs to the store beside it and must be a plain file with one name, neither a "
                    "symbolic nor a hard link; it was left as it is: move it away");
  }
  return {};
}

// A database without its content and a write-ahead log with some: SQLite would throw the log away.
Result<void> check_no_wal(const std::string& path) {
  std::error_code error;
  const auto wal = path + "-wal";
  if (const auto size = fs::file_size(wal, error); error || size == 0) return {};
  return refuse(path, fmt::format("there is nothing here but {} holds the write-ahead log of a store: put that store's "
                                  "file back, or move {} away if you want a new store here",
                                  wal, wal));
}

// The write-ahead log lies beside the file's name, so it must lie on the same mount.
Result<void> check_mount(const std::string& path) {
  struct statx file{};
  struct statx directory{};
  const auto parent = fs::path{path}.parent_path().string();
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_MNT_ID, &file) != 0) return {};
  if (::statx(AT_FDCWD, parent.c_str(), 0, STATX_MNT_ID, &directory) != 0) return {};
  if ((file.stx_mask & directory.stx_mask & STATX_MNT_ID) == 0 || file.stx_mnt_id == directory.stx_mnt_id) return {};
  return refuse(path,
                "this file is mounted by itself (a bind mount of a single file, as containers make them), so its "
                "write-ahead log would lie elsewhere and be lost: mount the directory that holds the store");
}

Result<CheckedFile> check_missing(const fs::path& real, bool create, const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(real.parent_path(), error))
    return fail(ErrorCode::not_found,
                fmt::format("{}: there is no directory {}: create it first", path, real.parent_path().string()));
  if (auto alone = check_no_wal(real.string()); !alone) return std::unexpected(alone.error());
  if (auto companions = check_companions(real.string()); !companions) return std::unexpected(companions.error());
  if (!create) return fail(ErrorCode::not_found, fmt::format("{}: there is no such file: check the path", path));
  return CheckedFile{real.string(), false};
}

Result<CheckedFile> check_existing(const std::string& path, const std::string& vfs) {
  std::error_code error;
  if (auto companions = check_companions(path); !companions) return std::unexpected(companions.error());
  if (auto mount = check_mount(path); !mount) return std::unexpected(mount.error());
  const CheckedFile checked{path, fs::file_size(path, error) > 0};
  if (!checked.exists)
    if (auto alone = check_no_wal(path); !alone) return std::unexpected(alone.error());
  if (auto good = check_header(path, vfs); !good) return std::unexpected(good.error());
  return checked;
}

}  // namespace

Error foreign_file(const std::string& path, const std::string& what) {
  return {ErrorCode::unsupported,
          fmt::format("{}: this is {}, not a Lasagne store; it was left as it is: name another file", path, what),
          {},
          {}};
}

Error newer_version(const std::string& path, std::int64_t version) {
  return {ErrorCode::unsupported,
          fmt::format("{}: this Lasagne store has format version {}, and this program knows versions up to {}; it was "
                      "left as it is: use a newer program",
                      path, version, schema_version),
          {},
          {}};
}

Result<void> check_names(const std::string& path, std::uint64_t names) {
  if (names <= 1) return {};
  return refuse(path, fmt::format("the file has {} names (hard links), and its write-ahead log lies beside one of them "
                                  "only: keep the name that has the -wal and remove the others (`find -samefile` finds "
                                  "them)",
                                  names));
}

Result<CheckedFile> check_file(const std::string& path, bool create, const std::string& vfs) {
  if (path.empty()) return fail(ErrorCode::invalid, "the SQLite store's path is empty: name a file");
  if (path == ":memory:")
    return fail(ErrorCode::invalid, "\":memory:\" is no file: use the store URL \"memory:\" for a store in memory");
  if (path.find('\0') != std::string::npos)
    return fail(ErrorCode::invalid, "the SQLite store's path holds a null character: name a file without one");
  std::error_code error;
  const auto real = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) return fail(ErrorCode::unavailable, fmt::format("{}: {}", path, error.message()));
  const auto status = fs::status(real, error);
  switch (status.type()) {
    case fs::file_type::not_found:
      return check_missing(real, create, path);
    case fs::file_type::regular:
      return check_existing(real.string(), vfs);
    case fs::file_type::directory:
      return refuse(path, "this is a directory: name a file in it");
    default:
      if (error) return fail(ErrorCode::unavailable, fmt::format("{}: {}", path, error.message()));
      return refuse(path, "this is not a regular file: name another one");
  }
}

}  // namespace lasagne::detail::sqlite
