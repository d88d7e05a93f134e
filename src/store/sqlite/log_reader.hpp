// How the messages lie in a file: one implementation for each version of the format.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/log/backing.hpp"
#include "store/sqlite/block.hpp"
#include "store/sqlite/session.hpp"

namespace lasagne::detail::sqlite {

struct LogEnd {
  Position position = 0;
  Timestamp recorded_at;
};

// Reads on the session's connection, one thread at a time.
class LogReader {
 public:
  using Messages = std::vector<MessagePtr>;

  virtual ~LogReader() = default;
  explicit LogReader(Session& session) : session_(session) {}
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  [[nodiscard]] virtual Result<LogEnd> end() = 0;
  // The revision of the stream's last message that is in the log.
  [[nodiscard]] virtual Result<std::optional<Revision>> last_revision(std::int64_t stream_id) = 0;
  // As Backing's.
  [[nodiscard]] virtual Result<Messages> read_stream(const StreamRow& stream, Revision from, Revision to,
                                                     Direction direction, std::size_t limit) = 0;
  [[nodiscard]] virtual Result<Messages> read_process(const Uuid& correlation_id, Position after,
                                                      std::size_t limit) = 0;
  // Adds what matches from `after` (exclusive) to `up_to` (inclusive), until there are `limit`.
  [[nodiscard]] virtual Result<void> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit,
                                              Messages& messages) = 0;

 protected:
  // Messages that were read together share one allocation; whoever keeps one of them keeps the others of its slab.
  class Slabs {
   public:
    [[nodiscard]] std::shared_ptr<Message> next();

   private:
    using Slab = std::array<Message, 16>;
    std::shared_ptr<Slab> slab_;
    std::size_t used_ = 0;
  };

  // `stream` is the name, where it is known.
  Result<void> decode(StoredMessage&& stored, const std::string* stream, Message& message);

  Session& session_;
};

// Format 1: a row a message, in the table `log`. Such files are only read.
[[nodiscard]] std::unique_ptr<LogReader> make_log_reader_v1(Session& session);
// Format 2: a row a block, in the table `blocks`.
[[nodiscard]] std::unique_ptr<LogReader> make_log_reader_v2(Session& session);

}  // namespace lasagne::detail::sqlite
