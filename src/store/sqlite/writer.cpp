#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/sql.hpp"
#include "store/sqlite/wal_readers.hpp"

namespace lasagne::detail::sqlite {

namespace {

std::optional<std::int64_t> signed_or_null(std::optional<std::uint64_t> value) {
  if (!value) return std::nullopt;
  return to_sql(*value);
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
  if (const auto done = work(); !done) {
    (void)statements_.rollback.run();
    return stop(done.error());
  }
  if (const int code = statements_.commit.run(); code != SQLITE_OK) {
    auto error = connection_.error(code, "the commit");
    error.message += "; whether the last batch is in the file shows when the store is opened again";
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
  for (const auto& [processor, position] : batch.checkpoints) {
    statements_.put_checkpoint.bind(1, std::string_view{processor});
    statements_.put_checkpoint.bind(2, to_sql(position));
    if (auto put = run(statements_.put_checkpoint, "moving a checkpoint"); !put) return put;
  }
  if (auto put = put_timers(batch); !put) return put;
  return put_parked(batch);
}

Result<void> Writer::put_streams(const Batch& batch) {
  for (const auto& [id, stream] : batch.streams) {
    const bool known = id <= last_stream_id_;
    Statement& put = known ? statements_.update_stream : statements_.insert_stream;
    int next = 1;
    put.bind(next++, to_sql(id));
    if (!known) {
      put.bind(next++, std::string_view{stream.name});
      put.bind(next++, category_of(stream.name));
    }
    put.bind(next++, static_cast<std::int64_t>(stream.state));
    put.bind(next++, stream.state == StreamState::live ? std::nullopt : signed_or_null(stream.head));
    put.bind(next++, to_sql(stream.first_readable));
    put.bind(next++, signed_or_null(stream.limits.truncate_before));
    put.bind(next++, signed_or_null(stream.limits.max_count));
    put.bind(next++, microseconds(stream.limits.max_age));
    if (auto done = run(put, "writing a stream"); !done) return done;
    if (!known) last_stream_id_ = id;
  }
  return {};
}

Result<void> Writer::put_messages(const Batch& batch) {
  Statement& put = statements_.insert_message;
  for (const auto& [stream_id, message] : batch.messages) {
    const auto type = type_id(message->type);
    if (!type) return std::unexpected(type.error());
    put.bind(1, to_sql(message->position));
    put.bind(2, to_sql(stream_id));
    put.bind(3, to_sql(message->revision));
    put.bind(4, *type);
    put.bind(5, static_cast<std::int64_t>(message->kind));
    put.bind(6, message->id);
    put.bind(7, message->metadata.correlation_id);
    put.bind_id_or_null(8, message->metadata.causation_id);
    put.bind_text_or_null(9, message->metadata.traceparent);
    put.bind(10, message->recorded_at.microseconds);
    put.bind(11, std::string_view{message->data});
    if (auto done = run(put, "writing a message"); !done) return done;
  }
  return {};
}

Result<std::int64_t> Writer::type_id(const std::string& name) {
  if (const auto found = types_.find(name); found != types_.end()) return found->second;
  // Ids count from 1 without gaps. A failed transaction ends this object, so an id given here is never given twice.
  const auto id = static_cast<std::int64_t>(types_.size()) + 1;
  statements_.insert_type.bind(1, id);
  statements_.insert_type.bind(2, std::string_view{name});
  if (auto done = run(statements_.insert_type, "writing a type"); !done) return std::unexpected(done.error());
  types_.emplace(name, id);
  return id;
}

Result<void> Writer::put_timers(const Batch& batch) {
  for (const auto& [key, timer] : batch.timers) {
    Statement& put = timer ? statements_.put_timer : statements_.remove_timer;
    put.bind(1, std::string_view{key});
    if (timer) {
      const auto& message = timer->message;
      put.bind(2, timer->due.microseconds);
      put.bind(3, std::string_view{timer->stream});
      put.bind(4, message.id);
      put.bind(5, static_cast<std::int64_t>(message.kind));
      put.bind(6, std::string_view{message.type});
      put.bind(7, std::string_view{message.data});
      put.bind(8, message.metadata.correlation_id);
      put.bind_id_or_null(9, message.metadata.causation_id);
      put.bind_text_or_null(10, message.metadata.traceparent);
    }
    if (auto done = run(put, "writing a timer"); !done) return done;
  }
  return {};
}

Result<void> Writer::put_parked(const Batch& batch) {
  for (const auto& [id, parked] : batch.parked) {
    Statement& put = parked ? statements_.put_parked : statements_.remove_parked;
    put.bind(1, std::string_view{id.first});
    put.bind(2, to_sql(id.second));
    if (parked) {
      put.bind(3, std::string_view{parked->key});
      put.bind(4, static_cast<std::int64_t>(parked->status));
      put.bind(5, static_cast<std::int64_t>(parked->attempts));
      put.bind(6, parked->next_attempt.microseconds);
      put.bind(7, std::string_view{parked->error});
      put.bind(8, std::string_view{parked->edited_data});
    }
    if (auto done = run(put, "writing a parked message"); !done) return done;
  }
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
