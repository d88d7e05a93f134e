// What a processor takes over of its unqualified name, and what it leaves.
#include <gtest/gtest.h>

#include "lasagne/runtime.hpp"

namespace adoption_test {

using lasagne::Position;
using lasagne::Uuid;

struct Write {
  Uuid letter_id;
};
struct Written {
  Uuid letter_id;
};
struct Letters {
  static constexpr std::string_view category = "Letter";
  using Command = std::variant<Write>;
  using Event = std::variant<Written>;
  using State = int;
  static Uuid id(const Write& command) { return command.letter_id; }
  static State evolve(State state, const Written&) { return state + 1; }
  static lasagne::Decision<Event> decide(const Write& command, const State&) { return Written{command.letter_id}; }
};
struct Guide {
  using Event = std::variant<Written>;
  static void on(const Written&, lasagne::Send&) {}
};

constexpr auto unqualified = "trips/saga/Guide";
constexpr auto qualified = "trips/saga/adoption_test.Guide";

class Adoption : public ::testing::Test {
 protected:
  void hold(Position position, const std::string& edited) {
    lasagne::Commit commit;
    const auto id = Uuid::derive(Uuid{}, "adoption " + std::to_string(position));
    commit.appends.push_back({"Other-1",
                              lasagne::ExpectedRevision::any(),
                              {{id, lasagne::MessageKind::event, "Other", "{}", {id, {}, {}}}}});
    commit.parked_put.push_back(
        {unqualified, position, "key", lasagne::ParkedMessage::Status::parked, 1, {}, "hiccup", edited});
    ASSERT_TRUE(store->append(commit));
  }
  void move_checkpoint(const std::string& processor, Position to) {
    lasagne::Commit commit;
    commit.checkpoint = lasagne::CheckpointMove{processor, 0, to};
    ASSERT_TRUE(store->append(commit));
  }
  void start() {
    lasagne::RuntimeOptions options;
    options.log = [this](const lasagne::LogEntry& entry) { told.push_back(entry); };
    lasagne::Runtime runtime(*store, {lasagne::Module{"trips"}.decider<Letters>().saga<Guide>()}, options);
    ASSERT_TRUE(runtime.run_until_idle());
  }

  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  std::vector<lasagne::LogEntry> told;
};

TEST_F(Adoption, LeavesWhatIsHeldWhereTheProcessorHasBegunByItselfAndTellsOfIt) {
  hold(1, {});
  move_checkpoint(unqualified, 1);
  move_checkpoint(qualified, 1);
  start();
  EXPECT_EQ(store->parked(unqualified, 0, 10)->size(), 1U);
  EXPECT_TRUE(store->parked(qualified, 0, 10)->empty());
  EXPECT_EQ(*store->checkpoint(unqualified), 1U);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].level, lasagne::LogEntry::Level::error);
  EXPECT_EQ(told[0].processor, unqualified);
  EXPECT_EQ(told[0].position, 1U);
  EXPECT_NE(told[0].text.find(qualified), std::string::npos) << told[0].text;
}

TEST_F(Adoption, TakesOverWhatIsTooLongForOneCommit) {
  constexpr Position held = 33;
  for (Position i = 1; i <= held; ++i) hold(i, std::string(lasagne::Limits::message_bytes, 'x'));
  move_checkpoint(unqualified, held);
  start();
  EXPECT_EQ(store->parked(qualified, 0, 100)->size(), held);
  EXPECT_TRUE(store->parked(unqualified, 0, 100)->empty());
  EXPECT_EQ(*store->checkpoint(qualified), held);
  EXPECT_TRUE(told.empty());
}

}  // namespace adoption_test
