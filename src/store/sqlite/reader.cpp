#include "store/sqlite/reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/file_check.hpp"
#include "store/sqlite/last_batch.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/sql_v1.hpp"

namespace lasagne::detail::sqlite {

namespace {

std::optional<std::uint64_t> natural(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

}  // namespace

Result<std::unique_ptr<Reader>> Reader::open(const std::string& path, const SqliteSettings& settings,
                                             Connection::Immutable immutable) {
  auto connection = Connection::open(path, SQLITE_OPEN_READONLY, settings.vfs, immutable);
  if (!connection) return std::unexpected(connection.error());
  sqlite3_busy_timeout(connection->handle(), settings.busy_wait_ms);
  auto set =
      connection->execute(fmt::format("PRAGMA cache_size = -{}; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;",
                                      settings.reader_cache_kib),
                          "setting up a reader");
  if (!set) return std::unexpected(set.error());
  // The file's header may lag behind its WAL, so the version is asked for again here.
  const auto version = connection->integer("PRAGMA user_version", "reading the format version");
  if (!version) return std::unexpected(version.error());
  if (*version > schema_version) return std::unexpected(newer_version(path, *version));
  std::unique_ptr<Reader> reader(new Reader(std::move(*connection), settings));
  const auto old = reader->connection_.integer(sql::v1::has_log, "reading the schema");
  if (!old) return std::unexpected(old.error());
  reader->version_ = *old > 0 ? 1 : schema_version;
  reader->log_ = *old > 0 ? make_log_reader_v1(reader->session_) : make_log_reader_v2(reader->session_);
  return reader;
}

bool Reader::outdated() const {
  if (version_ != 1) return false;
  const auto old = connection_.integer(sql::v1::has_log, "reading the schema");
  return old && *old == 0;
}

// Without a transaction of its own each read has one, which is as right.
void Reader::hold() {
  if (sqlite3_get_autocommit(connection_.handle()) == 0) return;
  if (auto begin = statement(sql::begin_read)) (void)(*begin)->run();
}

void Reader::let_go() {
  if (sqlite3_get_autocommit(connection_.handle()) != 0) return;
  if (auto end = statement(sql::end_read)) (void)(*end)->run();
}

Result<void> Reader::check_end() {
  if (version_ == 1) return {};
  if (auto begun = connection_.execute("BEGIN", "beginning a read"); !begun) return begun;
  auto checked = sqlite::check_end(connection_);
  auto ended = connection_.execute("COMMIT", "ending a read");
  return checked ? ended : checked;
}

Result<Backing::Opened> Reader::load() {
  Backing::Opened opened;
  const auto end = log_->end();
  if (!end) return std::unexpected(end.error());
  opened.last_position = end->position;
  opened.last_recorded_at = end->recorded_at;
  auto last = connection_.integer(sql::last_stream_id, "reading the last stream");
  if (!last) return std::unexpected(last.error());
  opened.last_stream_id = static_cast<std::uint64_t>(*last);
  auto rows = statement(sql::checkpoints);
  if (!rows) return std::unexpected(rows.error());
  const ResetOnExit reset{**rows};
  int code = SQLITE_ROW;
  while ((code = (*rows)->step()) == SQLITE_ROW) opened.checkpoints.emplace((*rows)->text(0), (*rows)->natural(1));
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "loading the checkpoints"));
  return opened;
}

Result<Position> Reader::last_position() {
  auto end = log_->end();
  if (!end) return std::unexpected(end.error());
  return end->position;
}

Result<std::optional<StreamRow>> Reader::find_stream(std::string_view name) {
  auto prepared = statement(sql::find_stream);
  if (!prepared) return std::unexpected(prepared.error());
  Statement& row = **prepared;
  const ResetOnExit reset{row};
  row.bind(1, name);
  const int code = row.step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return std::unexpected(connection_.error(code, "looking up a stream"));
  StreamRow stream;
  stream.id = row.natural(0);
  stream.name = name;
  const auto state = row.integer(1);
  if (state < 0 || state > static_cast<std::int64_t>(StreamState::tombstoned))
    return std::unexpected(connection_.damaged(fmt::format("stream {} has the unknown state {}", name, state)));
  stream.state = static_cast<StreamState>(state);
  stream.head = natural(row.optional_integer(2));
  stream.first_readable = row.natural(3);
  stream.limits.truncate_before = natural(row.optional_integer(4));
  stream.limits.max_count = natural(row.optional_integer(5));
  if (const auto age = row.optional_integer(6)) stream.limits.max_age = Duration{*age};
  auto last = log_->last_revision(to_sql(stream.id));
  if (!last) return std::unexpected(last.error());
  stream.head = std::max(stream.head, *last);
  return stream;
}

Result<std::vector<MessagePtr>> Reader::read_stream(const StreamRow& stream, Revision from, Revision to,
                                                    Direction direction, std::size_t limit) {
  return log_->read_stream(stream, from, to, direction, limit);
}

Result<std::vector<MessagePtr>> Reader::read_process(const Uuid& correlation_id, Position after, std::size_t limit) {
  return log_->read_process(correlation_id, after, limit);
}

Result<LogSlice> Reader::read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) {
  LogSlice slice{{}, std::max(after, up_to)};
  if (limit == 0) {
    slice.scanned_to = after;
    return slice;
  }
  auto last = last_position();
  if (!last) return std::unexpected(last.error());
  const Position end = std::min(up_to, *last);
  // A filter may look at many messages for few results. Between windows the snapshot is let go, so that the WAL can
  // start anew; the messages of finished windows do not change, so the result is the same.
  const auto window = filter.empty() ? end : scan_window_;
  for (Position from = after; from < end && slice.messages.size() < limit;) {
    const Position to = end - from > window ? from + window : end;
    if (auto read = log_->read_all(from, to, filter, limit, slice.messages); !read)
      return std::unexpected(read.error());
    from = to;
  }
  if (slice.messages.size() == limit) slice.scanned_to = slice.messages.back()->position;
  return slice;
}

}  // namespace lasagne::detail::sqlite
