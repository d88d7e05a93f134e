// The reads of a backing on one connection, with its prepared statements and names. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/log/backing.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/log_reader.hpp"
#include "store/sqlite/session.hpp"
#include "store/sqlite/settings.hpp"

namespace lasagne::detail::sqlite {

class Reader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Reader>> open(
      const std::string& path, const SqliteSettings& settings,
      Connection::Immutable immutable = Connection::Immutable::no);

  // That the end of the log is as its checksums say, in constant time. A file of format 1 has none.
  [[nodiscard]] Result<void> check_end();

  // The file had format 1 when this was opened, and has it no more: read with another one.
  [[nodiscard]] bool outdated() const;

  // From here on all reads see one snapshot, until let_go(): for short reads, to which beginning and ending a
  // transaction each time costs more than the read itself.
  void hold();
  void let_go();

  [[nodiscard]] Result<Backing::Opened> load();
  [[nodiscard]] Result<Position> last_position();
  [[nodiscard]] Result<std::optional<StreamRow>> find_stream(std::string_view name);
  [[nodiscard]] Result<std::vector<MessagePtr>> read_stream(const StreamRow& stream, Revision from, Revision to,
                                                            Direction direction, std::size_t limit);
  [[nodiscard]] Result<LogSlice> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit);
  [[nodiscard]] Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after,
                                                             std::size_t limit);
  [[nodiscard]] Result<std::optional<Uuid>> find_timer(std::string_view key);
  [[nodiscard]] Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit);
  [[nodiscard]] Result<std::optional<Timestamp>> next_timer();
  [[nodiscard]] Result<bool> has_parked(std::string_view processor, Position position);
  [[nodiscard]] Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after,
                                                          std::size_t limit);

 private:
  Reader(Connection connection, const SqliteSettings& settings)
      : connection_(std::move(connection)), session_(connection_, settings), scan_window_(settings.scan_window) {}

  Result<Statement*> statement(std::string_view sql) { return session_.statement(sql); }

  Connection connection_;
  Session session_;
  std::unique_ptr<LogReader> log_;
  std::int64_t version_ = 0;  // of the format
  const std::uint64_t scan_window_;
};

}  // namespace lasagne::detail::sqlite
