#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/sql.hpp"
#include "store/sqlite/state_rows.hpp"
#include "store/sqlite/wal_check.hpp"
#include "store/sqlite/wal_readers.hpp"

namespace lasagne::detail::sqlite {

namespace {

std::optional<std::int64_t> signed_or_null(std::optional<std::uint64_t> value) {
  if (!value) return std::nullopt;
  return to_sql(*value);
}

// While a stream is live its head is in the log, or was kept by scavenging; null leaves that as it is.
std::optional<std::int64_t> kept_head(const StreamRow& stream) {
  return stream.state == StreamState::live ? std::nullopt : signed_or_null(stream.head);
}

std::optional<std::int64_t> microseconds(std::optional<Duration> value) {
  if (!value) return std::nullopt;
  return value->count();
}

// Another program's transaction. In WAL mode only the beginning of a write can meet one.
bool is_busy(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL;
}

}  // namespace

Writer::~Writer() = default;

std::unexpected<Error> Writer::stop(Error error) {
  // What failed may not be tried again and then be called good: closing must not do so either.
  connection_.checkpoint_on_close(false);
  error.code = ErrorCode::failed;
  stopped_ = error;
  return std::unexpected(std::move(error));
}

Result<void> Writer::run(Statement& statement, std::string_view doing) {
  if (const int code = statement.run(); code != SQLITE_OK) return std::unexpected(connection_.error(code, doing));
  return {};
}

Result<void> Writer::transact(const std::function<Result<void>()>& work, const std::function<void()>& committed) {
  if (stopped_) return std::unexpected(*stopped_);
  if (const auto in_place = lock_.check_in_place(); !in_place) return stop(in_place.error());
  if (const int code = statements_.begin.run(); code != SQLITE_OK) {
    auto error = connection_.error(code, "beginning a transaction");
    if (is_busy(code) && sqlite3_get_autocommit(connection_.handle()) != 0) return std::unexpected(std::move(error));
    return stop(std::move(error));
  }
  auto done = work();
  if (done) done = put_end();
  if (!done) {
    (void)statements_.rollback.run();
    return stop(done.error());
  }
  if (const int code = statements_.commit.run(); code != SQLITE_OK) {
    auto error = connection_.error(code, "the commit");
    error.message += "; open the store again to learn whether the last batch is in the file";
    if (sqlite3_get_autocommit(connection_.handle()) == 0) (void)statements_.rollback.run();
    return stop(std::move(error));
  }
  if (committed) committed();
  // A batch in a file that went away meanwhile must not be acknowledged.
  if (const auto in_place = lock_.check_in_place(); !in_place) return stop(in_place.error());
  lock_.notify_readers();
  return checkpoint();
}

Result<void> Writer::write(const Batch& batch, const Backing::More& more, const std::function<void()>& committed) {
  const auto put_all = [&]() -> Result<void> {
    auto done = put(batch);
    for (auto next = done && more ? more() : nullptr; next; next = done ? more() : nullptr) done = put(*next);
    return done;
  };
  return transact(put_all, committed);
}

Result<void> Writer::put(const Batch& batch) {
  if (auto put = put_streams(batch); !put) return put;
  if (auto put = put_messages(batch); !put) return put;
  if (auto put = put_checkpoints(batch); !put) return put;
  if (auto put = put_timers(batch); !put) return put;
  return put_parked(batch);
}

Result<void> Writer::put_streams(const Batch& batch) {
  for (const auto& [id, stream] : batch.streams) {
    if (to_sql(id) <= end_.streams) {
      if (auto changed = change_stream(stream); !changed) return changed;
      continue;
    }
    HashedRow row("streams", statements_.insert_stream);
    row.integer(to_sql(id)).text(stream.name).text(category_of(stream.name));
    row.integer(static_cast<std::int64_t>(stream.state))
        .integer(kept_head(stream))
        .integer(to_sql(stream.first_readable));
    row.integer(signed_or_null(stream.limits.truncate_before)).integer(signed_or_null(stream.limits.max_count));
    row.integer(microseconds(stream.limits.max_age));
    if (auto done = run(statements_.insert_stream, "writing a stream"); !done) return done;
    end_.sum(StateTable::streams).add(row.digest());
    end_.streams = to_sql(id);
  }
  return {};
}

Result<void> Writer::change_stream(const StreamRow& stream) {
  Statement& row = statements_.stream_row;
  const auto digest = [&]() -> Result<Digest> {
    const ResetOnExit reset{row};
    row.bind(1, to_sql(stream.id));
    const int code = row.step();
    if (code == SQLITE_ROW) return row_digest("streams", row);
    if (code == SQLITE_DONE) return std::unexpected(connection_.damaged(stream.name + ": the stream's row is gone"));
    return std::unexpected(connection_.error(code, "reading a stream"));
  };
  const auto before = digest();
  if (!before) return std::unexpected(before.error());
  Statement& put = statements_.update_stream;
  put.bind(1, to_sql(stream.id));
  put.bind(2, static_cast<std::int64_t>(stream.state));
  put.bind(3, kept_head(stream));
  put.bind(4, to_sql(stream.first_readable));
  put.bind(5, signed_or_null(stream.limits.truncate_before));
  put.bind(6, signed_or_null(stream.limits.max_count));
  put.bind(7, microseconds(stream.limits.max_age));
  if (auto done = run(put, "writing a stream"); !done) return done;
  const auto after = digest();
  if (!after) return std::unexpected(after.error());
  end_.sum(StateTable::streams).subtract(*before);
  end_.sum(StateTable::streams).add(*after);
  return {};
}

Result<void> Writer::put_messages(const Batch& batch) {
  if (batch.messages.empty()) return {};
  StoredMessage stored;
  for (const auto& [stream_id, message] : batch.messages) {
    const auto type = type_id(message->type);
    if (!type) return std::unexpected(type.error());
    stored.position = message->position;
    stored.stream_id = to_sql(stream_id);
    stored.revision = message->revision;
    stored.type_id = *type;
    stored.kind = static_cast<std::int64_t>(message->kind);
    stored.recorded_at = message->recorded_at;
    stored.id = message->id;
    stored.metadata = message->metadata;
    stored.data = message->data;
    if (auto added = blocks_.add(stored, end_.chain); !added) return added;
  }
  end_.position = stored.position;
  end_.recorded_at = stored.recorded_at;
  return blocks_.finish(end_.chain);
}

Result<std::int64_t> Writer::type_id(const std::string& name) {
  if (const auto found = types_.find(name); found != types_.end()) return found->second;
  // Ids count from 1 without gaps. A failed transaction ends this object, so an id given here is never given twice.
  const auto id = static_cast<std::int64_t>(types_.size()) + 1;
  HashedRow row("types", statements_.insert_type);
  row.integer(id).text(name);
  if (auto done = run(statements_.insert_type, "writing a type"); !done) return std::unexpected(done.error());
  end_.sum(StateTable::types).add(row.digest());
  types_.emplace(name, id);
  return id;
}

Result<void> Writer::put_checkpoints(const Batch& batch) {
  for (const auto& [processor, position] : batch.checkpoints) {
    statements_.put_checkpoint.bind(1, std::string_view{processor});
    statements_.put_checkpoint.bind(2, to_sql(position));
    if (auto done = run(statements_.put_checkpoint, "moving a checkpoint"); !done) return done;
    const auto [kept, is_new] = checkpoints_.try_emplace(processor, position);
    if (!is_new) end_.checkpoints.subtract(checkpoint_digest(processor, kept->second));
    end_.checkpoints.add(checkpoint_digest(processor, position));
    kept->second = position;
  }
  return {};
}

// A look-up costs a third of a statement that removes and gives what it removed, and mostly there is nothing.
Result<bool> Writer::forget_row(Statement& row, StateTable table, std::string_view doing) {
  const ResetOnExit reset{row};
  const int code = row.step();
  if (code == SQLITE_ROW) end_.sum(table).subtract(row_digest(name_of(table), row));
  if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(connection_.error(code, doing));
  return code == SQLITE_ROW;
}

Result<void> Writer::put_timers(const Batch& batch) {
  for (const auto& [key, timer] : batch.timers) {
    statements_.timer_row.bind(1, std::string_view{key});
    const auto there = forget_row(statements_.timer_row, StateTable::timers, "looking up a timer");
    if (!there) return std::unexpected(there.error());
    if (*there) {
      statements_.remove_timer.bind(1, std::string_view{key});
      if (auto done = run(statements_.remove_timer, "removing a timer"); !done) return done;
    }
    if (!timer) continue;
    const auto& message = timer->message;
    HashedRow row("timers", statements_.put_timer);
    row.text(key).integer(timer->due.microseconds).text(timer->stream).id(message.id);
    row.integer(static_cast<std::int64_t>(message.kind)).text(message.type).text(message.data);
    row.id(message.metadata.correlation_id).id_or_null(message.metadata.causation_id);
    row.text_or_null(message.metadata.traceparent);
    if (auto done = run(statements_.put_timer, "writing a timer"); !done) return done;
    end_.sum(StateTable::timers).add(row.digest());
  }
  return {};
}

Result<void> Writer::put_parked(const Batch& batch) {
  for (const auto& [id, parked] : batch.parked) {
    statements_.parked_row.bind(1, std::string_view{id.first});
    statements_.parked_row.bind(2, to_sql(id.second));
    const auto there = forget_row(statements_.parked_row, StateTable::parked, "looking up a parked message");
    if (!there) return std::unexpected(there.error());
    if (*there) {
      statements_.remove_parked.bind(1, std::string_view{id.first});
      statements_.remove_parked.bind(2, to_sql(id.second));
      if (auto done = run(statements_.remove_parked, "removing a parked message"); !done) return done;
    }
    if (!parked) continue;
    HashedRow row("parked", statements_.put_parked);
    row.text(id.first).integer(to_sql(id.second)).text(parked->key);
    row.integer(static_cast<std::int64_t>(parked->status)).integer(static_cast<std::int64_t>(parked->attempts));
    row.integer(parked->next_attempt.microseconds).text(parked->error).text(parked->edited_data);
    if (auto done = run(statements_.put_parked, "writing a parked message"); !done) return done;
    end_.sum(StateTable::parked).add(row.digest());
  }
  return {};
}

Result<void> Writer::put_end() {
  ++end_.number;
  end_.link = next_link(end_.link);
  if (const int code = end_.put(statements_.put_end); code != SQLITE_OK)
    return std::unexpected(connection_.error(code, "writing the log's end"));
  return {};
}

Result<void> Writer::checkpoint() {
  if (wal_pages_ < wal_pages_before_) {  // the WAL began anew
    checkpoint_from_ = settings_.checkpoint_pages;
    restart_from_ = settings_.restart_pages;
    tell_from_ = 0;
  }
  wal_pages_before_ = wal_pages_;
  if (wal_pages_ < checkpoint_from_) return {};
  // Copying alone lets the WAL begin anew only when no reader is in it. Past a second bound, wait a little for that.
  const bool restart = wal_pages_ >= restart_from_;
  const int mode = restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  sqlite3_busy_timeout(connection_.handle(), settings_.restart_wait_ms);
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, nullptr, nullptr);
  sqlite3_busy_timeout(connection_.handle(), settings_.busy_wait_ms);
  checkpoint_from_ = wal_pages_ + settings_.checkpoint_pages / 4;
  if (restart) restart_from_ = wal_pages_ + settings_.checkpoint_pages;
  if ((code & 0xff) == SQLITE_BUSY && restart) tell_of_readers();
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return {};
  return stop(connection_.error(code, "copying the write-ahead log into the file"));
}

// Once, and again when the log has doubled.
void Writer::tell_of_readers() {
  if (!log_ || wal_pages_ < tell_from_) return;
  tell_from_ = 2 * wal_pages_;
  constexpr int pages_in_a_mib = 256;
  const auto text = fmt::format(
      "{}: the write-ahead log has grown to {} MiB and grows on, since {} reads an old state of the store: end that "
      "transaction (a sqlite3 shell with BEGIN, a backup under way?)",
      connection_.path(), wal_pages_ / pages_in_a_mib, name_wal_readers(connection_.path()));
  try {
    log_(text);
  } catch (...) {  // NOLINT: whatever it throws is no fault of the store
  }
}

}  // namespace lasagne::detail::sqlite
