// The statements that read a file of format 1, and turn it into one of format 2.
#pragma once

#include <string_view>

#include "store/sqlite/block.hpp"
#include "store/sqlite/connection.hpp"

namespace lasagne::detail::sqlite {

// The message of a row with the columns that the statements below give.
[[nodiscard]] Result<StoredMessage> message_of_v1(Statement& row, const Connection& connection);

namespace sql::v1 {

#define LASAGNE_MESSAGE_COLUMNS                                                                                     \
  "l.position, l.stream_id, l.revision, l.type_id, l.kind, l.id, l.correlation_id, l.causation_id, l.traceparent, " \
  "l.recorded_at, l.data"

inline constexpr std::string_view log_end =
    "SELECT max(ifnull((SELECT max(position) FROM log), 0), ifnull((SELECT position FROM log_end), 0)), "
    "max(ifnull((SELECT recorded_at FROM log ORDER BY position DESC LIMIT 1), 0), "
    "ifnull((SELECT recorded_at FROM log_end), 0))";
inline constexpr std::string_view last_revision = "SELECT max(revision) FROM log WHERE stream_id = ?1";
inline constexpr std::string_view read_stream_forwards =
    "SELECT " LASAGNE_MESSAGE_COLUMNS
    " FROM log l WHERE stream_id = ?1 AND revision BETWEEN ?2 AND ?3 ORDER BY revision LIMIT ?4";
inline constexpr std::string_view read_stream_backwards =
    "SELECT " LASAGNE_MESSAGE_COLUMNS
    " FROM log l WHERE stream_id = ?1 AND revision BETWEEN ?2 AND ?3 ORDER BY revision DESC LIMIT ?4";
inline constexpr std::string_view read_process =
    "SELECT " LASAGNE_MESSAGE_COLUMNS
    " FROM log l WHERE correlation_id = ?1 AND position > ?2 ORDER BY position LIMIT ?3";
inline constexpr std::string_view read_all =
    "SELECT " LASAGNE_MESSAGE_COLUMNS " FROM log l WHERE position > ?1 AND position <= ?2 ORDER BY position";

#undef LASAGNE_MESSAGE_COLUMNS

// Whether the table is there that only format 1 has, or a file whose conversion is not finished.
inline constexpr std::string_view has_log = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'log'";
inline constexpr const char* undo_conversion =
    "DROP TABLE blocks; DROP TABLE by_stream; DROP TABLE by_process; DROP TABLE last_batch; PRAGMA user_version = 1;";
inline constexpr const char* drop_tables = "DROP VIEW messages; DROP TABLE log; DROP TABLE log_end;";

}  // namespace sql::v1

}  // namespace lasagne::detail::sqlite
