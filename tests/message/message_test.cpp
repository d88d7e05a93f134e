#include "lasagne/message.hpp"

#include <gtest/gtest.h>

#include "lasagne/error.hpp"
#include "lasagne/store.hpp"

namespace lasagne {
namespace {

const Uuid id = *Uuid::parse("01234567-89ab-7def-8123-456789abcdef");

Message message(std::string stream, std::string type) {
  Message result;
  result.stream = std::move(stream);
  result.type = std::move(type);
  return result;
}

TEST(Metadata, JsonLeavesOutWhatIsAbsent) {
  EXPECT_EQ(metadata_to_json({}), "{}");
  EXPECT_EQ(metadata_to_json({Uuid{}, id, {}}), R"({"$causationId":"01234567-89ab-7def-8123-456789abcdef"})");
}

TEST(Metadata, JsonOfAllMembers) {
  EXPECT_EQ(metadata_to_json({id, id, "00-ab-01"}),
            R"({"$correlationId":"01234567-89ab-7def-8123-456789abcdef",)"
            R"("$causationId":"01234567-89ab-7def-8123-456789abcdef","traceparent":"00-ab-01"})");
}

TEST(CategoryOf, IsWhatStandsBeforeTheFirstDash) {
  EXPECT_EQ(category_of("Order-1-2"), "Order");
  EXPECT_EQ(category_of("hotel__commands"), "hotel__commands");
}

TEST(ExpectedRevision, HasWords) {
  EXPECT_EQ(ExpectedRevision::any().to_string(), "any");
  EXPECT_EQ(ExpectedRevision::no_stream().to_string(), "no stream");
  EXPECT_EQ(ExpectedRevision::stream_exists().to_string(), "stream exists");
  EXPECT_EQ(ExpectedRevision::exactly(7).to_string(), "revision 7");
}

TEST(Filter, EmptyMatchesAll) { EXPECT_TRUE(Filter{}.matches(message("Order-1", "Placed"))); }

TEST(Filter, WantsAStreamOrACategory) {
  const Filter filter{{}, {"Order"}, {"Cart-1"}};
  EXPECT_TRUE(filter.matches(message("Order-9", "X")));
  EXPECT_TRUE(filter.matches(message("Cart-1", "X")));
  EXPECT_FALSE(filter.matches(message("Cart-2", "X")));
  EXPECT_FALSE(filter.matches(message("Orders-9", "X")));
}

TEST(Filter, WantsTheTypeAsWell) {
  const Filter filter{{"Placed"}, {"Order"}, {}};
  EXPECT_TRUE(filter.matches(message("Order-9", "Placed")));
  EXPECT_FALSE(filter.matches(message("Order-9", "Paid")));
  EXPECT_FALSE(filter.matches(message("Orders-9", "Placed")));
  EXPECT_FALSE(filter.matches(message("Orde-9", "Placed")));
  EXPECT_FALSE(filter.matches(message("Cart-9", "Placed")));
}

TEST(ErrorCode, HasWords) {
  EXPECT_EQ(to_string(ErrorCode::conflict), "conflict");
  EXPECT_EQ(to_string(ErrorCode::commit_unknown), "commit unknown");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(200)), "unknown error");
}

}  // namespace
}  // namespace lasagne
