// Every statement the SQLite backing runs on a Lasagne file.
#pragma once

#include <string_view>

namespace lasagne::detail::sqlite::sql {

// load
inline constexpr std::string_view log_end = "SELECT position, recorded_at FROM last_batch";
inline constexpr std::string_view last_batch =
    "SELECT number, position, recorded_at, streams, chain, checkpoints, state, link, checksum FROM last_batch";
inline constexpr std::string_view last_stream_id = "SELECT ifnull(max(id), 0) FROM streams";
inline constexpr std::string_view last_blocks =
    "SELECT position, count, recorded_at, ids, messages, chain, digest FROM blocks ORDER BY position DESC LIMIT 2";
inline constexpr std::string_view checkpoints = "SELECT processor, position FROM checkpoints";
inline constexpr std::string_view checkpoint = "SELECT position FROM checkpoints WHERE processor = ?1";

// write
inline constexpr std::string_view insert_block =
    "INSERT INTO blocks(position, count, recorded_at, chain, digest, ids, messages) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
inline constexpr std::string_view insert_by_stream =
    "INSERT INTO by_stream(stream_id, revision, position, place, earlier) VALUES(?1, ?2, ?3, ?4, ?5)";
inline constexpr std::string_view insert_by_process =
    "INSERT INTO by_process(correlation_id, position, place, earlier) VALUES(?1, ?2, ?3, ?4)";
inline constexpr std::string_view put_last_batch =
    "INSERT OR REPLACE INTO last_batch(only, number, position, recorded_at, streams, chain, checkpoints, state, link, "
    "checksum) VALUES(0, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
inline constexpr std::string_view insert_type = "INSERT INTO types(id, name) VALUES(?1, ?2)";
inline constexpr std::string_view types = "SELECT id, name FROM types";
inline constexpr std::string_view insert_stream =
    "INSERT INTO streams(id, name, category, state, head, first_readable, truncate_before, max_count, max_age_us) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
// A stream of which only the head moved keeps its row: the head is in the log. A head that is kept stays, since
// scavenging may have left it nowhere else.
inline constexpr std::string_view update_stream =
    "UPDATE streams SET state = ?2, head = ifnull(?3, head), first_readable = ?4, truncate_before = ?5, "
    "max_count = ?6, max_age_us = ?7 WHERE id = ?1";
// Every column, as they go into a row's checksum.
inline constexpr std::string_view stream_row = "SELECT * FROM streams WHERE id = ?1";
inline constexpr std::string_view put_checkpoint =
    "INSERT INTO checkpoints(processor, position) VALUES(?1, ?2) "
    "ON CONFLICT(processor) DO UPDATE SET position = excluded.position";
inline constexpr std::string_view put_timer =
    "INSERT INTO timers(key, due, stream, message_id, kind, type, data, correlation_id, causation_id, "
    "traceparent) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
inline constexpr std::string_view timer_row = "SELECT * FROM timers WHERE key = ?1";
inline constexpr std::string_view remove_timer = "DELETE FROM timers WHERE key = ?1";
inline constexpr std::string_view put_parked =
    "INSERT INTO parked(processor, position, key, status, attempts, next_attempt, error, edited_data) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
inline constexpr std::string_view parked_row = "SELECT * FROM parked WHERE processor = ?1 AND position = ?2";
inline constexpr std::string_view remove_parked = "DELETE FROM parked WHERE processor = ?1 AND position = ?2";

// read
inline constexpr std::string_view begin_read = "BEGIN";
inline constexpr std::string_view end_read = "COMMIT";
inline constexpr std::string_view find_stream =
    "SELECT id, state, head, first_readable, truncate_before, max_count, max_age_us FROM streams WHERE name = ?1";
inline constexpr std::string_view last_revision = "SELECT max(revision) FROM by_stream WHERE stream_id = ?1";
inline constexpr std::string_view stream_id = "SELECT id FROM streams WHERE name = ?1";
inline constexpr std::string_view stream_name = "SELECT name FROM streams WHERE id = ?1";
inline constexpr std::string_view type_id = "SELECT id FROM types WHERE name = ?1";
inline constexpr std::string_view type_name = "SELECT name FROM types WHERE id = ?1";
// Rows of an index, each with the block that its last message is in.
#define LASAGNE_BLOCK_OF_ROW " LEFT JOIN blocks b ON b.position = i.position - i.place "
#define LASAGNE_BLOCK_COLUMNS "b.position, b.count, b.recorded_at, b.ids, b.messages"
inline constexpr std::string_view stream_forwards =
    "SELECT i.revision, i.position, i.earlier, " LASAGNE_BLOCK_COLUMNS " FROM by_stream i" LASAGNE_BLOCK_OF_ROW
    "WHERE i.stream_id = ?1 AND i.revision >= ?2 ORDER BY i.revision";
// From the row that holds revision ?3, or the last one.
inline constexpr std::string_view stream_backwards =
    "SELECT i.revision, i.position, i.earlier, " LASAGNE_BLOCK_COLUMNS " FROM by_stream i" LASAGNE_BLOCK_OF_ROW
    "WHERE i.stream_id = ?1 AND i.revision >= ?2 AND i.revision <= "
    "ifnull((SELECT revision FROM by_stream WHERE stream_id = ?1 AND revision >= ?3 ORDER BY revision LIMIT 1), "
    "9223372036854775807) ORDER BY i.revision DESC";
inline constexpr std::string_view process_positions =
    "SELECT i.position, i.earlier, " LASAGNE_BLOCK_COLUMNS " FROM by_process i" LASAGNE_BLOCK_OF_ROW
    "WHERE i.correlation_id = ?1 AND i.position > ?2 ORDER BY i.position";
#undef LASAGNE_BLOCK_COLUMNS
inline constexpr std::string_view block_at =
    "SELECT position, count, recorded_at, ids, messages FROM blocks WHERE position <= ?1 ORDER BY position DESC "
    "LIMIT 1";
// From the block that holds position ?1.
inline constexpr std::string_view blocks_between =
    "SELECT position, count, recorded_at, ids, messages FROM blocks WHERE position >= "
    "ifnull((SELECT position FROM blocks WHERE position <= ?1 ORDER BY position DESC LIMIT 1), 0) AND position <= ?2 "
    "ORDER BY position";

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
    "SELECT id, name, state, head, first_readable, truncate_before, max_count, max_age_us FROM streams "
    "WHERE id > ?1 AND (state <> 0 OR first_readable > 0 OR truncate_before IS NOT NULL OR max_count IS NOT NULL "
    "OR max_age_us IS NOT NULL) ORDER BY id LIMIT ?2";
inline constexpr std::string_view keep_head = "UPDATE streams SET head = ?2 WHERE id = ?1";
inline constexpr std::string_view stream_positions =
    "SELECT revision, position, earlier FROM by_stream WHERE stream_id = ?1 ORDER BY revision LIMIT ?2";
inline constexpr std::string_view remove_by_stream =
    "DELETE FROM by_stream WHERE stream_id = ?1 AND revision >= ?2 AND revision <= ?3";
inline constexpr std::string_view shorten_by_stream =
    "UPDATE by_stream SET earlier = ?3 WHERE stream_id = ?1 AND revision = ?2";
// Where a row has no other message.
inline constexpr std::string_view remove_single_by_process =
    "DELETE FROM by_process WHERE correlation_id = ?1 AND position = ?2 AND earlier IS NULL";
inline constexpr std::string_view process_from =
    "SELECT position, place, earlier FROM by_process WHERE correlation_id = ?1 AND position >= ?2 ORDER BY position "
    "LIMIT 1";
inline constexpr std::string_view remove_by_process =
    "DELETE FROM by_process WHERE correlation_id = ?1 AND position = ?2";
inline constexpr std::string_view block_position =
    "SELECT position FROM blocks WHERE position <= ?1 ORDER BY position DESC LIMIT 1";
inline constexpr std::string_view whole_block =
    "SELECT position, count, recorded_at, ids, messages, chain, digest FROM blocks WHERE position <= ?1 "
    "ORDER BY position DESC LIMIT 1";
inline constexpr std::string_view next_block =
    "SELECT position, count, recorded_at, ids, messages, chain, digest FROM blocks WHERE position > ?1 "
    "ORDER BY position LIMIT 1";
inline constexpr std::string_view replace_block =
    "INSERT OR REPLACE INTO blocks(position, count, recorded_at, chain, digest, ids, messages) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
inline constexpr std::string_view cut_block =
    "UPDATE blocks SET digest = ?2, ids = ?3, messages = ?4 WHERE position = ?1";
inline constexpr std::string_view remove_block = "DELETE FROM blocks WHERE position = ?1";

// check
inline constexpr std::string_view all_streams = "SELECT * FROM streams ORDER BY id";
inline constexpr std::string_view all_types = "SELECT * FROM types ORDER BY id";
inline constexpr std::string_view all_timers = "SELECT * FROM timers ORDER BY key";
inline constexpr std::string_view all_parked = "SELECT * FROM parked ORDER BY processor, position";
inline constexpr std::string_view all_blocks =
    "SELECT position, count, recorded_at, ids, messages, chain, digest FROM blocks ORDER BY position";
inline constexpr std::string_view all_by_stream =
    "SELECT i.stream_id, i.revision, i.position, i.place, i.earlier, b.count FROM by_stream i" LASAGNE_BLOCK_OF_ROW
    "ORDER BY i.stream_id, i.revision";
inline constexpr std::string_view all_by_process =
    "SELECT i.correlation_id, i.position, i.place, i.earlier, b.count FROM by_process i" LASAGNE_BLOCK_OF_ROW
    "ORDER BY i.correlation_id, i.position";
#undef LASAGNE_BLOCK_OF_ROW

}  // namespace lasagne::detail::sqlite::sql
