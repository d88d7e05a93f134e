// Turns a file of format 1 into one of format 2, in place.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>

#include "lasagne/store.hpp"
#include "store/sqlite/block_writer.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/last_batch.hpp"
#include "store/sqlite/session.hpp"
#include "store/sqlite/settings.hpp"

namespace lasagne::detail::sqlite {

// The old tables stay until the last transaction, which drops them: at any instant the file is either a whole one of
// format 1 that has the version number 2, so that no older program writes it meanwhile, or one of format 2. A
// conversion that was cut short goes on where it stopped. What cannot be converted leaves the file as it was.
class Conversion {
 public:
  // On the writer's connection, before anything else is written.
  Conversion(Connection& connection, const SqliteSettings& settings, std::function<void(const Progress&)> progress);

  // Whether the file has the tables of format 1.
  [[nodiscard]] static Result<bool> is_due(const Connection& connection);
  [[nodiscard]] Result<void> run();

 private:
  Result<void> transact(const std::function<Result<void>()>& work);
  Result<void> begin();
  Result<void> copy_all();
  Result<void> copy_some();
  Result<void> check(const StoredMessage& message);
  Result<void> copy_gap(Position before);
  Result<void> finish();
  Result<void> sum_state();
  Result<void> put_end();
  Result<void> undo();
  void tell() noexcept;

  Connection& connection_;
  const std::size_t messages_at_once_;
  const std::function<void(const Progress&)> progress_;
  Session session_;
  BlockWriter blocks_;
  LastBatch end_;
  LastBatch old_end_;                                          // where the log of format 1 ends
  std::unordered_map<std::int64_t, Revision> next_revisions_;  // of the streams met in this transaction
  bool broken_ = false;                                        // the file holds what format 2 cannot
};

}  // namespace lasagne::detail::sqlite
