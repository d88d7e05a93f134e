#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "json_messages.hpp"

namespace codec_test {
namespace {

using lasagne::to_json;

TEST(JsonWrite, StructIsAnObjectOfItsMembersInOrder) {
  const Item item{*Uuid::parse("01234567-89ab-7def-8123-456789abcdef"), 3, Money{1250}};
  EXPECT_EQ(to_json(item), R"({"product_id":"01234567-89ab-7def-8123-456789abcdef","quantity":3,"price":1250})");
}

TEST(JsonWrite, EmptyStructIsAnEmptyObject) { EXPECT_EQ(to_json(Closed{}), "{}"); }

TEST(JsonWrite, StructOfOneMemberStaysAnObject) { EXPECT_EQ(to_json(One<Money>{Money{5}}), R"({"value":5})"); }

TEST(JsonWrite, EmptyOptionalIsNull) { EXPECT_EQ(to_json(One<std::optional<Uuid>>{}), R"({"value":null})"); }

TEST(JsonWrite, TimestampIsIso8601AndDurationIsMicroseconds) {
  EXPECT_EQ(to_json(Timestamp{1}), R"("1970-01-01T00:00:00.000001Z")");
  EXPECT_EQ(to_json(One<Duration>{std::chrono::seconds{2}}), R"({"value":2000000})");
}

TEST(JsonWrite, VariantIsTypeAndDataWithThePinnedName) {
  EXPECT_EQ(to_json(Event{Opened{"Ann"}}), R"({"type":"codec_test.Opened","data":{"by":"Ann"}})");
  EXPECT_EQ(to_json(Event{Renamed{"Bob"}}), R"({"type":"NameChanged","data":{"by":"Bob"}})");
  EXPECT_EQ(to_json(Event{Closed{}}), R"({"type":"codec_test.Closed","data":{}})");
}

TEST(JsonWrite, EnumIsItsName) {
  EXPECT_EQ(to_json(Reason::NotCheckedIn), R"("NotCheckedIn")");
  EXPECT_EQ(to_json(plain_high), R"("plain_high")");
}

TEST(JsonWrite, EnumOutsideTheUsualRangeHasARangeOfItsOwn) { EXPECT_EQ(to_json(Http::teapot), R"("teapot")"); }

TEST(JsonWrite, EnumValueWithoutANameThrows) {
  EXPECT_THROW(static_cast<void>(to_json(static_cast<Reason>(77))), std::invalid_argument);
}

TEST(JsonWrite, ContainersAreArraysAndMapsAreObjects) {
  EXPECT_EQ(to_json(std::vector<int>{}), "[]");
  EXPECT_EQ(to_json(std::set<int>{3, 1}), "[1,3]");
  EXPECT_EQ(to_json(std::vector<bool>{true, false}), "[true,false]");
  EXPECT_EQ(to_json(std::map<std::string, int>{}), "{}");
  EXPECT_EQ(to_json(std::map<std::string, int>{{"a\"b", 1}, {"c", 2}}), R"({"a\"b":1,"c":2})");
  EXPECT_EQ(to_json(std::map<Reason, int>{{Reason::NotCheckedIn, 1}}), R"({"NotCheckedIn":1})");
}

TEST(JsonWrite, IntegersPastTheDoublesAreExact) {
  EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(JsonWrite, InfiniteAndNanAreNull) {
  EXPECT_EQ(to_json(std::vector<double>{INFINITY, -INFINITY, NAN, 0.5, -0.0}), "[null,null,null,0.5,-0.0]");
}

TEST(JsonWrite, ControlCharactersAreEscaped) {
  EXPECT_EQ(to_json(std::string("\"\\\b\f\n\r\t\x01\x1f/", 10)), R"("\"\\\b\f\n\r\t\u0001\u001f/")");
}

TEST(JsonWrite, Utf8IsKept) { EXPECT_EQ(to_json(std::string("é€😀")), "\"é€😀\""); }

TEST(JsonWrite, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
  EXPECT_EQ(to_json(std::string("a\xff"
                                "b")),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(to_json(std::string("\xc0\x80")), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(to_json(std::string("\xe2\x82")), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(to_json(std::string("\xed\xa0\x80")), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(to_json(std::string("\xf4\x90\x80\x80")).size(), 2U + 4 * 3);
}

TEST(JsonWrite, AppendsToWhatIsThere) {
  std::string out = "x=";
  lasagne::write_json(Closed{}, out);
  EXPECT_EQ(out, "x={}");
}

TEST(TypeName, IsQualifiedWithDots) {
  EXPECT_EQ(lasagne::type_name<Order>, "codec_test.Order");
  EXPECT_EQ(lasagne::type_name<Outer::Inner>, "codec_test.Outer.Inner");
}

TEST(TypeName, CanBePinned) { EXPECT_EQ(lasagne::type_name<Renamed>, "NameChanged"); }

TEST(TypeName, OfAStoredMessageMayBeTheLastPart) {
  EXPECT_TRUE(lasagne::names_type<Order>("codec_test.Order"));
  EXPECT_TRUE(lasagne::names_type<Order>("Order"));
  EXPECT_FALSE(lasagne::names_type<Order>("other.Order"));
  EXPECT_EQ((lasagne::stored_names<Order, Renamed>()),
            (std::vector<std::string>{"codec_test.Order", "Order", "NameChanged"}));
}

}  // namespace
}  // namespace codec_test
