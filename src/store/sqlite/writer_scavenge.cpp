// Reclaims what no longer reads.
#include <algorithm>
#include <utility>
#include <vector>

#include "store/sqlite/sql.hpp"
#include "store/sqlite/writer.hpp"

namespace lasagne::detail::sqlite {

Result<std::uint64_t> Writer::scavenge(Timestamp now) {
  std::uint64_t removed = 0;
  auto done = transact([&] { return scavenge_all(now, removed); });
  if (!done) return std::unexpected(done.error());
  return removed;
}

Result<void> Writer::scavenge_all(Timestamp now, std::uint64_t& removed) {
  constexpr std::int64_t page = 1000;  // rows may not change under a running select: it is read in pages
  auto end = connection_.prepare(sql::log_end, false);
  if (!end) return std::unexpected(end.error());
  if (const int code = end->step(); code != SQLITE_ROW) return std::unexpected(connection_.error(code, "scavenging"));
  const auto position = end->integer(0);
  const auto recorded_at = end->integer(1);
  end->reset();
  auto keep = connection_.prepare(sql::keep_log_end, false);
  if (!keep) return std::unexpected(keep.error());
  keep->bind(1, position);
  keep->bind(2, recorded_at);
  if (auto kept = run(*keep, "scavenging"); !kept) return kept;
  auto prepared = connection_.prepare(sql::streams_to_scavenge, false);
  if (!prepared) return std::unexpected(prepared.error());
  Statement& row = *prepared;
  std::vector<std::pair<std::int64_t, Revision>> cuts;  // stream, and the first revision that stays
  std::int64_t after = 0;
  do {
    cuts.clear();
    row.bind(1, after);
    row.bind(2, page);
    int code = SQLITE_ROW;
    while ((code = row.step()) == SQLITE_ROW) {
      auto cut = first_kept(row, now);
      if (!cut) return std::unexpected(cut.error());
      after = row.integer(0);
      cuts.emplace_back(after, *cut);
    }
    row.reset();
    if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "scavenging"));
    for (const auto& [stream, cut] : cuts) {
      auto count = remove_before(stream, cut);
      if (!count) return std::unexpected(count.error());
      removed += *count;
    }
  } while (cuts.size() == static_cast<std::size_t>(page));
  return {};
}

Result<Revision> Writer::first_kept(Statement& row, Timestamp now) {
  if (row.is_null(6)) return 0;
  const auto head = row.natural(6);
  if (row.integer(1) != static_cast<std::int64_t>(StreamState::live)) return head + 1;
  Revision first = std::max(row.natural(2), row.natural(3));
  if (!row.is_null(4) && row.natural(4) <= head) first = std::max(first, head + 1 - row.natural(4));
  if (row.is_null(5)) return first;
  auto young = connection_.prepare(sql::first_young, false);
  if (!young) return std::unexpected(young.error());
  young->bind(1, row.integer(0));
  young->bind(2, (now - Duration{row.integer(5)}).microseconds);
  const int code = young->step();
  if (code == SQLITE_ROW) return std::max(first, young->natural(0));
  if (code == SQLITE_DONE) return head + 1;
  return std::unexpected(connection_.error(code, "scavenging"));
}

Result<std::uint64_t> Writer::remove_before(std::int64_t stream, Revision first) {
  if (first == 0) return 0;
  // The head must outlive its message; it is read before the messages go.
  Statement& keep = statements_.keep_head;
  keep.bind(1, stream);
  if (auto kept = run(keep, "scavenging"); !kept) return std::unexpected(kept.error());
  Statement& remove = statements_.remove_messages;
  remove.bind(1, stream);
  remove.bind(2, to_sql(first));
  if (auto done = run(remove, "scavenging"); !done) return std::unexpected(done.error());
  return static_cast<std::uint64_t>(sqlite3_changes64(connection_.handle()));
}

}  // namespace lasagne::detail::sqlite
