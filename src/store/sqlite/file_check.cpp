#include "store/sqlite/file_check.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

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

Result<std::size_t> read_header(const std::string& path, Header& header) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail(ErrorCode::unavailable, fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  const auto size = ::pread(file, header.data(), header.size(), 0);
  const int error = errno;
  ::close(file);
  if (size < 0) return fail(ErrorCode::unavailable, fmt::format("{}: cannot be read: {}", path, std::strerror(error)));
  return static_cast<std::size_t>(size);
}

Result<void> check_header(const std::string& path) {
  Header header{};
  const auto size = read_header(path, header);
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

Result<CheckedFile> check_file(const std::string& path, bool create) {
  if (path.empty()) return fail(ErrorCode::invalid, "the SQLite store's path is empty: name a file");
  if (path == ":memory:")
    return fail(ErrorCode::invalid, "\":memory:\" is no file: use the store URL \"memory:\" for a store in memory");
  if (path.find('\0') != std::string::npos)
    return fail(ErrorCode::invalid, "the SQLite store's path holds a null character");
  std::error_code error;
  const auto real = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) return fail(ErrorCode::unavailable, fmt::format("{}: {}", path, error.message()));
  CheckedFile checked{real.string(), false};
  const auto status = fs::status(real, error);
  if (status.type() == fs::file_type::not_found) {
    if (!fs::is_directory(real.parent_path(), error))
      return fail(ErrorCode::not_found,
                  fmt::format("{}: there is no directory {}: make it first", path, real.parent_path().string()));
    if (!create) return fail(ErrorCode::not_found, fmt::format("{}: there is no such file", path));
    return checked;
  }
  if (status.type() == fs::file_type::directory)
    return fail(ErrorCode::unsupported, fmt::format("{}: this is a directory: name a file in it", path));
  if (status.type() == fs::file_type::regular) {
    if (auto good = check_header(checked.path); !good) return std::unexpected(good.error());
    checked.exists = fs::file_size(real, error) > 0;
    return checked;
  }
  if (error) return fail(ErrorCode::unavailable, fmt::format("{}: {}", path, error.message()));
  return fail(ErrorCode::unsupported, fmt::format("{}: this is not a regular file", path));
}

}  // namespace lasagne::detail::sqlite
