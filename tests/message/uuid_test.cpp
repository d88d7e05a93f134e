#include "lasagne/uuid.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <unordered_set>

namespace lasagne {
namespace {

const Uuid cause = *Uuid::parse("01234567-89ab-7def-8123-456789abcdef");

unsigned version(const Uuid& id) { return id.bytes[6] >> 4U; }
unsigned variant(const Uuid& id) { return id.bytes[8] >> 6U; }

TEST(Uuid, IsTextInLowerCase) { EXPECT_EQ(cause.to_string(), "01234567-89ab-7def-8123-456789abcdef"); }

TEST(Uuid, ParsesEitherCase) { EXPECT_EQ(Uuid::parse("01234567-89AB-7DEF-8123-456789ABCDEF"), cause); }

TEST(Uuid, RefusesOtherText) {
  for (const char* text : {"", "01234567-89ab-7def-8123-456789abcde", "01234567-89ab-7def-8123-456789abcdeff",
                           "01234567089ab-7def-8123-456789abcdef", "0123456g-89ab-7def-8123-456789abcdef",
                           "{1234567-89ab-7def-8123-456789abcde}", "0123456789ab7def8123456789abcdef----"})
    EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
}

TEST(Uuid, TextComesBackEqual) {
  EXPECT_TRUE(rc::check([] {
    const Uuid id{*rc::gen::arbitrary<std::array<std::uint8_t, 16>>()};
    RC_ASSERT(Uuid::parse(id.to_string()) == id);
  }));
}

TEST(Uuid, DefaultIsNil) {
  EXPECT_TRUE(Uuid{}.is_nil());
  EXPECT_FALSE(cause.is_nil());
}

TEST(Uuid, GeneratedIsVersion7WithTheTimeInFront) {
  using namespace std::chrono;
  const auto before = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const Uuid id = Uuid::generate();
  const auto after = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  std::int64_t time = 0;
  for (std::size_t i = 0; i < 6; ++i) time = time << 8U | id.bytes[i];
  EXPECT_GE(time, before);
  EXPECT_LE(time, after);
  EXPECT_EQ(version(id), 7U);
  EXPECT_EQ(variant(id), 2U);
}

TEST(Uuid, GeneratedOnesDiffer) {
  std::unordered_set<Uuid> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(Uuid::generate());
  EXPECT_EQ(ids.size(), 10'000U);
}

TEST(Uuid, DerivedIsTheSameOnEveryMachine) {
  EXPECT_EQ(Uuid::derive(cause, "payment").to_string(), "01234567-89ab-81cc-a442-0ef1dff9a5dd");
  EXPECT_EQ(version(Uuid::derive(cause, "payment")), 8U);
  EXPECT_EQ(variant(Uuid::derive(cause, "payment")), 2U);
}

TEST(Uuid, DerivedFromTagsOfAnyLength) {
  // Around the ends of SHA-1's blocks, as another implementation has them.
  const std::pair<std::size_t, std::string_view> expected[] = {
      {0, "01234567-89ab-8431-8b6d-ba4d1c84b446"},   {39, "01234567-89ab-8813-a89b-19bc7f80ab79"},
      {40, "01234567-89ab-838a-887d-31c587e59bb7"},  {47, "01234567-89ab-8e27-9ebb-43cf1070c10e"},
      {48, "01234567-89ab-8302-a482-e6b21fd82547"},  {112, "01234567-89ab-890c-9c5b-49e9df4b3342"},
      {200, "01234567-89ab-8ce6-be5a-bf6b84bd1496"},
  };
  for (const auto& [length, id] : expected)
    EXPECT_EQ(Uuid::derive(cause, std::string(length, 'x')).to_string(), id) << length;
}

TEST(Uuid, DerivedKeepsTheFirst48BitsOfItsCause) {
  const Uuid id = Uuid::derive(cause, "payment");
  EXPECT_TRUE(std::equal(id.bytes.begin(), id.bytes.begin() + 6, cause.bytes.begin()));
}

TEST(Uuid, DerivedDiffersByTagAndByCause) {
  EXPECT_NE(Uuid::derive(cause, "payment"), Uuid::derive(cause, "payment2"));
  EXPECT_NE(Uuid::derive(cause, ""), Uuid::derive(Uuid::derive(cause, ""), ""));
  EXPECT_NE(Uuid::derive(cause, ""), cause);
}

TEST(Uuid, HashesOfNeighboursSpreadOverTheLowBits) {
  std::unordered_set<std::size_t> low_bits;
  Uuid id = cause;
  for (unsigned i = 0; i < 256; ++i) {
    id.bytes[15] = static_cast<std::uint8_t>(i);
    low_bits.insert(std::hash<Uuid>{}(id) & 0xfffU);
  }
  EXPECT_GT(low_bits.size(), 200U);
}

}  // namespace
}  // namespace lasagne
