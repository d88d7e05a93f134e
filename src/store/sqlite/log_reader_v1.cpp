// Format 1: a row a message. Its files are converted when they are opened for writing; until then they are only read.
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/log_reader.hpp"
#include "store/sqlite/sql_v1.hpp"

namespace lasagne::detail::sqlite {

namespace {

class LogReaderV1 final : public LogReader {
 public:
  using LogReader::LogReader;

  Result<LogEnd> end() override {
    auto row = session_.statement(sql::v1::log_end);
    if (!row) return std::unexpected(row.error());
    const ResetOnExit reset{**row};
    if (const int code = (*row)->step(); code != SQLITE_ROW)
      return std::unexpected(session_.connection().error(code, "reading the log's end"));
    return LogEnd{(*row)->natural(0), Timestamp{(*row)->integer(1)}};
  }

  Result<std::optional<Revision>> last_revision(std::int64_t stream_id) override {
    auto row = session_.statement(sql::v1::last_revision);
    if (!row) return std::unexpected(row.error());
    const ResetOnExit reset{**row};
    (*row)->bind(1, stream_id);
    if (const int code = (*row)->step(); code != SQLITE_ROW)
      return std::unexpected(session_.connection().error(code, "reading a stream's head"));
    if ((*row)->is_null(0)) return std::nullopt;
    return (*row)->natural(0);
  }

  Result<Messages> read_stream(const StreamRow& stream, Revision from, Revision to, Direction direction,
                               std::size_t limit) override {
    auto rows = session_.statement(direction == Direction::forwards ? sql::v1::read_stream_forwards
                                                                    : sql::v1::read_stream_backwards);
    if (!rows) return std::unexpected(rows.error());
    (*rows)->bind(1, to_sql(stream.id));
    (*rows)->bind(2, to_sql(from));
    (*rows)->bind(3, to_sql(to));
    (*rows)->bind(4, to_sql(limit));
    Messages messages;
    if (auto read = collect(**rows, {}, limit, messages); !read) return std::unexpected(read.error());
    return messages;
  }

  Result<Messages> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override {
    auto rows = session_.statement(sql::v1::read_process);
    if (!rows) return std::unexpected(rows.error());
    (*rows)->bind(1, correlation_id);
    (*rows)->bind(2, to_sql(after));
    (*rows)->bind(3, to_sql(limit));
    Messages messages;
    if (auto read = collect(**rows, {}, limit, messages); !read) return std::unexpected(read.error());
    return messages;
  }

  Result<void> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit,
                        Messages& messages) override {
    auto rows = session_.statement(sql::v1::read_all);
    if (!rows) return std::unexpected(rows.error());
    (*rows)->bind(1, to_sql(after));
    (*rows)->bind(2, to_sql(up_to));
    return collect(**rows, filter, limit, messages);
  }

 private:
  Result<void> collect(Statement& rows, const Filter& filter, std::size_t limit, Messages& messages) {
    const ResetOnExit reset{rows};
    Slabs slabs;
    int code = SQLITE_DONE;
    while (messages.size() < limit && (code = rows.step()) == SQLITE_ROW) {
      auto stored = message_of_v1(rows, session_.connection());
      if (!stored) return std::unexpected(stored.error());
      auto message = slabs.next();
      if (auto decoded = decode(std::move(*stored), nullptr, *message); !decoded) return decoded;
      if (filter.empty() || filter.matches(*message)) messages.push_back(std::move(message));
    }
    if (code != SQLITE_DONE && code != SQLITE_ROW)
      return std::unexpected(session_.connection().error(code, "reading messages"));
    return {};
  }
};

}  // namespace

Result<StoredMessage> message_of_v1(Statement& row, const Connection& connection) {
  StoredMessage message;
  message.position = row.natural(0);
  const auto id = row.id(5);
  const auto correlation_id = row.id(6);
  const auto causation_id = row.is_null(7) ? Uuid{} : row.id(7);
  if (!id || !correlation_id || !causation_id)
    return std::unexpected(
        connection.damaged(fmt::format("the message at position {} cannot be read", message.position)));
  message.stream_id = row.integer(1);
  message.revision = row.natural(2);
  message.type_id = row.integer(3);
  message.kind = row.integer(4);
  message.id = *id;
  message.metadata = {*correlation_id, *causation_id, std::string{row.text(8)}};
  message.recorded_at = Timestamp{row.integer(9)};
  message.data = row.text(10);
  return message;
}

std::unique_ptr<LogReader> make_log_reader_v1(Session& session) { return std::make_unique<LogReaderV1>(session); }

}  // namespace lasagne::detail::sqlite
