// Every statement the SQLite backing runs on a Lasagne file.
#pragma once

#include <string_view>

namespace lasagne::detail::sqlite::sql {

// The columns of a message, in the order that Reader decodes them.
#define LASAGNE_MESSAGE_COLUMNS                                                                                     \
  "l.position, l.stream_id, l.revision, l.type_id, l.kind, l.id, l.correlation_id, l.causation_id, l.traceparent, " \
  "l.recorded_at, l.data"

// load
inline constexpr std::string_view log_end =
    "SELECT max(ifnull((SELECT max(position) FROM log), 0), ifnull((SELECT position FROM log_end), 0)), "
    "max(ifnull((SELECT recorded_at FROM log ORDER BY position DESC LIMIT 1), 0), "
    "ifnull((SELECT recorded_at FROM log_end), 0)), "
    "ifnull((SELECT max(id) FROM streams), 0)";
inline constexpr std::string_view last_position =
    "SELECT max(ifnull((SELECT max(position) FROM log), 0), ifnull((SELECT position FROM log_end), 0))";
inline constexpr std::string_view checkpoints = "SELECT processor, position FROM checkpoints";
inline constexpr std::string_view checkpoint = "SELECT position FROM checkpoints WHERE processor = ?1";

// write
inline constexpr std::string_view insert_message =
    "INSERT INTO log(position, stream_id, revision, type_id, kind, id, correlation_id, causation_id, traceparent, "
    "recorded_at, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
inline constexpr std::string_view insert_type = "INSERT INTO types(id, name) VALUES(?1, ?2)";
inline constexpr std::string_view types = "SELECT id, name FROM types";
inline constexpr std::string_view insert_stream =
    "INSERT INTO streams(id, name, category, state, head, first_readable, truncate_before, max_count, max_age_us) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
// A stream of which only the head moved keeps its row: the head is in the log.
inline constexpr std::string_view update_stream =
    "UPDATE streams SET state = ?2, head = ?3, first_readable = ?4, truncate_before = ?5, max_count = ?6, "
    "max_age_us = ?7 WHERE id = ?1 AND (state <> ?2 OR first_readable <> ?4 OR truncate_before IS NOT ?5 "
    "OR max_count IS NOT ?6 OR max_age_us IS NOT ?7)";
inline constexpr std::string_view put_checkpoint =
    "INSERT INTO checkpoints(processor, position) VALUES(?1, ?2) "
    "ON CONFLICT(processor) DO UPDATE SET position = excluded.position";
inline constexpr std::string_view put_timer =
    "INSERT OR REPLACE INTO timers(key, due, stream, message_id, kind, type, data, correlation_id, causation_id, "
    "traceparent) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
inline constexpr std::string_view remove_timer = "DELETE FROM timers WHERE key = ?1";
inline constexpr std::string_view put_parked =
    "INSERT OR REPLACE INTO parked(processor, position, key, status, attempts, next_attempt, error, edited_data) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
inline constexpr std::string_view remove_parked = "DELETE FROM parked WHERE processor = ?1 AND position = ?2";

// read
inline constexpr std::string_view begin_read = "BEGIN";
inline constexpr std::string_view end_read = "COMMIT";
inline constexpr std::string_view find_stream =
    "SELECT id, state, nullif(max(ifnull(head, -1), ifnull((SELECT max(revision) FROM log WHERE stream_id = s.id), "
    "-1)), -1), first_readable, truncate_before, max_count, max_age_us FROM streams s WHERE name = ?1";
inline constexpr std::string_view stream_id = "SELECT id FROM streams WHERE name = ?1";
inline constexpr std::string_view stream_name = "SELECT name FROM streams WHERE id = ?1";
inline constexpr std::string_view type_id = "SELECT id FROM types WHERE name = ?1";
inline constexpr std::string_view type_name = "SELECT name FROM types WHERE id = ?1";
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
    "SELECT " LASAGNE_MESSAGE_COLUMNS " FROM log l WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3";
// Filtered reads begin with one of these and end with read_all_end; the conditions between them are put together by
// Reader. CROSS JOIN and the unary plus keep SQLite on the walk by position.
inline constexpr std::string_view read_all_begin =
    "SELECT " LASAGNE_MESSAGE_COLUMNS " FROM log l WHERE l.position > ?1 AND l.position <= ?2";
inline constexpr std::string_view read_all_categories_begin =
    "SELECT " LASAGNE_MESSAGE_COLUMNS
    " FROM log l CROSS JOIN streams s ON s.id = l.stream_id WHERE l.position > ?1 AND l.position <= ?2";
inline constexpr std::string_view type_condition = "l.type_id";
inline constexpr std::string_view stream_condition = "+l.stream_id";
inline constexpr std::string_view category_condition = "s.category";
inline constexpr std::string_view read_all_end = " ORDER BY l.position LIMIT ?3";

inline constexpr std::string_view find_timer = "SELECT message_id FROM timers WHERE key = ?1";
inline constexpr std::string_view due_timers =
    "SELECT key, due, stream, message_id, kind, type, data, correlation_id, causation_id, traceparent FROM timers "
    "WHERE due <= ?1 ORDER BY due, key LIMIT ?2";
inline constexpr std::string_view next_timer = "SELECT min(due) FROM timers";
inline constexpr std::string_view has_parked = "SELECT 1 FROM parked WHERE processor = ?1 AND position = ?2";
inline constexpr std::string_view parked_of =
    "SELECT processor, position, key, status, attempts, next_attempt, error, edited_data FROM parked "
    "WHERE processor = ?1 AND position > ?2 ORDER BY position LIMIT ?3";
inline constexpr std::string_view parked_of_all =
    "SELECT processor, position, key, status, attempts, next_attempt, error, edited_data FROM parked "
    "WHERE ?1 = '' AND position > ?2 AND position <= ifnull((SELECT position FROM parked WHERE position > ?2 "
    "ORDER BY position LIMIT 1 OFFSET ?3 - 1), 9223372036854775807) ORDER BY position, processor";

// scavenge; the condition is that of the index streams_to_scavenge
inline constexpr std::string_view streams_to_scavenge =
    "SELECT id, state, first_readable, truncate_before, max_count, max_age_us, "
    "nullif(max(ifnull(head, -1), ifnull((SELECT max(revision) FROM log WHERE stream_id = s.id), -1)), -1) "
    "FROM streams s WHERE id > ?1 AND (state <> 0 OR first_readable > 0 OR truncate_before IS NOT NULL "
    "OR max_count IS NOT NULL OR max_age_us IS NOT NULL) ORDER BY id LIMIT ?2";
inline constexpr std::string_view first_young =
    "SELECT revision FROM log WHERE stream_id = ?1 AND recorded_at >= ?2 ORDER BY revision LIMIT 1";
inline constexpr std::string_view keep_head =
    "UPDATE streams SET head = max(ifnull(head, -1), ifnull((SELECT max(revision) FROM log WHERE stream_id = ?1), -1)) "
    "WHERE id = ?1";
inline constexpr std::string_view remove_messages = "DELETE FROM log WHERE stream_id = ?1 AND revision < ?2";
inline constexpr std::string_view keep_log_end =
    "INSERT OR REPLACE INTO log_end(only, position, recorded_at) VALUES(0, ?1, ?2)";

#undef LASAGNE_MESSAGE_COLUMNS

}  // namespace lasagne::detail::sqlite::sql
