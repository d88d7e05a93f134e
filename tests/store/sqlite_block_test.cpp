// What goes into a block comes out of it, whether one reads all of it or only one message.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/sqlite/block.hpp"

namespace lasagne::detail::sqlite {
namespace {

using Step = BlockCursor::Step;

// Messages whose parts look like what is between them.
std::vector<StoredMessage> messages() {
  static const std::vector<std::string> data{"{}", R"({"a":"],[1,2,3"})", R"("],null,[")", "null", "[[],[]]", "7"};
  std::vector<StoredMessage> made;
  for (std::size_t i = 0; i < data.size(); ++i) {
    auto& message = made.emplace_back();
    message.position = 100 + i;
    message.stream_id = i == 1 ? INT64_MAX : static_cast<std::int64_t>(i);
    message.revision = i == 2 ? 123'456'789'012'345'678 : i;
    message.type_id = 3;
    message.kind = static_cast<std::int64_t>(i % 2);
    message.recorded_at = Timestamp{1'000'000 - static_cast<std::int64_t>(i * i)};
    message.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    message.metadata.traceparent = i % 3 == 1 ? "00-,\",null,[]\\-\n" + std::to_string(i) : "";
    message.data = data[i];
  }
  return made;
}

struct Columns {
  std::string ids, text;
  Block block;
};

void build(Columns& columns, const std::vector<Position>& removed = {}) {
  BlockBuilder builder;
  for (const auto& message : messages()) ASSERT_TRUE(builder.add(message));
  columns.block = builder.block();
  BlockCutter cutter(columns.block);
  StoredMessage gone;
  for (const auto position : removed) {
    ASSERT_TRUE(cutter.remove(position, gone));
    EXPECT_EQ(gone.position, position);
  }
  cutter.finish(columns.ids, columns.text);
  columns.block.ids = columns.ids;
  columns.block.messages = columns.text;
}

void expect_same(const StoredMessage& read, const StoredMessage& written) {
  EXPECT_EQ(read.position, written.position);
  EXPECT_EQ(read.stream_id, written.stream_id);
  EXPECT_EQ(read.revision, written.revision);
  EXPECT_EQ(read.type_id, written.type_id);
  EXPECT_EQ(read.kind, written.kind);
  EXPECT_EQ(read.recorded_at, written.recorded_at);
  EXPECT_EQ(read.id, written.id);
  EXPECT_EQ(read.metadata.traceparent, written.metadata.traceparent);
  EXPECT_EQ(read.data, written.data);
}

TEST(SqliteBlockTest, GivesEachMessageAsItWasWritten) {
  Columns columns;
  build(columns);
  BlockCursor cursor(columns.block);
  StoredMessage read;
  for (const auto& written : messages()) {
    ASSERT_EQ(cursor.next(read), Step::message);
    expect_same(read, written);
  }
  EXPECT_EQ(cursor.next(read), Step::end);
}

TEST(SqliteBlockTest, LeadsToAnyOneOfItsMessagesPastTheOthers) {
  Columns columns;
  build(columns);
  const auto written = messages();
  StoredMessage read;
  for (std::size_t from = 0; from < written.size(); ++from) {
    for (std::size_t to = from; to < written.size(); ++to) {
      BlockCursor cursor(columns.block);
      ASSERT_TRUE(cursor.skip_to(written[from].position));
      ASSERT_TRUE(cursor.skip_to(written[to].position));
      ASSERT_EQ(cursor.next(read), Step::message) << from << " to " << to;
      expect_same(read, written[to]);
    }
  }
}

TEST(SqliteBlockTest, LeadsPastMessagesThatWereRemoved) {
  Columns columns;
  build(columns, {100, 102, 103});
  const auto written = messages();
  StoredMessage read;
  for (std::size_t i = 0; i < written.size(); ++i) {
    BlockCursor cursor(columns.block);
    ASSERT_TRUE(cursor.skip_to(written[i].position));
    const bool gone = i == 0 || i == 2 || i == 3;
    ASSERT_EQ(cursor.next(read), gone ? Step::removed : Step::message) << i;
    if (!gone) expect_same(read, written[i]);
  }
}

TEST(SqliteBlockTest, LeadsNowhereWhenAllWereRemoved) {
  Columns columns;
  build(columns, {100, 101, 102, 103, 104, 105});
  EXPECT_TRUE(columns.block.messages.empty());
  BlockCursor cursor(columns.block);
  StoredMessage read;
  ASSERT_TRUE(cursor.skip_to(103));
  EXPECT_EQ(cursor.next(read), Step::removed);
}

// Wherever the text ends or a character is another one, the cursor says so or gives a message, and stays inside.
TEST(SqliteBlockTest, DamageLeadsNowhereElse) {
  Columns columns;
  build(columns, {101});
  const std::string whole = columns.text;
  StoredMessage read;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::string_view put : {"", "[", "]", ",", "\"", "9", "n", "-"}) {
      // On the heap and no longer than it is, so that AddressSanitizer sees a read past its end.
      std::vector<char> text(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at));
      text.insert(text.end(), put.begin(), put.end());
      if (!put.empty()) text.insert(text.end(), whole.begin() + static_cast<std::ptrdiff_t>(at) + 1, whole.end());
      if (text.empty()) continue;
      columns.block.messages = {text.data(), text.size()};
      BlockCursor cursor(columns.block);
      if (!cursor.skip_to(105)) continue;
      const auto step = cursor.next(read);
      if (put.empty()) {
        EXPECT_EQ(step, Step::damaged) << at;
      } else if (step == Step::message) {
        EXPECT_TRUE(read.data.empty() || (read.data.data() >= text.data() &&
                                          read.data.data() + read.data.size() <= text.data() + text.size()));
      }
    }
  }
}

}  // namespace
}  // namespace lasagne::detail::sqlite
