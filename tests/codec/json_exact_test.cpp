// What is stored reads back equal: each kind of member at its extremes and at random bits, and what would not is
// refused.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <concepts>
#include <limits>

#include "json_messages.hpp"

namespace codec_exact_test {

using codec_test::Event;
using codec_test::Item;
using codec_test::One;
using codec_test::Opened;
using codec_test::Reason;
using codec_test::Tree;
using lasagne::Duration;
using lasagne::EncodeError;
using lasagne::from_json;
using lasagne::Money;
using lasagne::Timestamp;
using lasagne::to_exact_json;
using lasagne::Uuid;

constexpr std::int64_t first_microsecond = -62'167'219'200'000'000;  // of the year 0
constexpr std::int64_t last_microsecond = 253'402'300'799'999'999;   // of the year 9999

// A type that cannot be compared, and is written as a number.
struct Celsius {
  double degrees = 0;
};

// A type that JSON does not know, with a spelling of its own.
class Isbn {
 public:
  Isbn() = default;
  explicit Isbn(std::string digits) : digits_(std::move(digits)) {}
  [[nodiscard]] const std::string& digits() const { return digits_; }
  bool operator==(const Isbn&) const = default;

 private:
  std::string digits_;
};

// Flags, which have more values than names.
enum class Meals : std::uint8_t { None = 0, Breakfast = 1, Lunch = 2, Dinner = 4 };

// A conversion that forgets something.
struct Rounded {
  double value = 0;
  bool operator==(const Rounded&) const = default;
};

struct Book {
  Isbn isbn;
  std::vector<Isbn> sequels;
  std::optional<Isbn> replaces;
  bool operator==(const Book&) const = default;
};

enum class Edge : std::int8_t { Lowest = -1, Highest = 127 };

}  // namespace codec_exact_test

template <>
struct lasagne::JsonAs<codec_exact_test::Isbn> {
  static std::string to(const codec_exact_test::Isbn& isbn) { return isbn.digits(); }
  static std::expected<codec_exact_test::Isbn, std::string> from(const std::string& digits) {
    if (digits.find_first_not_of("0123456789") != std::string::npos) return std::unexpected("expected an ISBN");
    return codec_exact_test::Isbn(digits);
  }
};
template <>
struct lasagne::JsonAs<codec_exact_test::Celsius> {
  static double to(const codec_exact_test::Celsius& temperature) { return temperature.degrees; }
  static std::expected<codec_exact_test::Celsius, std::string> from(double degrees) {
    return codec_exact_test::Celsius{degrees};
  }
};
template <>
struct lasagne::JsonAs<codec_exact_test::Meals> {
  static std::uint8_t to(codec_exact_test::Meals meals) { return static_cast<std::uint8_t>(meals); }
  static std::expected<codec_exact_test::Meals, std::string> from(std::uint8_t bits) {
    return static_cast<codec_exact_test::Meals>(bits);
  }
};
template <>
struct lasagne::JsonAs<codec_exact_test::Rounded> {
  static std::int64_t to(const codec_exact_test::Rounded& rounded) { return static_cast<std::int64_t>(rounded.value); }
  static std::expected<codec_exact_test::Rounded, std::string> from(std::int64_t value) {
    return codec_exact_test::Rounded{static_cast<double>(value)};
  }
};

namespace codec_exact_test {
namespace {

template <class T>
std::string refusal_of(const T& value) {
  try {
    (void)to_exact_json(value);
    return "nothing refused";
  } catch (const EncodeError& error) {
    return error.what();
  }
}

// The same value, to the bit where it is a number.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::same_as<T, double>) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  } else if constexpr (std::same_as<T, float>) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
  } else {
    return a == b;
  }
}

// By itself, as a member, and in everything that holds others.
template <class T>
void comes_back(const T& value) {
  const auto read = from_json<T>(to_exact_json(value));
  ASSERT_TRUE(read) << to_exact_json(value) << ": " << read.error().to_string();
  EXPECT_TRUE(same(*read, value)) << to_exact_json(value);
  const auto member = from_json<One<T>>(to_exact_json(One<T>{value}));
  ASSERT_TRUE(member);
  EXPECT_TRUE(same(member->value, value));
  const auto optional = from_json<std::optional<T>>(to_exact_json(std::optional<T>(value)));
  ASSERT_TRUE(optional && optional->has_value());
  EXPECT_TRUE(same(**optional, value));
  const auto array = from_json<std::vector<T>>(to_exact_json(std::vector<T>{value, value}));
  ASSERT_TRUE(array);
  EXPECT_TRUE(array->size() == 2 && same(T((*array)[1]), value));
  const auto map = from_json<std::map<std::string, T>>(to_exact_json(std::map<std::string, T>{{"k", value}}));
  ASSERT_TRUE(map);
  EXPECT_TRUE(same(map->at("k"), value));
}

template <class T>
T any_bits() {
  if constexpr (sizeof(T) == 8) {
    return std::bit_cast<T>(*rc::gen::arbitrary<std::uint64_t>());
  } else {
    return std::bit_cast<T>(*rc::gen::arbitrary<std::uint32_t>());
  }
}

template <class T>
class IntegerRoundTrips : public ::testing::Test {};
using Integers = ::testing::Types<signed char, unsigned char, short, unsigned short, int, unsigned, long, unsigned long,
                                  long long, unsigned long long>;
TYPED_TEST_SUITE(IntegerRoundTrips, Integers);

TYPED_TEST(IntegerRoundTrips, AtTheirExtremesAndInBetween) {
  using Limits = std::numeric_limits<TypeParam>;
  for (const TypeParam value : {Limits::min(), Limits::max(), TypeParam{0}, TypeParam{1}}) comes_back(value);
  EXPECT_TRUE(rc::check([] { comes_back(*rc::gen::arbitrary<TypeParam>()); }));
}

template <class T>
class FloatRoundTrips : public ::testing::Test {};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(FloatRoundTrips, Floats);

TYPED_TEST(FloatRoundTrips, AtTheirExtremes) {
  using Limits = std::numeric_limits<TypeParam>;
  for (const TypeParam value :
       {Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min(), Limits::epsilon(),
        TypeParam(7.038531e-26), TypeParam(0.1), TypeParam(1) / 3, TypeParam(16777217), TypeParam(0)}) {
    comes_back(value);
    comes_back(-value);
  }
}

TYPED_TEST(FloatRoundTrips, AtAnyBits) {
  EXPECT_TRUE(rc::check([] {
    const auto value = any_bits<TypeParam>();
    RC_PRE(std::isfinite(value));
    comes_back(value);
  }));
}

TYPED_TEST(FloatRoundTrips, OfAllThatIsNotFiniteOnlyNan) {
  const auto infinity = std::numeric_limits<TypeParam>::infinity();
  EXPECT_EQ(refusal_of(One<TypeParam>{infinity}), "value: an infinite number has no JSON");
  EXPECT_EQ(refusal_of(One<TypeParam>{-infinity}), "value: an infinite number has no JSON");
  const auto nan = std::numeric_limits<TypeParam>::quiet_NaN();
  EXPECT_TRUE(std::isnan(from_json<One<TypeParam>>(to_exact_json(One<TypeParam>{nan}))->value));
  EXPECT_EQ(refusal_of(One<std::optional<TypeParam>>{nan}), "value: NaN in an optional would read back as empty");
}

TEST(FloatRoundTrip, NanThatAJsonAsGivesIsRefusedInAnOptionalWithItsPath) {
  const One<std::optional<Celsius>> nan{Celsius{std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(refusal_of(nan), "value: NaN in an optional would read back as empty");
  EXPECT_EQ(refusal_of(One<std::vector<One<std::optional<Celsius>>>>{{{Celsius{1}}, nan}}),
            "value[1].value: NaN in an optional would read back as empty");
  EXPECT_EQ(to_exact_json(One<std::optional<Celsius>>{Celsius{1.5}}), R"({"value":1.5})");
  EXPECT_EQ(to_exact_json(One<std::optional<std::string>>{"null"}), R"({"value":"null"})");
}

TEST(FloatReads, EachNumberIsRoundedOnce) {
  EXPECT_EQ(from_json<float>("7.038531e-26"), 7.038531e-26F);
  EXPECT_EQ(from_json<float>("3.4028235e+38"), std::numeric_limits<float>::max());
  EXPECT_EQ(from_json<float>("1.00000017881393432617187499"), 1.00000011920928955078125F)
      << "not up by way of a double";
  EXPECT_EQ(from_json<float>("16777217"), 16777216.0F);
  EXPECT_EQ(from_json<float>("123456789012345678901234567890"), 1.2345679e29F);
}

TEST(FloatReads, PastTheRangeIsRefusedAndTooSmallIsZero) {
  EXPECT_EQ(from_json<float>("3.5e38").error().to_string(), "number out of range");
  EXPECT_EQ(from_json<float>("-1e4000").error().to_string(), "number out of range");
  EXPECT_EQ(from_json<double>("1000000000e9999999").error().to_string(), "number out of range");
  EXPECT_EQ(from_json<float>("1e-60"), 0.0F);
  EXPECT_TRUE(std::signbit(*from_json<float>("-1e-60")));
  EXPECT_EQ(from_json<double>("0.001e-9999999"), 0.0);
  EXPECT_EQ(from_json<double>("0e9999999"), 0.0);
  EXPECT_FALSE(from_json<double>("0e999999999999999999999"));  // an exponent that no parser counts
}

TEST(RoundTrips, TextsOfEveryLengthAndCharacter) {
  for (const std::string& text :
       {std::string(), std::string("\0a\0", 3), std::string("\x7f\x01\x1f\"\\/"),
        std::string("\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
        std::string(100'000, 'x')})
    comes_back(text);
}

TEST(RoundTrips, AnyBytesOrAreRefused) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    const One<std::string> value{bytes};
    if (refusal_of(value) != "nothing refused") {
      RC_ASSERT(lasagne::to_json(value) != "");
      RC_ASSERT(from_json<One<std::string>>(lasagne::to_json(value))->value != bytes);
    } else {
      RC_ASSERT(from_json<One<std::string>>(to_exact_json(value))->value == bytes);
    }
  }));
}

TEST(RoundTrips, TimesOfAllTenThousandYears) {
  for (const std::int64_t time : {first_microsecond, last_microsecond, std::int64_t{0}, std::int64_t{-1}})
    comes_back(Timestamp{time});
  EXPECT_TRUE(
      rc::check([] { comes_back(Timestamp{*rc::gen::inRange<std::int64_t>(first_microsecond, last_microsecond)}); }));
  for (const std::int64_t time : {first_microsecond - 1, last_microsecond + 1, std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(refusal_of(One<Timestamp>{Timestamp{time}}), "value: the time is outside the years 0000 to 9999");
}

TEST(RoundTrips, MoneyDurationsIdsAndTruths) {
  for (const std::int64_t value :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    comes_back(Money{value});
    comes_back(Duration{value});
  }
  EXPECT_TRUE(rc::check([] {
    comes_back(Money{any_bits<std::int64_t>()});
    comes_back(Duration{any_bits<std::int64_t>()});
    comes_back(Uuid{*rc::gen::arbitrary<std::array<std::uint8_t, 16>>()});
  }));
  comes_back(Uuid{});
  comes_back(true);
  comes_back(false);
}

TEST(RoundTrips, NamesOfEnums) {
  for (const Reason reason : {Reason::BalanceNotSettled, Reason::NotCheckedIn, Reason::AlreadyCheckedOut})
    comes_back(reason);
  comes_back(Edge::Lowest);
  comes_back(Edge::Highest);
  comes_back(codec_test::Http::teapot);
  EXPECT_EQ(
      refusal_of(One<Reason>{static_cast<Reason>(77)}),
      "value: the enum has no name for the value 77: specialise lasagne::EnumRange, or lasagne::JsonAs for flags");
}

TEST(RoundTrips, VariantsSetsAndMapsWithEveryKindOfKey) {
  comes_back(Event{Opened{"Ann"}});
  comes_back(Event{codec_test::Closed{}});
  comes_back(std::set<std::int64_t>{std::numeric_limits<std::int64_t>::min(), 0});
  comes_back(std::set<std::string>{"", "a\"b"});
  comes_back(std::map<Reason, int>{{Reason::NotCheckedIn, 1}});
  comes_back(std::map<Uuid, int>{{Uuid{}, 1}});
  comes_back(std::vector<bool>{true, false});
}

TEST(RoundTrips, ATypeOfTheUsersOwn) {
  comes_back(Isbn("9783161484100"));
  comes_back(Book{Isbn("1"), {Isbn("2"), Isbn("3")}, Isbn("4")});
  EXPECT_EQ(to_exact_json(Book{Isbn("1"), {Isbn("2")}, {}}), R"({"isbn":"1","sequels":["2"],"replaces":null})");
  EXPECT_EQ(from_json<Book>(R"({"isbn":"1","sequels":["2","x"]})").error().to_string(), "sequels[1]: expected an ISBN");
  EXPECT_EQ(refusal_of(Book{Isbn("1"), {Isbn("2"), Isbn("x")}, {}}),
            "sequels[1]: its JsonAs does not take back what it gave: expected an ISBN");
}

TEST(RoundTrips, FlagsAsTheNumberThatTheyAre) {
  EXPECT_TRUE(rc::check([] { comes_back(static_cast<Meals>(*rc::gen::arbitrary<std::uint8_t>())); }));
}

TEST(RoundTrips, AConversionThatForgetsIsRefused) {
  EXPECT_EQ(to_exact_json(One<Rounded>{Rounded{3}}), R"({"value":3})");
  EXPECT_EQ(refusal_of(One<Rounded>{Rounded{3.5}}), "value: its JsonAs gives back another value");
}

TEST(ExactJson, NamesThePathOfWhatItRefuses) {
  const std::string bad = "a\xff";
  EXPECT_EQ(refusal_of(bad), "the text is not UTF-8 at byte 1");
  EXPECT_EQ(refusal_of(One<std::vector<One<std::string>>>{{{"x,\"[{"}, {"y"}, {bad}}}),
            "value[2].value: the text is not UTF-8 at byte 1");
  EXPECT_EQ(refusal_of(One<Event>{Opened{bad}}), "value.data.by: the text is not UTF-8 at byte 1");
  EXPECT_EQ((refusal_of(One<std::map<std::string, std::string>>{{{"a b", "x"}, {"c d", bad}}})),
            R"(value["c d"]: the text is not UTF-8 at byte 1)");
  EXPECT_EQ((refusal_of(One<std::map<std::string, int>>{{{"a", 1}, {bad, 2}}})),
            "value: the text is not UTF-8 at byte 1");
  EXPECT_EQ((refusal_of(std::map<std::string, One<std::vector<double>>>{{"k", {{1, 2, INFINITY}}}})),
            "k.value[2]: an infinite number has no JSON");
}

TEST(ExactJson, RefusesWhatIsNestedTooDeepToRead) {
  Tree tree;
  for (std::size_t i = 2; i < lasagne::JsonLimits::nesting; i += 2) tree = Tree{{tree}};
  EXPECT_EQ(from_json<Tree>(to_exact_json(tree)), tree);
  EXPECT_TRUE(refusal_of(Tree{{tree}}).ends_with("nested deeper than 32 arrays and objects"))
      << refusal_of(Tree{{tree}});
}

TEST(ExactJson, IsWhatToJsonGivesWhereNothingIsLost) {
  const Item item{Uuid{}, 3, Money{1250}};
  EXPECT_EQ(to_exact_json(item), lasagne::to_json(item));
}

}  // namespace
}  // namespace codec_exact_test
