// The messages and what is derived from them: the chain of checksums, and the two indexes.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lasagne/json.hpp"
#include "store/sqlite/block_fetch.hpp"
#include "store/sqlite/positions.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/state_rows.hpp"
#include "store/sqlite/verify.hpp"
#include "store/sqlite/verify_rows.hpp"

namespace lasagne::detail::sqlite {

namespace {

constexpr std::uint64_t blocks_between_reports = 1'000;

std::uint64_t number_of(const Uuid& id) noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, id.bytes.data(), sizeof high);
  std::memcpy(&low, id.bytes.data() + sizeof high, sizeof low);
  return spread(high) ^ low;
}

std::uint64_t entry_of(const Uuid& process, Position position) noexcept {
  return spread(spread(number_of(process)) + position);
}

std::uint64_t entry_of(Revision revision, Position position) noexcept { return spread(spread(revision) + position); }

}  // namespace

void Verifier::check_blocks() {
  std::uint64_t count = 0;
  rows(sql::all_blocks, "the log", [&](Statement& row) {
    const Block block = block_of(row);
    if (block.position != end_position_ + 1 || block.count == 0) {
      find(end_position_ + 1, fmt::format("The messages from position {} on are missing: the next block is for {} "
                                          "messages from position {} on.",
                                          end_position_ + 1, block.count, block.position));
    }
    check_chain(block, row);
    check_messages(block);
    end_position_ = block.last();
    if (++count % blocks_between_reports == 0) tell(end_position_);
  });
  tell(end_.position);
  report_.last_position = end_position_;
  report_.streams = streams_.size();
  if (end_position_ != end_.position)
    find(end_position_,
         fmt::format("The log ends at position {}, and should end at {}.", end_position_, end_.position));
  if (chain_ != end_.chain) find(end_position_, "The chain of checksums does not end as the last batch says.");
  if (recorded_at_ > end_.recorded_at) find(end_position_, "The last message is later than the last batch says.");
  compare(StateTable::blocks, scavenged_);
}

void Verifier::check_chain(const Block& block, Statement& row) {
  const auto chain = digest_of(row.blob(5));
  const bool scavenged = !row.is_null(6);
  const auto digest = scavenged ? digest_of(row.blob(6)) : block.digest();
  if (scavenged && digest) scavenged_.add(*digest);
  const auto holds = [&] {
    if (!chain || !digest) return false;
    return scavenged ? *digest == scavenged_digest(block, *chain) : *chain == chain_after(chain_, *digest);
  };
  if (!holds()) {
    find(block.position,
         fmt::format("The messages at positions {} to {} do not match their checksum: they, or messages "
                     "before them, were changed, removed or moved.",
                     block.position, block.last()));
  }
  if (chain) chain_ = *chain;
}

void Verifier::check_messages(const Block& block) {
  BlockCursor cursor(block);
  StoredMessage message;
  for (;;) {
    switch (cursor.next(message)) {
      case BlockCursor::Step::message:
        ++report_.messages;
        check_message(message);
        break;
      case BlockCursor::Step::removed:
        break;
      case BlockCursor::Step::end:
        return;
      case BlockCursor::Step::damaged:
        find(cursor.next_position(),
             fmt::format("The messages at positions {} to {} cannot be read.", cursor.next_position(), block.last()));
        return;
    }
  }
}

void Verifier::check_message(const StoredMessage& message) {
  const auto at = [&] { return fmt::format("The message at position {}", message.position); };
  if (const auto problem = json_problem(message.data))
    find(message.position, fmt::format("{} is not JSON: {}.", at(), *problem));
  if (message.kind < 0 || message.kind > 1)
    find(message.position, fmt::format("{} has the unknown kind {}.", at(), message.kind));
  if (message.id.is_nil()) find(message.position, at() + " has no id.");
  recorded_at_ = message.recorded_at;
  if (!session_.type_name(message.type_id))
    find(message.position,
         fmt::format("{} has the type {}, which is not in the table of types.", at(), message.type_id));
  const auto [entry, is_first] = streams_.try_emplace(message.stream_id);
  OfStream& stream = entry->second;
  if (!is_first && message.revision != stream.next) {
    find(message.position, fmt::format("{} has revision {} of stream {}, where {} should follow.", at(),
                                       message.revision, message.stream_id, stream.next));
  }
  stream.next = message.revision + 1;
  stream.in_log += entry_of(message.revision, message.position);
  processes_in_log_ += entry_of(message.metadata.correlation_id, message.position);
}

void Verifier::check_stream_index() {
  std::vector<Position> positions;
  rows(sql::all_by_stream, "the index of streams", [&](Statement& row) {
    const auto stream_id = row.integer(0);
    const auto last = row.natural(1);
    if (!positions_of(row.natural(2), row.text(4), positions) || positions.size() > last + 1) {
      find(row.natural(2), fmt::format("The index of stream {} cannot be read at revision {}.", stream_id, last));
      return;
    }
    OfStream& stream = streams_[stream_id];
    if (row.natural(3) >= row.natural(5)) {
      find(row.natural(2), fmt::format("The index of stream {} names another block for the message at position {}.",
                                       stream_id, row.natural(2)));
    }
    Revision revision = last + 1 - positions.size();
    for (const Position position : positions) stream.in_index += entry_of(revision++, position);
  });
  for (const auto& [id, stream] : streams_) {
    if (stream.in_log == stream.in_index) continue;
    const auto name = session_.stream_name(id);
    find({}, fmt::format("The index of stream {} does not fit its messages.",
                         name ? fmt::format("{} ({})", id, **name) : std::to_string(id)));
  }
}

void Verifier::check_process_index() {
  std::vector<Position> positions;
  rows(sql::all_by_process, "the index of processes", [&](Statement& row) {
    const auto process = row.id(0);
    if (!process || !positions_of(row.natural(1), row.text(3), positions)) {
      find(row.natural(1),
           fmt::format("The index of processes cannot be read where it names position {}.", row.natural(1)));
      return;
    }
    if (row.natural(2) >= row.natural(4)) {
      find(row.natural(1),
           fmt::format("The index of processes names another block for the message at position {}.", row.natural(1)));
    }
    for (const Position position : positions) processes_in_index_ += entry_of(*process, position);
  });
  if (processes_in_index_ != processes_in_log_) find_in_process_index();
}

// Looks for what the sums cannot name, entry by entry.
void Verifier::find_in_process_index() {
  find({}, "The index of processes does not fit the messages.");
  std::vector<Position> positions;
  std::uint64_t named = 0;
  BlockFetch blocks(session_);
  StoredMessage message;
  rows(sql::all_by_process, "the index of processes", [&](Statement& row) {
    const auto process = row.id(0);
    if (report_.cut || !process || !positions_of(row.natural(1), row.text(3), positions)) return;
    for (const Position position : positions) {
      const auto found = blocks.get(position, message);
      if (found && *found && message.metadata.correlation_id == *process) {
        ++named;
      } else {
        find(position, fmt::format("The index of processes has process {} at position {}, where no message of it is.",
                                   process->to_string(), position));
      }
    }
  });
  if (named < report_.messages)
    find({}, fmt::format("{} messages are not in the index of processes.", report_.messages - named));
}

}  // namespace lasagne::detail::sqlite
