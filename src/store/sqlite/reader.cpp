#include "store/sqlite/reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/file_check.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sql.hpp"

namespace lasagne::detail::sqlite {

namespace {

// Messages that were read together share one allocation; whoever keeps one of them keeps the others of its block.
using MessageBlock = std::array<Message, 16>;

std::optional<std::uint64_t> natural(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

Result<MessageKind> kind_of(std::int64_t value, const Connection& connection) {
  if (value == 0) return MessageKind::event;
  if (value == 1) return MessageKind::command;
  return std::unexpected(connection.damaged(fmt::format("a message has the unknown kind {}", value)));
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
  return std::unique_ptr<Reader>(new Reader(std::move(*connection), settings));
}

Result<Statement*> Reader::statement(std::string_view sql) {
  const auto found = statements_.find(sql.data());
  if (found != statements_.end()) return &found->second;
  auto prepared = connection_.prepare(sql);
  if (!prepared) return std::unexpected(prepared.error());
  return &statements_.emplace(sql.data(), std::move(*prepared)).first->second;
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

Result<Backing::Opened> Reader::load() {
  Backing::Opened opened;
  auto end = statement(sql::log_end);
  if (!end) return std::unexpected(end.error());
  {
    const ResetOnExit reset{**end};
    if (const int code = (*end)->step(); code != SQLITE_ROW) return std::unexpected(connection_.error(code, "loading"));
    opened.last_position = (*end)->natural(0);
    opened.last_recorded_at = Timestamp{(*end)->integer(1)};
    opened.last_stream_id = (*end)->natural(2);
  }
  auto rows = statement(sql::checkpoints);
  if (!rows) return std::unexpected(rows.error());
  const ResetOnExit reset{**rows};
  int code = SQLITE_ROW;
  while ((code = (*rows)->step()) == SQLITE_ROW) opened.checkpoints.emplace((*rows)->text(0), (*rows)->natural(1));
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "loading the checkpoints"));
  return opened;
}

Result<Position> Reader::last_position() {
  auto row = statement(sql::last_position);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  if (const int code = (*row)->step(); code != SQLITE_ROW)
    return std::unexpected(connection_.error(code, "reading the last position"));
  return (*row)->natural(0);
}

Result<Position> Reader::checkpoint(std::string_view processor) {
  auto found = id_of(sql::checkpoint, processor);
  if (!found) return std::unexpected(found.error());
  return static_cast<Position>(found->value_or(0));
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
  return stream;
}

Result<std::vector<MessagePtr>> Reader::read_stream(const StreamRow& stream, Revision from, Revision to,
                                                    Direction direction, std::size_t limit) {
  auto rows = statement(direction == Direction::forwards ? sql::read_stream_forwards : sql::read_stream_backwards);
  if (!rows) return std::unexpected(rows.error());
  (*rows)->bind(1, to_sql(stream.id));
  (*rows)->bind(2, to_sql(from));
  (*rows)->bind(3, to_sql(to));
  (*rows)->bind(4, to_sql(limit));
  Messages messages;
  if (auto read = collect(**rows, messages, &stream.name); !read) return std::unexpected(read.error());
  return messages;
}

Result<LogSlice> Reader::read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) {
  LogSlice slice{{}, std::max(after, up_to)};
  auto ids = look_up(filter);
  if (!ids) return std::unexpected(ids.error());
  if (ids->nothing || limit == 0) {
    if (limit == 0) slice.scanned_to = after;
    return slice;
  }
  auto last = last_position();
  if (!last) return std::unexpected(last.error());
  const Position end = std::min(up_to, *last);
  // A filter may look at many rows for few results. Between windows the snapshot is let go, so that the WAL can start
  // anew; the rows of finished windows do not change, so the result is the same.
  const auto window = filter.empty() ? end : settings_.scan_window;
  for (Position from = after; from < end && slice.messages.size() < limit;) {
    auto prepared = filter.empty() ? statement(sql::read_all) : filtered(*ids);
    if (!prepared) return std::unexpected(prepared.error());
    Statement& rows = **prepared;
    const Position to = end - from > window ? from + window : end;
    rows.bind(1, to_sql(from));
    rows.bind(2, to_sql(to));
    rows.bind(3, to_sql(limit - slice.messages.size()));
    int next = 4;
    for (const auto id : ids->types) rows.bind(next++, id);
    for (const auto id : ids->streams) rows.bind(next++, id);
    for (const auto& category : ids->categories) rows.bind(next++, std::string_view{category});
    if (auto read = collect(rows, slice.messages); !read) return std::unexpected(read.error());
    from = to;
  }
  if (slice.messages.size() == limit) slice.scanned_to = slice.messages.back()->position;
  return slice;
}

Result<Reader::Ids> Reader::look_up(const Filter& filter) {
  Ids ids;
  ids.categories = filter.categories;
  for (const auto& type : filter.types) {
    auto id = id_of(sql::type_id, type);
    if (!id) return std::unexpected(id.error());
    if (*id) ids.types.push_back(**id);
  }
  for (const auto& stream : filter.streams) {
    auto id = id_of(sql::stream_id, stream);
    if (!id) return std::unexpected(id.error());
    if (*id) ids.streams.push_back(**id);
  }
  ids.nothing = (!filter.types.empty() && ids.types.empty()) ||
                (!filter.streams.empty() && ids.streams.empty() && filter.categories.empty());
  return ids;
}

Result<Statement*> Reader::filtered(const Ids& ids) {
  const std::tuple shape{ids.types.size(), ids.streams.size(), ids.categories.size()};
  if (const auto found = filtered_.find(shape); found != filtered_.end()) return &found->second;
  int next = 4;
  const auto among = [&next](std::string_view column, std::size_t count) {
    std::string text{column};
    for (std::size_t i = 0; i < count; ++i) text += fmt::format("{}?{}", i == 0 ? " IN (" : ", ", next++);
    return text + ")";
  };
  std::string text{ids.categories.empty() ? sql::read_all_begin : sql::read_all_categories_begin};
  if (!ids.types.empty()) text += " AND " + among(sql::type_condition, ids.types.size());
  if (!ids.streams.empty() || !ids.categories.empty()) {
    text += " AND (";
    if (!ids.streams.empty()) text += among(sql::stream_condition, ids.streams.size());
    if (!ids.streams.empty() && !ids.categories.empty()) text += " OR ";
    if (!ids.categories.empty()) text += among(sql::category_condition, ids.categories.size());
    text += ")";
  }
  text += sql::read_all_end;
  auto prepared = connection_.prepare(text);
  if (!prepared) return std::unexpected(prepared.error());
  if (filtered_.size() >= settings_.cached_filters) filtered_.clear();
  return &filtered_.emplace(shape, std::move(*prepared)).first->second;
}

Result<std::optional<std::int64_t>> Reader::id_of(std::string_view sql, std::string_view name) {
  auto row = statement(sql);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, name);
  const int code = (*row)->step();
  if (code == SQLITE_ROW) return (*row)->integer(0);
  if (code == SQLITE_DONE) return std::nullopt;
  return std::unexpected(connection_.error(code, "looking up a name"));
}

Result<std::vector<MessagePtr>> Reader::read_process(const Uuid& correlation_id, Position after, std::size_t limit) {
  auto rows = statement(sql::read_process);
  if (!rows) return std::unexpected(rows.error());
  (*rows)->bind(1, correlation_id);
  (*rows)->bind(2, to_sql(after));
  (*rows)->bind(3, to_sql(limit));
  Messages messages;
  if (auto read = collect(**rows, messages); !read) return std::unexpected(read.error());
  return messages;
}

Result<void> Reader::collect(Statement& rows, Messages& messages, const std::string* stream) {
  const ResetOnExit reset{rows};
  int code = SQLITE_ROW;
  std::shared_ptr<MessageBlock> block;
  std::size_t used = 0;
  while ((code = rows.step()) == SQLITE_ROW) {
    if (!block || used == block->size()) {
      block = std::make_shared<MessageBlock>();
      used = 0;
    }
    Message& message = (*block)[used++];
    if (auto decoded = decode(rows, stream, message); !decoded) return std::unexpected(decoded.error());
    messages.emplace_back(block, &message);
  }
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "reading messages"));
  return {};
}

Result<void> Reader::decode(Statement& row, const std::string* stream, Message& message) {
  message.position = row.natural(0);
  const auto where = [&] { return fmt::format("the message at position {} cannot be read", message.position); };
  if (stream == nullptr) {
    auto name = stream_name(row.integer(1));
    if (!name) return std::unexpected(name.error());
    stream = *name;
  }
  auto type = type_name(row.integer(3));
  if (!type) return std::unexpected(type.error());
  const auto kind = kind_of(row.integer(4), connection_);
  if (!kind) return std::unexpected(kind.error());
  const auto id = row.id(5);
  const auto correlation_id = row.id(6);
  const auto causation_id = row.is_null(7) ? Uuid{} : row.id(7);
  if (!id || !correlation_id || !causation_id) return std::unexpected(connection_.damaged(where()));
  message.stream = *stream;
  message.revision = row.natural(2);
  message.type = **type;
  message.kind = *kind;
  message.id = *id;
  message.metadata.correlation_id = *correlation_id;
  message.metadata.causation_id = *causation_id;
  message.metadata.traceparent = row.text(8);
  message.recorded_at = Timestamp{row.integer(9)};
  message.data = row.text(10);
  return {};
}

Result<const std::string*> Reader::stream_name(std::int64_t id) {
  if (const auto found = stream_names_.find(id); found != stream_names_.end()) return &found->second;
  auto name = name_of(sql::stream_name, id, "stream");
  if (!name) return std::unexpected(name.error());
  if (stream_names_.size() >= settings_.cached_stream_names) stream_names_.clear();
  return &stream_names_.emplace(id, std::move(*name)).first->second;
}

Result<const std::string*> Reader::type_name(std::int64_t id) {
  if (const auto found = type_names_.find(id); found != type_names_.end()) return &found->second;
  auto name = name_of(sql::type_name, id, "type");
  if (!name) return std::unexpected(name.error());
  return &type_names_.emplace(id, std::move(*name)).first->second;
}

Result<std::string> Reader::name_of(std::string_view sql, std::int64_t id, std::string_view what) {
  auto row = statement(sql);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, id);
  const int code = (*row)->step();
  if (code == SQLITE_ROW) return std::string{(*row)->text(0)};
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "looking up a name"));
  return std::unexpected(connection_.damaged(fmt::format("a message names {} {}, which does not exist", what, id)));
}

}  // namespace lasagne::detail::sqlite
