// Reads of what moves with the log: timers and parked messages.
#include <utility>

#include "store/sqlite/reader.hpp"
#include "store/sqlite/sql.hpp"

namespace lasagne::detail::sqlite {

Result<std::optional<Uuid>> Reader::find_timer(std::string_view key) {
  auto row = statement(sql::find_timer);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, key);
  const int code = (*row)->step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return std::unexpected(connection_.error(code, "looking up a timer"));
  const auto id = (*row)->id(0);
  if (!id) return std::unexpected(connection_.damaged("a timer's message id is not an id"));
  return id;
}

Result<std::vector<Timer>> Reader::due_timers(Timestamp now, std::size_t limit) {
  auto prepared = statement(sql::due_timers);
  if (!prepared) return std::unexpected(prepared.error());
  Statement& row = **prepared;
  const ResetOnExit reset{row};
  row.bind(1, now.microseconds);
  row.bind(2, to_sql(limit));
  std::vector<Timer> timers;
  int code = SQLITE_ROW;
  while ((code = row.step()) == SQLITE_ROW) {
    const auto id = row.id(3);
    const auto correlation_id = row.id(7);
    const auto causation_id = row.is_null(8) ? Uuid{} : row.id(8);
    const auto kind = row.integer(4);
    if (!id || !correlation_id || !causation_id || kind < 0 || kind > 1)
      return std::unexpected(connection_.damaged("a timer's message cannot be read"));
    Timer timer;
    timer.key = row.text(0);
    timer.due = Timestamp{row.integer(1)};
    timer.stream = row.text(2);
    timer.message.id = *id;
    timer.message.kind = static_cast<MessageKind>(kind);
    timer.message.type = row.text(5);
    timer.message.data = row.text(6);
    timer.message.metadata.correlation_id = *correlation_id;
    timer.message.metadata.causation_id = *causation_id;
    timer.message.metadata.traceparent = row.text(9);
    timers.push_back(std::move(timer));
  }
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "reading the timers"));
  return timers;
}

Result<std::optional<Timestamp>> Reader::next_timer() {
  auto row = statement(sql::next_timer);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  if (const int code = (*row)->step(); code != SQLITE_ROW)
    return std::unexpected(connection_.error(code, "reading the next timer"));
  const auto due = (*row)->optional_integer(0);
  if (!due) return std::nullopt;
  return Timestamp{*due};
}

Result<bool> Reader::has_parked(std::string_view processor, Position position) {
  auto row = statement(sql::has_parked);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, processor);
  (*row)->bind(2, to_sql(position));
  const int code = (*row)->step();
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return std::unexpected(connection_.error(code, "looking up a parked message"));
  return code == SQLITE_ROW;
}

Result<std::vector<ParkedMessage>> Reader::parked(std::string_view processor, Position after, std::size_t limit) {
  if (limit == 0) return {};
  auto prepared = statement(processor.empty() ? sql::parked_of_all : sql::parked_of);
  if (!prepared) return std::unexpected(prepared.error());
  Statement& row = **prepared;
  const ResetOnExit reset{row};
  row.bind(1, processor);
  row.bind(2, to_sql(after));
  row.bind(3, to_sql(limit));
  std::vector<ParkedMessage> found;
  int code = SQLITE_ROW;
  while ((code = row.step()) == SQLITE_ROW) {
    const auto status = row.integer(3);
    if (status < 0 || status > static_cast<std::int64_t>(ParkedMessage::Status::calling))
      return std::unexpected(connection_.damaged("a parked message has an unknown status"));
    ParkedMessage message;
    message.processor = row.text(0);
    message.position = row.natural(1);
    message.key = row.text(2);
    message.status = static_cast<ParkedMessage::Status>(status);
    message.attempts = static_cast<std::uint32_t>(row.integer(4));
    message.next_attempt = Timestamp{row.integer(5)};
    message.error = row.text(6);
    message.edited_data = row.text(7);
    found.push_back(std::move(message));
  }
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "reading the parked messages"));
  return found;
}

}  // namespace lasagne::detail::sqlite
