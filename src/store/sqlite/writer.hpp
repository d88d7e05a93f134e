// The one writing connection of a store. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/log/backing.hpp"
#include "store/sqlite/block_writer.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/last_batch.hpp"
#include "store/sqlite/settings.hpp"
#include "store/sqlite/writer_lock.hpp"

namespace lasagne::detail::sqlite {

class Writer {
 public:
  // Opens the file, makes the tables when it is empty, and converts it when it is of an older version. A file of
  // something else, or of a newer version, is refused before anything is written to it.
  using Log = std::function<void(const std::string&)>;
  [[nodiscard]] static Result<std::unique_ptr<Writer>> open(WriterLock lock, const std::string& path,
                                                            const SqliteSettings& settings, const OpenOptions& options);
  ~Writer();

  // As Backing::write and Backing::scavenge. `unavailable`: another program has the file locked, nothing was begun, and
  // it may be tried again. After any other error, which is `failed`, both answer that same error for ever. `committed`
  // is called when the batch is in the file, before the WAL is copied.
  [[nodiscard]] Result<void> write(const Batch& batch, const Backing::More& more,
                                   const std::function<void()>& committed);
  [[nodiscard]] Result<std::uint64_t> scavenge(Timestamp now);

 private:
  Writer(WriterLock lock, Connection connection, const SqliteSettings& settings, Log log)
      : lock_(std::move(lock)), connection_(std::move(connection)), settings_(settings), log_(std::move(log)) {}

  Result<void> prepare();
  Result<void> load();
  // Runs `work` in one transaction, and stops the writer for good when that fails.
  Result<void> transact(const std::function<Result<void>()>& work, const std::function<void()>& committed = {});
  std::unexpected<Error> stop(Error error);
  Result<void> run(Statement& statement, std::string_view doing);

  Result<void> put(const Batch& batch);
  Result<void> put_messages(const Batch& batch);
  Result<void> put_checkpoints(const Batch& batch);
  Result<void> put_streams(const Batch& batch);
  Result<void> put_timers(const Batch& batch);
  Result<void> put_parked(const Batch& batch);
  Result<std::int64_t> type_id(const std::string& name);
  Result<void> change_stream(const StreamRow& stream);
  // Takes the row that the bound statement finds out of its table's sum. False: there is none.
  Result<bool> forget_row(Statement& row, StateTable table, std::string_view doing);
  // The row of last_batch, which is the last thing that a transaction writes.
  Result<void> put_end();
  // Copies the WAL into the file when it has grown, so that it stays bounded.
  Result<void> checkpoint();
  void tell_of_readers();

  struct Statements {
    Statement begin, commit, rollback;
    Statement insert_type, insert_stream, update_stream, stream_row, put_checkpoint;
    Statement put_timer, timer_row, remove_timer, put_parked, parked_row, remove_parked, put_end;
  };

  WriterLock lock_;  // released last
  Connection connection_;
  const SqliteSettings settings_;
  const Log log_;
  Statements statements_;
  BlockWriter blocks_{connection_};
  LastBatch end_;  // as of what was written so far
  std::unordered_map<std::string, std::int64_t> types_;
  std::map<std::string, Position, std::less<>> checkpoints_;
  int wal_pages_ = 0;         // as of the last commit
  int wal_pages_before_ = 0;  // as of the commit before
  int checkpoint_from_ = 0;   // WAL pages from which on to copy them into the file
  int restart_from_ = 0;      // and from which on to wait for readers
  int tell_from_ = 0;         // and from which on to tell of a reader that does not leave
  std::optional<Error> stopped_;
};

}  // namespace lasagne::detail::sqlite
