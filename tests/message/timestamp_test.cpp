#include "lasagne/timestamp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace lasagne {
namespace {

constexpr Timestamp earliest{-62'167'219'200'000'000};
constexpr Timestamp latest{253'402'300'799'999'999};

std::optional<std::string> normal(std::string_view text) {
  const auto time = Timestamp::parse(text);
  if (!time) return std::nullopt;
  return time->to_string();
}

TEST(Timestamp, IsTextWithSixDigitsAndZ) {
  EXPECT_EQ(Timestamp{}.to_string(), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(Timestamp{-1}.to_string(), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(earliest.to_string(), "0000-01-01T00:00:00.000000Z");
  EXPECT_EQ(latest.to_string(), "9999-12-31T23:59:59.999999Z");
}

TEST(Timestamp, ParsesZAndOffsets) {
  EXPECT_EQ(Timestamp::parse("1970-01-01T00:00:01Z"), Timestamp{1'000'000});
  EXPECT_EQ(normal("2026-01-31T09:05:07.000123+01:30"), "2026-01-31T07:35:07.000123Z");
  EXPECT_EQ(normal("2026-01-31T23:05:07-02:00"), "2026-02-01T01:05:07.000000Z");
}

TEST(Timestamp, FractionBeyondMicrosecondsIsCut) {
  EXPECT_EQ(normal("2026-01-31T09:05:07.5Z"), "2026-01-31T09:05:07.500000Z");
  EXPECT_EQ(normal("2026-01-31T09:05:07.123456999Z"), "2026-01-31T09:05:07.123456Z");
  EXPECT_EQ(normal("2026-01-31T09:05:07.1234567890Z"), std::nullopt);
}

TEST(Timestamp, LeapSecondIsTheFirstSecondOfTheNextMinute) {
  EXPECT_EQ(normal("2016-12-31T23:59:60.7Z"), "2017-01-01T00:00:00.700000Z");
}

TEST(Timestamp, KnowsTheCalendar) {
  EXPECT_EQ(normal("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00.000000Z");
  EXPECT_EQ(normal("2023-02-29T00:00:00Z"), std::nullopt);
  EXPECT_EQ(normal("2026-04-31T00:00:00Z"), std::nullopt);
}

TEST(Timestamp, RefusesOtherText) {
  for (const char* text :
       {"", "2026-01-31", "2026-01-31T09:05:07", "2026-01-31 09:05:07Z", "2026-01-31T09:05Z", "2026-01-31T24:00:00Z",
        "2026-01-31T09:60:07Z", "2026-01-31T09:05:61Z", "2026-13-31T09:05:07Z", "2026-00-01T09:05:07Z",
        "2026-01-00T09:05:07Z", "2026-01-31T09:05:07.Z", "2026-01-31T09:05:07+0100", "2026-01-31T09:05:07+24:00",
        "2026-01-31T09:05:07+01:60", "2026-01-31T09:05:07ZZ", "+026-01-31T09:05:07Z", "2026-01-31T09:05:07z"})
    EXPECT_EQ(normal(text), std::nullopt) << text;
}

TEST(Timestamp, RefusesWhatItsOffsetTakesOutOfTheYears) {
  EXPECT_EQ(normal("0000-01-01T00:00:00+00:01"), std::nullopt);
  EXPECT_EQ(normal("9999-12-31T23:59:59-00:01"), std::nullopt);
  EXPECT_EQ(normal("9999-12-31T23:59:60Z"), std::nullopt);
}

TEST(Timestamp, ArithmeticSaturates) {
  EXPECT_EQ(Timestamp{5} + Duration{3}, Timestamp{8});
  EXPECT_EQ(Timestamp{5} - Duration{7}, Timestamp{-2});
  EXPECT_EQ(latest + Duration{1}, latest);
  EXPECT_EQ(latest + Duration::max(), latest);
  EXPECT_EQ(earliest - Duration{1}, earliest);
  EXPECT_EQ(earliest + Duration::min(), earliest);
  EXPECT_EQ(latest - Duration::min(), latest);
}

TEST(Timestamp, DifferenceSaturatesForTimesOutOfTheYears) {
  constexpr Timestamp first{std::numeric_limits<std::int64_t>::min()};
  constexpr Timestamp last{std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(latest - earliest, Duration{latest.microseconds - earliest.microseconds});
  EXPECT_EQ(last - Timestamp{-1}, Duration::max());
  EXPECT_EQ(last - first, Duration::max());
  EXPECT_EQ(first - Timestamp{1}, Duration::min());
  EXPECT_EQ(first - last, Duration::min());
  EXPECT_EQ(Timestamp{7} - Timestamp{9}, Duration{-2});
}

TEST(Timestamp, TextComesBackEqualAndSortsAsTimeDoes) {
  EXPECT_TRUE(rc::check([] {
    const auto any = rc::gen::inRange(earliest.microseconds, latest.microseconds);
    const Timestamp a{*any};
    const Timestamp b{*any};
    RC_ASSERT(Timestamp::parse(a.to_string()) == a);
    RC_ASSERT((a < b) == (a.to_string() < b.to_string()));
  }));
}

}  // namespace
}  // namespace lasagne
