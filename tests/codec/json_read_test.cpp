#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "json_messages.hpp"

namespace codec_test {
namespace {

using lasagne::from_json;

template <class T>
std::string problem_of(std::string_view text) {
  const auto value = from_json<T>(text);
  return value ? "no problem" : value.error().to_string();
}

constexpr std::string_view order_text = R"({"order_id":"01234567-89ab-7def-8123-456789abcdef","items":[],
  "placed_at":"2026-01-31T09:05:07Z","total":5})";

TEST(JsonRead, StructWithItsMembersInAnyOrderAndWhiteSpace) {
  const auto item =
      from_json<Item>(R"( { "price" : 7, "quantity" : 2, "product_id" : "01234567-89AB-7def-8123-456789abcdef" } )");
  ASSERT_TRUE(item) << item.error().to_string();
  EXPECT_EQ(*item, (Item{*Uuid::parse("01234567-89ab-7def-8123-456789abcdef"), 2, Money{7}}));
}

TEST(JsonRead, AbsentOrNullOptionalIsEmpty) {
  EXPECT_EQ(from_json<One<std::optional<int>>>("{}")->value, std::nullopt);
  EXPECT_EQ(from_json<One<std::optional<int>>>(R"({"value":null})")->value, std::nullopt);
  EXPECT_EQ(from_json<One<std::optional<int>>>(R"({"value":3})")->value, 3);
}

TEST(JsonRead, UnknownMembersAreIgnored) {
  EXPECT_EQ(from_json<One<int>>(R"({"new":{"a":[1,{"value":9}]},"value":3,"x":"y"})")->value, 3);
}

TEST(JsonRead, TheLastOfDuplicateMembersCounts) {
  EXPECT_EQ(from_json<One<int>>(R"({"value":"bad","value":2,"value":3})")->value, 3);
  EXPECT_EQ((from_json<std::map<std::string, int>>(R"({"a":1,"a":2})")->at("a")), 2);
}

TEST(JsonRead, MissingMemberIsNamed) {
  EXPECT_EQ(problem_of<Order>(order_text), "no problem");
  EXPECT_EQ(problem_of<Order>(R"({"order_id":"01234567-89ab-7def-8123-456789abcdef","items":[],
    "placed_at":"2026-01-31T09:05:07Z"})"),
            "total: required member is missing");
}

TEST(JsonRead, ProblemNamesThePathThroughElements) {
  EXPECT_EQ(problem_of<One<std::vector<One<int>>>>(R"({"value":[{"value":1},{"value":2},{"value":"3"}]})"),
            "value[2].value: expected integer");
  EXPECT_EQ(problem_of<std::vector<std::vector<int>>>("[[1],[2,true]]"), "[1][1]: expected integer");
  EXPECT_EQ((problem_of<One<std::map<std::string, Item>>>(R"({"value":{"a b":{}}})")),
            R"(value["a b"].product_id: required member is missing)");
}

TEST(JsonRead, KindsAreNotMixed) {
  EXPECT_EQ(problem_of<int>("1.0"), "expected integer");
  EXPECT_EQ(problem_of<int>("1e2"), "expected integer");
  EXPECT_EQ(problem_of<int>("true"), "expected integer");
  EXPECT_EQ(problem_of<bool>("1"), "expected boolean");
  EXPECT_EQ(problem_of<std::string>("1"), "expected string");
  EXPECT_EQ(problem_of<double>("\"1\""), "expected number");
  EXPECT_EQ(problem_of<std::vector<int>>("{}"), "expected array");
  EXPECT_EQ(problem_of<Item>("[]"), "expected object");
  EXPECT_EQ(problem_of<Closed>("null"), "expected object");
  EXPECT_EQ(problem_of<Uuid>("\"01234567\""), "expected UUID");
  EXPECT_EQ(problem_of<Timestamp>("\"2026-02-30T00:00:00Z\""), "expected ISO 8601 time");
}

TEST(JsonRead, IntegersAreRangeChecked) {
  EXPECT_EQ(from_json<std::int8_t>("-128"), std::int8_t{-128});
  EXPECT_EQ(problem_of<std::int8_t>("128"), "integer out of range");
  EXPECT_EQ(problem_of<std::uint32_t>("-1"), "integer out of range");
  EXPECT_EQ(from_json<std::uint64_t>("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(problem_of<std::uint64_t>("18446744073709551616"), "integer out of range");
  EXPECT_EQ(from_json<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(problem_of<Money>("9223372036854775808"), "integer out of range");
}

TEST(JsonRead, DoublesAreReadExactly) {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 123456789012345678.0, 9007199254740993e3})
    EXPECT_EQ(from_json<double>(lasagne::to_json(value)), value);
  EXPECT_TRUE(std::signbit(*from_json<double>(lasagne::to_json(-0.0))));
}

TEST(JsonRead, NumberPastTheDoublesIsRefused) {
  EXPECT_EQ(problem_of<double>("1e400"), "number out of range");
  EXPECT_EQ(problem_of<float>("1e39"), "number out of range");
}

TEST(JsonRead, NullDoubleIsNan) { EXPECT_TRUE(std::isnan(*from_json<double>("null"))); }

TEST(JsonRead, UnknownEnumNameListsTheKnown) {
  EXPECT_EQ(problem_of<One<Reason>>(R"({"value":"Foo"})"),
            "value: unknown name \"Foo\", expected one of BalanceNotSettled, NotCheckedIn, AlreadyCheckedOut");
}

TEST(JsonRead, LongUnknownNameIsCutInTheProblem) {
  EXPECT_LT(problem_of<Reason>('"' + std::string(100'000, 'x') + '"').size(), 200U);
}

TEST(JsonRead, EnumOutsideTheUsualRange) { EXPECT_EQ(from_json<Http>("\"teapot\""), Http::teapot); }

TEST(JsonRead, VariantByItsTypeWithMembersInAnyOrder) {
  EXPECT_EQ(from_json<Event>(R"({"data":{"by":"Bob"},"type":"NameChanged"})"), Event{Renamed{"Bob"}});
}

TEST(JsonRead, VariantProblemsNameTheirPlace) {
  EXPECT_EQ(problem_of<Event>(R"({"type":"Gone","data":{}})"),
            "type: unknown name \"Gone\", expected one of codec_test.Opened, NameChanged, codec_test.Closed");
  EXPECT_EQ(problem_of<Event>(R"({"type":"Opened","data":{}})"), "data.by: required member is missing");
  EXPECT_EQ(problem_of<Event>(R"({"type":"Opened"})"), "data: required member is missing");
  EXPECT_EQ(problem_of<Event>(R"({"data":{}})"), "type: required member is missing");
}

TEST(JsonRead, EscapesAreResolved) {
  EXPECT_EQ(from_json<std::string>(R"("a\u00e9\n\ud83d\ude00\/")"), "aé\n😀/");
  EXPECT_EQ(from_json<One<int>>(R"({"va\u006cue":4})")->value, 4);
}

TEST(JsonRead, LongEscapedStringsAreWhole) {
  const std::string text = std::string(5'000, 'a') + "\n" + std::string(5'000, 'b') + "\"";
  EXPECT_EQ(from_json<std::string>(lasagne::to_json(text)), text);
}

TEST(JsonRead, MalformedTextSaysWhere) {
  const auto value = from_json<One<int>>(R"({"value":1,})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().path, "");
  EXPECT_TRUE(value.error().problem.starts_with("malformed JSON at byte 11: ")) << value.error().problem;
  for (const std::string_view text : {"", " ", "{", "[1", "\"a", "tru", "01", "1 2", "{}x", "\"\x01\"", "\"\xff\"",
                                      "nan", "\"\\ud800\"", "'a'", "[1,]", "/**/1", "\xef\xbb\xbf{}"})
    EXPECT_TRUE(problem_of<int>(text).starts_with("malformed JSON at byte ")) << text << ": " << problem_of<int>(text);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonRead, NestingUpToTheLimitIsTaken) {
  std::string text = R"({"children":[]})";
  for (std::size_t i = 2; i < lasagne::JsonLimits::nesting; i += 2) text = R"({"children":[)" + text + "]}";
  EXPECT_EQ(problem_of<Tree>(text), "no problem");
  EXPECT_EQ(problem_of<Tree>(R"({"children":[)" + text + "]}"), "JSON is nested deeper than 32 levels at byte 208");
}

TEST(JsonProblem, WellFormedTextHasNone) {
  for (const std::string_view text : {"{}", "[]", "null", " 1 ", "\"a\"", R"({"a":[1,2.5e3,true,null,"é"]})"})
    EXPECT_EQ(lasagne::json_problem(text), std::nullopt) << text;
  EXPECT_EQ(lasagne::json_problem(nested(lasagne::JsonLimits::nesting)), std::nullopt);
}

TEST(JsonProblem, NamesTheByte) {
  EXPECT_TRUE(lasagne::json_problem("[1,x]").value().starts_with("malformed JSON at byte 3: "));
  EXPECT_TRUE(lasagne::json_problem("{} {}").value().starts_with("malformed JSON at byte 3: "));
}

TEST(JsonProblem, RefusesWhatIsTooDeepOrTooLong) {
  EXPECT_TRUE(lasagne::json_problem(nested(lasagne::JsonLimits::nesting + 1)).value().contains("deeper than 32"));
  EXPECT_TRUE(lasagne::json_problem(std::string(1'000'000, '[')).value().contains("deeper than 32"));
  EXPECT_TRUE(lasagne::json_problem(std::string(lasagne::JsonLimits::bytes + 1, ' ')).value().contains("longer than"));
}

}  // namespace
}  // namespace codec_test
