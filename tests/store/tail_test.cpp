// What the log keeps in memory of its end.
#include "store/log/tail.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace lasagne::detail {
namespace {

// Positions 5 to 7, of which 6 is of another type.
Tail three_messages() {
  Tail tail;
  for (Position position = 5; position <= 7; ++position) {
    auto message = std::make_shared<Message>();
    message->position = position;
    message->stream = "Order-1";
    message->type = position == 6 ? "Rare" : "Frequent";
    tail.push_back(std::move(message));
  }
  return tail;
}

TEST(TailTest, TellsWhetherAnythingMatchesAfterAPositionThatItKnowsAllSince) {
  const auto tail = three_messages();
  const Filter rare{{"Rare"}, {}, {}};
  const Filter never{{"Never"}, {}, {}};
  EXPECT_FALSE(tail.any_after(4, never)) << "all after 4 is here";
  EXPECT_TRUE(tail.any_after(4, rare));
  EXPECT_TRUE(tail.any_after(5, rare));
  EXPECT_FALSE(tail.any_after(6, rare));
  EXPECT_FALSE(tail.any_after(7, never));
}

TEST(TailTest, AssumesThatSomethingMatchesAmongWhatItDoesNotKnow) {
  const auto tail = three_messages();
  const Filter never{{"Never"}, {}, {}};
  EXPECT_TRUE(tail.any_after(3, never)) << "4 is not here";
  EXPECT_TRUE(tail.any_after(0, never));
  EXPECT_TRUE(Tail().any_after(0, never));
  EXPECT_TRUE(tail.any_after(6, Filter{}));
}

}  // namespace
}  // namespace lasagne::detail
