// What is kept beside the log: streams, types, checkpoints, timers and parked messages.
#include <string>

#include <fmt/format.h>

#include "lasagne/json.hpp"
#include "store/log/backing.hpp"
#include "store/sqlite/sql.hpp"
#include "store/sqlite/state_rows.hpp"
#include "store/sqlite/verify.hpp"
#include "store/sqlite/verify_rows.hpp"

namespace lasagne::detail::sqlite {

namespace {

constexpr std::int64_t greatest_parked_status = 3;  // an effect's call that has begun

}  // namespace

void Verifier::compare(StateTable table, const Sum& found) {
  if (found == end_.sum(table)) return;
  find({}, fmt::format("The rows of the table {} do not match their checksum: one was changed, added or removed.",
                       name_of(table)));
}

void Verifier::check_streams() {
  Sum sum;
  std::int64_t last = 0;
  rows(sql::all_streams, "the table streams", [&](Statement& row) {
    sum.add(row_digest("streams", row));
    if (row.integer(0) != last + 1)
      find({}, fmt::format("The streams with the ids {} to {} are missing.", last + 1, row.integer(0) - 1));
    last = row.integer(0);
    check_stream(row);
    streams_.erase(last);
  });
  if (last != end_.streams)
    find({}, fmt::format("The last stream has the id {}, and should have {}.", last, end_.streams));
  for (const auto& [id, stream] : streams_) {
    if (stream.next > 0)
      find({}, fmt::format("Messages name the stream {}, which is not in the table of streams.", id));
  }
  compare(StateTable::streams, sum);
}

void Verifier::check_stream(Statement& row) {
  const auto name = row.text(1);
  if (category_of(name) != row.text(2)) find({}, fmt::format("Stream {} has the category {}.", name, row.text(2)));
  const auto state = row.integer(3);
  if (state < 0 || state > static_cast<std::int64_t>(StreamState::tombstoned))
    find({}, fmt::format("Stream {} has the unknown state {}.", name, state));
  const auto found = streams_.find(row.integer(0));
  const bool has_messages = found != streams_.end() && found->second.next > 0;
  // While a stream is live its head may lag behind the log.
  if (state != 0 && has_messages && (row.is_null(4) || row.natural(4) + 1 < found->second.next)) {
    find({}, fmt::format("Stream {} has the head {}, and messages up to revision {}.", name, row.text(4),
                         found->second.next - 1));
  }
}

void Verifier::check_types() {
  Sum sum;
  std::int64_t next = 1;
  rows(sql::all_types, "the table types", [&](Statement& row) {
    sum.add(row_digest("types", row));
    if (row.integer(0) != next) find({}, fmt::format("The type with the id {} is missing.", next));
    next = row.integer(0) + 1;
  });
  compare(StateTable::types, sum);
}

void Verifier::check_checkpoints() {
  Sum sum;
  rows(sql::checkpoints, "the table checkpoints", [&](Statement& row) { sum.add(row_digest("checkpoints", row)); });
  if (sum != end_.checkpoints)
    find({}, "The rows of the table checkpoints do not match their checksum: one was changed, added or removed.");
}

void Verifier::check_timers() {
  Sum sum;
  rows(sql::all_timers, "the table timers", [&](Statement& row) {
    sum.add(row_digest("timers", row));
    const auto wrong = [&](const std::string& what) { find({}, fmt::format("The timer {} {}.", row.text(0), what)); };
    if (const auto problem = json_problem(row.text(6))) wrong("has a message that is not JSON: " + *problem);
    if (row.integer(4) < 0 || row.integer(4) > 1) wrong("has a message of an unknown kind");
    if (!row.id(3) || !row.id(7) || (!row.is_null(8) && !row.id(8))) wrong("has a message whose ids cannot be read");
    if (row.text(2).empty()) wrong("names no stream");
  });
  compare(StateTable::timers, sum);
}

void Verifier::check_parked() {
  Sum sum;
  rows(sql::all_parked, "the table parked", [&](Statement& row) {
    sum.add(row_digest("parked", row));
    const auto position = row.natural(1);
    const auto wrong = [&](const std::string& what) {
      find(position, fmt::format("What {} has parked at position {} {}.", row.text(0), position, what));
    };
    if (position == 0 || position > end_position_)
      wrong(fmt::format("is no message: the log ends at {}", end_position_));
    if (row.integer(3) < 0 || row.integer(3) > greatest_parked_status) wrong("has an unknown status");
    if (row.text(7).empty()) return;
    if (const auto problem = json_problem(row.text(7))) wrong("has edited data that is not JSON: " + *problem);
  });
  compare(StateTable::parked, sum);
}

}  // namespace lasagne::detail::sqlite
