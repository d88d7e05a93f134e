#include "store/sqlite/block_writer.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "store/sqlite/positions.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/state_rows.hpp"

namespace lasagne::detail::sqlite {

Result<void> BlockWriter::prepare() {
  const std::pair<std::string_view, Statement*> all[] = {{sql::insert_block, &insert_block_},
                                                         {sql::insert_by_stream, &insert_by_stream_},
                                                         {sql::insert_by_process, &insert_by_process_}};
  for (const auto& [text, statement] : all) {
    auto prepared = connection_.prepare(text);
    if (!prepared) return std::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  return {};
}

Result<void> BlockWriter::run(Statement& statement, std::string_view doing) {
  if (const int code = statement.run(); code != SQLITE_OK) return std::unexpected(connection_.error(code, doing));
  return {};
}

Result<void> BlockWriter::add(const StoredMessage& message, Digest& chain) {
  if (!builder_.add(message)) {
    if (auto written = write_block(chain); !written) return written;
    (void)builder_.add(message);  // an empty block takes any message
  }
  const auto place = builder_.block().count - 1;
  of_streams_.push_back({message.stream_id, message.revision, message.position, place});
  of_processes_.push_back({message.metadata.correlation_id, message.position, place});
  return {};
}

Result<Digest> BlockWriter::add_removed(Position first, std::uint64_t count, Digest& chain) {
  if (auto written = write_block(chain); !written) return std::unexpected(written.error());
  insert_block_.bind(1, to_sql(first));
  insert_block_.bind(2, to_sql(count));
  insert_block_.bind(3, std::int64_t{0});
  insert_block_.bind_blob(4, bytes_of(chain));
  const auto digest = scavenged_digest({first, count, {}, {}, {}}, chain);
  insert_block_.bind_blob(5, bytes_of(digest));
  insert_block_.bind_null(6);
  insert_block_.bind_null(7);
  if (auto done = run(insert_block_, "writing a block"); !done) return std::unexpected(done.error());
  return digest;
}

Result<void> BlockWriter::write_block(Digest& chain) {
  if (builder_.empty()) return {};
  const Block block = builder_.block();
  chain = chain_after(chain, block.digest());
  insert_block_.bind(1, to_sql(block.position));
  insert_block_.bind(2, to_sql(block.count));
  insert_block_.bind(3, block.recorded_at.microseconds);
  insert_block_.bind_blob(4, bytes_of(chain));
  insert_block_.bind_null(5);
  insert_block_.bind_blob(6, block.ids);
  insert_block_.bind(7, block.messages);
  auto done = run(insert_block_, "writing a block");
  builder_.clear();
  return done;
}

Result<void> BlockWriter::finish(Digest& chain) {
  if (auto written = write_block(chain); !written) return written;
  if (auto written = write_by_stream(); !written) return written;
  return write_by_process();
}

// In the order of the index, so that neighbours are written together.
Result<void> BlockWriter::write_by_stream() {
  std::ranges::sort(of_streams_, {}, [](const OfStream& entry) { return std::tie(entry.stream_id, entry.revision); });
  for (auto at = of_streams_.begin(); at != of_streams_.end();) {
    positions_.clear();
    const auto first = at;
    while (at != of_streams_.end() && at->stream_id == first->stream_id && positions_.size() < positions_per_row)
      positions_.push_back((at++)->position);
    const auto distances = distances_of(positions_);
    insert_by_stream_.bind(1, first->stream_id);
    insert_by_stream_.bind(2, to_sql((at - 1)->revision));
    insert_by_stream_.bind(3, to_sql(positions_.back()));
    insert_by_stream_.bind(4, to_sql((at - 1)->place));
    insert_by_stream_.bind_text_or_null(5, distances);
    if (auto done = run(insert_by_stream_, "writing the index of streams"); !done) return done;
  }
  of_streams_.clear();
  return {};
}

Result<void> BlockWriter::write_by_process() {
  std::ranges::sort(of_processes_, {},
                    [](const OfProcess& entry) { return std::tie(entry.correlation_id, entry.position); });
  for (auto at = of_processes_.begin(); at != of_processes_.end();) {
    positions_.clear();
    const auto first = at;
    while (at != of_processes_.end() && at->correlation_id == first->correlation_id &&
           positions_.size() < positions_per_row)
      positions_.push_back((at++)->position);
    const auto distances = distances_of(positions_);
    insert_by_process_.bind(1, first->correlation_id);
    insert_by_process_.bind(2, to_sql(positions_.back()));
    insert_by_process_.bind(3, to_sql((at - 1)->place));
    insert_by_process_.bind_text_or_null(4, distances);
    if (auto done = run(insert_by_process_, "writing the index of processes"); !done) return done;
  }
  of_processes_.clear();
  return {};
}

}  // namespace lasagne::detail::sqlite
