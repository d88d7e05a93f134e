// The time of recording, by clocks that are wrong.
#include "store/log/recording_clock.hpp"

#include <gtest/gtest.h>

namespace lasagne::detail {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp today{1'790'000'000'000'000};
constexpr Duration day = std::chrono::days(1);
constexpr Duration century = std::chrono::days(36'525);

class RecordingClockTest : public testing::Test {
 protected:
  void open(Timestamp last) { clock = RecordingClock(last); }
  Timestamp record(Timestamp now) {
    return clock.record(now, [&] { return own.value_or(now); }, [this] { return first; });
  }
  RecordingClock clock;
  std::optional<Timestamp> first = today - 30 * day;
  std::optional<Timestamp> own;  // what the store's clock says, if that is another one
};

TEST_F(RecordingClockTest, GoesWithTheClock) {
  open(today);
  EXPECT_EQ(record(today), today);
  EXPECT_EQ(record(today + 1s), today + Duration(1s));
  EXPECT_FALSE(clock.take_note());
}

TEST_F(RecordingClockTest, StaysWhileTheClockIsALittleBehind) {
  open(today);
  EXPECT_EQ(record(today - day), today);
  EXPECT_EQ(record(today - 1s), today);
  EXPECT_EQ(record(today + 1s), today + Duration(1s));
  EXPECT_FALSE(clock.take_note());
}

TEST_F(RecordingClockTest, FollowsTheClockAgainAfterOneThatWasACenturyAhead) {
  open(today + century);  // the last message was recorded by it
  EXPECT_EQ(record(today), today);
  const auto note = clock.take_note();
  ASSERT_TRUE(note);
  EXPECT_NE(note->find("by a clock that was ahead"), std::string::npos) << *note;
  EXPECT_EQ(record(today + 1s), today + Duration(1s));
  EXPECT_FALSE(clock.take_note());
}

// Its process was paused, or its clock is another one.
TEST_F(RecordingClockTest, DoesNotFollowACommitOfLongAgo) {
  open(today);
  own = today;
  EXPECT_EQ(record(today - 3 * day), today);
  EXPECT_FALSE(clock.take_note());
}

TEST_F(RecordingClockTest, DoesNotFollowAClockThatIsBeforeTheLog) {
  open(today);
  EXPECT_EQ(record(Timestamp{}), today);
  const auto note = clock.take_note();
  ASSERT_TRUE(note);
  EXPECT_NE(note->find("set it right"), std::string::npos) << *note;
  EXPECT_EQ(record(Timestamp{1}), today);
  EXPECT_FALSE(clock.take_note()) << "it is told once";
  first.reset();  // it cannot be read
  EXPECT_EQ(record(today - 2 * day), today);
}

// All of the log is by a clock that was wrong.
TEST_F(RecordingClockTest, FollowsTheClockAgainWhereEvenTheFirstMessageWasAhead) {
  open(today + century);
  first = today + century - 1s;
  EXPECT_EQ(record(today), today);
  const auto note = clock.take_note();
  ASSERT_TRUE(note);
  EXPECT_NE(note->find("by a clock that was ahead"), std::string::npos) << *note;
  EXPECT_EQ(record(today + 1s), today + Duration(1s));
  EXPECT_FALSE(clock.take_note());
}

// Such as tests have, and a log that was made before its machine's clock was first set.
TEST_F(RecordingClockTest, FollowsAnEarlyClockThatTheLogBeganWith) {
  open(Timestamp{} + century);
  first = Timestamp{};
  EXPECT_EQ(record(Timestamp{} + day), Timestamp{} + day);
}

TEST_F(RecordingClockTest, TellsOfAClockThatJumpsAhead) {
  open(today);
  EXPECT_EQ(record(today), today);
  EXPECT_EQ(record(today + century), today + century);
  const auto note = clock.take_note();
  ASSERT_TRUE(note);
  EXPECT_NE(note->find("jumped"), std::string::npos) << *note;
  EXPECT_EQ(record(today + century + 1s), today + century + Duration(1s));
  EXPECT_FALSE(clock.take_note());
  EXPECT_EQ(record(today), today);
  EXPECT_TRUE(clock.take_note());
}

TEST_F(RecordingClockTest, TellsOfTheFirstMessageAfterMoreThanAYear) {
  open(today);
  EXPECT_EQ(record(today + century), today + century);
  EXPECT_TRUE(clock.take_note());
}

TEST_F(RecordingClockTest, TellsNothingOfALogThatRestedForAMonth) {
  open(today);
  EXPECT_EQ(record(today + 30 * day), today + 30 * day);
  EXPECT_FALSE(clock.take_note());
  open({});  // a new log
  EXPECT_EQ(record(today), today);
  EXPECT_FALSE(clock.take_note());
}

}  // namespace
}  // namespace lasagne::detail
