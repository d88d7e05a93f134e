#include "store/sqlite/wal_check.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>

#include "lasagne/uuid.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/file_check.hpp"

namespace lasagne::detail::sqlite {

namespace {

using Name = std::array<char, 16>;  // of a transaction; zeros where there is none

// A link is these bytes, which no text holds, so that it is found in a page; a checksum of the rest; and two names.
constexpr std::string_view link_magic{"\xff\xfeLsgnWA", 8};
constexpr std::size_t checksum_at = 8;
constexpr std::size_t name_at = 16;
constexpr std::size_t before_at = 32;
constexpr std::size_t link_bytes = 48;

struct Link {
  Name name{};
  Name before{};
};

Name read_name(std::string_view bytes) {
  Name name;
  std::copy_n(bytes.begin(), name.size(), name.begin());
  return name;
}

// FNV-1a: a page that was written in part only holds parts of two links.
std::string checksum_of(std::string_view names) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const char c : names) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::string text;
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(sum >> shift);
  return text;
}

// Empty for what is no link or was written in part. All zeros are the link of a file that has had no transaction.
std::optional<Link> parse_link(std::string_view bytes) {
  if (bytes.size() < link_bytes) return std::nullopt;
  bytes = bytes.substr(0, link_bytes);
  if (std::ranges::all_of(bytes, [](char c) { return c == 0; })) return Link{};
  if (!bytes.starts_with(link_magic) ||
      bytes.substr(checksum_at, name_at - checksum_at) != checksum_of(bytes.substr(name_at)))
    return std::nullopt;
  return Link{read_name(bytes.substr(name_at)), read_name(bytes.substr(before_at))};
}

std::uint32_t big_endian(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// The log as https://www.sqlite.org/fileformat2.html#walformat describes it.
constexpr std::size_t wal_header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::uint32_t wal_magic = 0x377f0682;  // the last bit: the checksums are of big-endian words

class Checksum {
 public:
  explicit Checksum(bool big_endian_words) : swap_(big_endian_words != (std::endian::native == std::endian::big)) {}
  void add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first_ += word(bytes.data() + at) + second_;
      second_ += word(bytes.data() + at + 4) + first_;
    }
  }
  [[nodiscard]] bool is(const char* stored) const {
    return first_ == big_endian(stored) && second_ == big_endian(stored + 4);
  }

 private:
  [[nodiscard]] std::uint32_t word(const char* bytes) const {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return swap_ ? std::byteswap(value) : value;
  }
  bool swap_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

// The link in a page that holds one row of a table and in it a link.
std::optional<Link> find_link(std::string_view page) {
  constexpr char table_leaf = 0x0d;
  if (page[0] != table_leaf || page[3] != 0 || page[4] != 1) return std::nullopt;
  const auto row = big_endian(page.data() + 6) & 0xffffU;  // the two bytes at 8
  if (row >= page.size()) return std::nullopt;
  const auto at = page.find(link_magic, row);
  if (at == std::string_view::npos || page.size() - at < link_bytes) return std::nullopt;
  return parse_link(page.substr(at));
}

struct Log {
  bool committed = false;   // there is a transaction in it
  std::vector<Link> links;  // of its transactions
};

Log read_log(const std::string& wal) {
  std::ifstream in{wal, std::ios::binary};
  std::array<char, wal_header_bytes> header;
  if (!in.read(header.data(), header.size())) return {};
  const auto magic = big_endian(header.data());
  const std::size_t page_bytes = big_endian(header.data() + 8);
  if ((magic & ~1U) != wal_magic || !std::has_single_bit(page_bytes) || page_bytes < 512 || page_bytes > 65'536)
    return {};
  Checksum checksum{(magic & 1U) != 0};
  checksum.add({header.data(), 24});
  if (!checksum.is(header.data() + 24)) return {};
  Log log;
  std::vector<Link> uncommitted;
  std::vector<char> frame(frame_header_bytes + page_bytes);
  while (in.read(frame.data(), static_cast<std::streamsize>(frame.size()))) {
    const std::string_view page{frame.data() + frame_header_bytes, page_bytes};
    checksum.add({frame.data(), 8});
    checksum.add(page);
    // What was left of the log's last round has other salts.
    if (std::memcmp(frame.data() + 8, header.data() + 16, 8) != 0 || !checksum.is(frame.data() + 16)) break;
    if (const auto link = find_link(page)) uncommitted.push_back(*link);
    if (big_endian(frame.data() + 4) == 0) continue;
    log.committed = true;
    log.links.insert(log.links.end(), uncommitted.begin(), uncommitted.end());
    uncommitted.clear();
  }
  return log;
}

// Of the file as it is without the log; empty when that cannot be told. Where the copying of the log was cut short, the
// file has a link of one of the two states, or of none.
std::optional<Link> link_of_file(const std::string& path, const std::string& vfs) {
  auto file = Connection::open(path, SQLITE_OPEN_READONLY, vfs, Connection::Immutable::yes);
  if (!file) return std::nullopt;
  auto row = file->prepare("SELECT link FROM last_batch", false);
  constexpr int no_such_table = SQLITE_ERROR;  // version 1 of the format had none
  if (!row) return sqlite3_errcode(file->handle()) == no_such_table ? std::optional(Link{}) : std::nullopt;
  return row->step() == SQLITE_ROW ? parse_link(row->text(0)) : std::nullopt;
}

std::unexpected<Error> refuse(const std::string& path) {
  return fail(
      ErrorCode::unsupported,
      fmt::format("{0}: the write-ahead log beside this file, {0}-wal, belongs to another one and would ruin it "
                  "(was a copy put in the file's place?); both were left as they are: move {0}-wal and {0}-shm "
                  "away to open this file, or put back the file that the log belongs to",
                  path));
}

}  // namespace

std::string next_link(std::string_view last) {
  const auto before = parse_link(last).value_or(Link{}).name;
  const auto name = Uuid::generate();
  std::string names{reinterpret_cast<const char*>(name.bytes.data()), name.bytes.size()};
  names.append(before.data(), before.size());
  return std::string{link_magic} + checksum_of(names) + names;
}

Result<void> check_wal(const std::string& path, const std::string& vfs) {
  std::error_code error;
  // A creation that was cut short: SQLite undoes it, and there is nothing yet that could be ruined.
  if (std::filesystem::exists(path + "-journal", error)) return {};
  const auto log = read_log(path + "-wal");
  if (!log.committed) return {};
  auto file = Connection::open(path, SQLITE_OPEN_READONLY, vfs);
  if (!file) return std::unexpected(std::move(file.error()));
  constexpr std::size_t write_version_offset = 18;
  std::array<unsigned char, write_version_offset + 1> header{};
  const auto size = file->read_start(header);
  if (!size) return std::unexpected(size.error());
  // VACUUM INTO makes such a file; one with a log of its own is marked as such before the log is made.
  if (*size == header.size() && header[write_version_offset] == 1) return refuse(path);
  if (log.links.empty()) return {};
  const auto link = link_of_file(path, vfs);
  if (!link || link->name == log.links.front().before) return {};
  const bool known = std::ranges::any_of(log.links, [&](const Link& each) { return each.name == link->name; });
  return known ? Result<void>{} : refuse(path);
}

Result<void> check_before_reading(const std::string& path, const std::string& vfs) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0)
    if (auto names = check_names(path, status.st_nlink); !names) return names;
  auto file = DatabaseFile::open(path, Access::read, false);
  if (!file) return std::unexpected(std::move(file.error()));
  // A writer would change the log under the one who looks.
  if (file->try_lock() != DatabaseFile::Lock::taken) return {};
  return check_wal(path, vfs);
}

}  // namespace lasagne::detail::sqlite
