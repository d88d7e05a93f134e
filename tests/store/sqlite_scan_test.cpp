// Filtered reads look at a bounded part of the log at a time, and lose nothing where one part meets the next.
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sqlite_fixture.hpp"

namespace lasagne::detail {
namespace {

class SqliteScanTest : public SqliteTest {
 protected:
  static constexpr Position messages = 200;

  // Most are of one kind; those that are looked for are rare, and somewhere.
  static std::vector<MessagePtr> write(Backing& backing, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<MessagePtr> all;
    Batch batch;
    batch.streams[1] = StreamRow{1, "Order-1", StreamState::live, {}, 0, {}};
    batch.streams[2] = StreamRow{2, "Orders-2", StreamState::live, {}, 0, {}};
    Revision next[2] = {0, 0};
    for (Position position = 1; position <= messages; ++position) {
      const auto stream = random() % 10 == 0 ? 2U : 1U;
      const auto type = random() % 12 == 0 ? "Rare" : "Frequent";
      all.push_back(message(position, stream == 1 ? "Order-1" : "Orders-2", next[stream - 1]++, type));
      batch.messages.push_back({stream, all.back()});
      if (random() % 9 != 0 && position != messages) continue;
      EXPECT_TRUE(backing.write(std::exchange(batch, {})));
    }
    return all;
  }
};

TEST_F(SqliteScanTest, WhateverTheWindowAndTheLimitAFilteredReadGivesWhatMatches) {
  for (const std::uint64_t window : {1U, 2U, 7U, 50U, 199U, 200U, 201U, 65'536U}) {
    SqliteSettings settings;
    settings.scan_window = window;
    auto opened = open_sqlite_backing(file("window-" + std::to_string(window)), {}, settings);
    ASSERT_TRUE(opened);
    const auto all = write(**opened, static_cast<std::uint32_t>(window));
    for (const auto& filter :
         {Filter{}, Filter{{"Rare"}, {}, {}}, Filter{{}, {"Orders"}, {}}, Filter{{}, {}, {"Orders-2"}},
          Filter{{"Rare"}, {"Order"}, {}}, Filter{{"Never"}, {}, {}}}) {
      for (const std::size_t limit : {1U, 3U, 1'000U}) {
        std::vector<Position> expected;
        for (const auto& each : all) {
          if (filter.empty() || filter.matches(*each)) expected.push_back(each->position);
        }
        std::vector<Position> found;
        for (Position after = 0; after < messages;) {
          const auto slice = (*opened)->read_all(after, messages, filter, limit);
          ASSERT_TRUE(slice);
          ASSERT_GT(slice->scanned_to, after);
          ASSERT_LE(slice->messages.size(), limit);
          for (const auto& each : slice->messages) found.push_back(each->position);
          after = slice->scanned_to;
        }
        ASSERT_EQ(found, expected) << "window " << window << ", limit " << limit;
      }
    }
  }
}

}  // namespace
}  // namespace lasagne::detail
