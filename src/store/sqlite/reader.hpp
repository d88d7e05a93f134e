// The reads of a backing on one connection, with its prepared statements and names. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "store/log/backing.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/settings.hpp"

namespace lasagne::detail::sqlite {

class Reader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Reader>> open(
      const std::string& path, const SqliteSettings& settings,
      Connection::Immutable immutable = Connection::Immutable::no);

  // From here on all reads see one snapshot, until let_go(): for short reads, to which beginning and ending a
  // transaction each time costs more than the read itself.
  void hold();
  void let_go();

  [[nodiscard]] Result<Backing::Opened> load();
  [[nodiscard]] Result<Position> last_position();
  [[nodiscard]] Result<Position> checkpoint(std::string_view processor);
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
  using Messages = std::vector<MessagePtr>;
  // A filter with its names looked up.
  struct Ids {
    std::vector<std::int64_t> types;
    std::vector<std::int64_t> streams;
    std::span<const std::string> categories;
    bool nothing = false;  // no message can match
  };

  Reader(Connection connection, const SqliteSettings& settings)
      : connection_(std::move(connection)), settings_(settings) {}

  // The statement for this text, prepared at its first use.
  Result<Statement*> statement(std::string_view sql);
  Result<Statement*> filtered(const Ids& ids);
  Result<Ids> look_up(const Filter& filter);
  Result<std::optional<std::int64_t>> id_of(std::string_view sql, std::string_view name);
  // Appends the rows of a bound statement to `messages`. `stream` is their stream where there is just one.
  Result<void> collect(Statement& rows, Messages& messages, const std::string* stream = nullptr);
  Result<void> decode(Statement& row, const std::string* stream, Message& message);
  Result<const std::string*> stream_name(std::int64_t id);
  Result<const std::string*> type_name(std::int64_t id);
  Result<std::string> name_of(std::string_view sql, std::int64_t id, std::string_view what);

  Connection connection_;
  const SqliteSettings settings_;
  std::unordered_map<const char*, Statement> statements_;  // by the address of their text in sql.hpp
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, Statement> filtered_;  // by the lengths of the lists
  std::unordered_map<std::int64_t, std::string> stream_names_;
  std::unordered_map<std::int64_t, std::string> type_names_;
};

}  // namespace lasagne::detail::sqlite
