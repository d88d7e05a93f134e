// Checks a whole file against the checksums in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lasagne/verify.hpp"
#include "store/sqlite/block.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/last_batch.hpp"
#include "store/sqlite/session.hpp"

namespace lasagne::detail::sqlite {

// As verify_store().
[[nodiscard]] Result<VerifyReport> verify_file(const std::string& path, const VerifyOptions& options);

// One run of all checks on a connection, in one snapshot. What cannot be read is a finding as well: the checks go on
// with the next table.
class Verifier {
 public:
  Verifier(const Connection& connection, const SqliteSettings& settings, const VerifyOptions& options)
      : connection_(connection), options_(options), session_(connection, settings) {}

  [[nodiscard]] VerifyReport run();

 private:
  // What is known of a stream from its messages, and of its index, in the sums: how often each revision is where.
  struct OfStream {
    Revision next = 0;
    std::uint64_t in_log = 0;
    std::uint64_t in_index = 0;
  };

  void find(std::optional<Position> position, std::string what);
  void tell(std::uint64_t done) noexcept;
  // Calls `each` for each row. An error is a finding.
  template <class Each>
  void rows(std::string_view sql, std::string_view what, Each each);

  void check_database();
  void check_schema();
  void check_last_batch();

  void check_blocks();
  void check_chain(const Block& block, Statement& row);
  void check_messages(const Block& block);
  void check_message(const StoredMessage& message);
  void check_stream_index();
  void check_process_index();
  void find_in_process_index();

  void check_streams();
  void check_stream(Statement& row);
  void check_checkpoints();
  void check_types();
  void check_timers();
  void check_parked();
  void compare(StateTable table, const Sum& found);

  const Connection& connection_;
  const VerifyOptions& options_;
  Session session_;
  VerifyReport report_;
  LastBatch end_;
  Position end_position_ = 0;  // where the blocks end
  Digest chain_{};
  Timestamp recorded_at_;
  Sum scavenged_;
  std::unordered_map<std::int64_t, OfStream> streams_;
  std::uint64_t processes_in_log_ = 0;  // a sum of what is where, as of the streams
  std::uint64_t processes_in_index_ = 0;
};

}  // namespace lasagne::detail::sqlite
