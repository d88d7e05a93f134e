// A type is itself, and nobody else: names, collisions, and what stores held before names were qualified.
#include <gtest/gtest.h>

#include "lasagne/runtime.hpp"

namespace names_test {

using lasagne::ErrorCode;
using lasagne::MessageKind;
using lasagne::Module;
using lasagne::Runtime;
using lasagne::Send;
using lasagne::Store;
using lasagne::Uuid;

// Rooms and seats, each with a Book, a Reserved, a Desk and a Guide of its own.
namespace hotels {
struct Book {
  Uuid room_id;
  std::string guest;
};
struct Reserved {
  Uuid room_id;
  std::string guest;
};
struct Desk {
  static constexpr std::string_view category = "Room";
  using Command = std::variant<Book>;
  using Event = std::variant<Reserved>;
  using State = int;
  static Uuid id(const Book& command) { return command.room_id; }
  static State evolve(State state, const Reserved&) { return state + 1; }
  static lasagne::Decision<Event> decide(const Book& command, const State& state) {
    if (state > 0) return lasagne::Rejection{"Taken", command.guest};
    return Reserved{command.room_id, command.guest};
  }
};
}  // namespace hotels

namespace flights {
struct Book {
  Uuid seat_id;
  std::int64_t row = 0;
};
struct Reserved {
  Uuid seat_id;
  std::int64_t row = 0;
};
struct Desk {
  static constexpr std::string_view category = "Seat";
  using Command = std::variant<Book>;
  using Event = std::variant<Reserved>;
  using State = int;
  static Uuid id(const Book& command) { return command.seat_id; }
  static State evolve(State state, const Reserved&) { return state + 1; }
  static lasagne::Decision<Event> decide(const Book& command, const State&) {
    return Reserved{command.seat_id, command.row};
  }
};
}  // namespace flights

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

// Two sagas of one name.
namespace first {
struct Guide {
  using Event = std::variant<flights::Reserved>;
  static void on(const flights::Reserved&, Send& send) { send(Write{send.new_id("letter")}); }
};
}  // namespace first
namespace second {
struct Guide {
  using Event = std::variant<flights::Reserved>;
  static void on(const flights::Reserved&, Send& send) { send(Write{send.new_id("letter")}); }
};
}  // namespace second

// Pinned to the name of another type.
struct Impostor {
  std::int64_t number = 0;
};
struct ReservedImpostor {
  std::int64_t number = 0;
};

Uuid id_of(int n) { return Uuid::derive(Uuid{}, "names " + std::to_string(n)); }

std::size_t count(Store& store, const std::string& type) {
  return store.read_all(0, {{type}, {}, {}}, 1000)->messages.size();
}

void settle(Runtime& runtime) {
  const auto done = runtime.run_until_idle();
  ASSERT_TRUE(done) << done.error().message;
}

std::string refusal_of(std::vector<Module> modules) {
  const auto store = lasagne::open("memory:");
  try {
    const Runtime runtime(*store, std::move(modules));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing refused";
}

Module trips() { return Module{"trips"}.decider<hotels::Desk>().decider<flights::Desk>().decider<Letters>(); }

}  // namespace names_test

template <>
inline constexpr std::string_view lasagne::type_name<names_test::Impostor> = "names_test.hotels.Book";
template <>
inline constexpr std::string_view lasagne::type_name<names_test::ReservedImpostor> = "names_test.hotels.Reserved";

namespace names_test {

struct ImpostorSaga {
  using Event = std::variant<flights::Reserved>;
  static void on(const flights::Reserved&, Send& send) { send(Impostor{1}); }
};
struct EventSender {
  using Event = std::variant<flights::Reserved>;
  static void on(const flights::Reserved& event, Send& send) { send(Written{event.seat_id}); }
};
struct ImpostorListener {
  using Event = std::variant<ReservedImpostor>;
  static void on(const ReservedImpostor&, Send&) {}
};
struct CommandListener {
  using Event = std::variant<Write>;
  static void on(const Write&, Send&) {}
};

TEST(Names, TypesOfOneNameInTwoNamespacesAreHandledEachForItself) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {trips()});
  ASSERT_TRUE(runtime.execute(hotels::Book{id_of(1), "Ann"}));
  ASSERT_TRUE(runtime.send(flights::Book{id_of(2), 7}));
  settle(runtime);
  EXPECT_EQ(count(*store, "names_test.hotels.Reserved"), 1U);
  EXPECT_EQ(count(*store, "names_test.flights.Reserved"), 1U);
}

TEST(Names, ACommandIsNeverTakenForAnotherOneOfTheSameName) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {Module{"trips"}.decider<hotels::Desk>()});
  const auto other_namespace = runtime.execute(flights::Book{id_of(1), 7});
  ASSERT_FALSE(other_namespace);
  EXPECT_EQ(other_namespace.error().error.code, ErrorCode::invalid);
  const auto executed = runtime.execute(Impostor{1});
  ASSERT_FALSE(executed);
  EXPECT_EQ(executed.error().error.code, ErrorCode::invalid);
  EXPECT_EQ(executed.error().error.message,
            "names_test::Impostor is kept as \"names_test.hotels.Book\", and so is names_test::hotels::Book, which is "
            "another type: specialise lasagne::type_name for one of them");
  const auto sent = runtime.send(Impostor{1});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().message, executed.error().error.message);
  EXPECT_EQ(store->visible_position(), 0U);
}

TEST(Names, ASagaThatSendsAnotherTypeOfTheSameNameParks) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {trips().saga<ImpostorSaga>()});
  ASSERT_TRUE(runtime.execute(flights::Book{id_of(1), 7}));
  settle(runtime);
  const auto parked = runtime.parked();
  ASSERT_EQ(parked->size(), 1U);
  EXPECT_NE(parked->at(0).entry.error.find("which is another type"), std::string::npos) << parked->at(0).entry.error;
}

TEST(Names, TwoTypesOfOneNameAreRefusedAtStartNamingBoth) {
  EXPECT_EQ(refusal_of({trips().saga<ImpostorListener>()}),
            "names_test::hotels::Reserved and names_test::ReservedImpostor are both kept as "
            "\"names_test.hotels.Reserved\": specialise lasagne::type_name for one of them");
  EXPECT_EQ(refusal_of({trips(), Module{"others"}.routes_to<Impostor>("elsewhere")}),
            "names_test::hotels::Book and names_test::Impostor are both kept as \"names_test.hotels.Book\": specialise "
            "lasagne::type_name for one of them");
}

TEST(Names, TwoSagasOfOneNameMakeDifferentIds) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {trips().saga<first::Guide>().saga<second::Guide>()});
  ASSERT_TRUE(runtime.execute(flights::Book{id_of(1), 7}));
  settle(runtime);
  EXPECT_EQ(count(*store, "names_test.Written"), 2U);
}

TEST(Names, ASagaThatListsACommandIsRefused) {
  EXPECT_EQ(refusal_of({trips().saga<CommandListener>()}),
            "processor trips/saga/names_test.CommandListener lists names_test.Write, which never comes to it: it is a "
            "command, and handlers react to events");
}

TEST(Names, ACommandThatNobodyHandlesIsAnErrorThatSaysWhatToDo) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {Module{"trips"}.decider<hotels::Desk>()});
  const std::string problem =
      "no module of this runtime handles the command names_test::Write: register its decider, or add "
      "routes_to<names_test::Write>(module)";
  const auto executed = runtime.execute(Write{id_of(1)});
  ASSERT_FALSE(executed);
  EXPECT_EQ(executed.error().error.message, problem);
  const auto sent = runtime.send(Write{id_of(1)});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::invalid);
  EXPECT_EQ(sent.error().message, problem);
}

TEST(Names, ACommandOfAModuleElsewhereIsSentAndNotExecuted) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {Module{"trips"}.decider<hotels::Desk>().routes_to<Write>("letters")});
  EXPECT_TRUE(runtime.send(Write{id_of(1)}));
  const auto executed = runtime.execute(Write{id_of(1)});
  ASSERT_FALSE(executed);
  EXPECT_NE(executed.error().error.message.find("send it"), std::string::npos) << executed.error().error.message;
}

TEST(Names, AnEventThatIsSentIsAnErrorThatSaysSo) {
  const auto store = lasagne::open("memory:");
  Runtime runtime(*store, {trips().saga<EventSender>()});
  const auto sent = runtime.send(Written{id_of(1)});
  ASSERT_FALSE(sent);
  EXPECT_EQ(
      sent.error().message,
      "names_test::Written is an event, which deciders and forwarders record, and not a command: send the command "
      "that brings it about");
  ASSERT_TRUE(runtime.execute(flights::Book{id_of(1), 7}));
  settle(runtime);
  ASSERT_EQ(runtime.parked()->size(), 1U);
  EXPECT_EQ(runtime.parked()->at(0).entry.error, sent.error().message);
}

// The store as a program left it whose type names were unqualified.
class OldStore : public ::testing::Test {
 protected:
  void put(const std::string& stream, const std::string& type, const std::string& data,
           MessageKind kind = MessageKind::event) {
    lasagne::Commit commit;
    const auto id = id_of(1000 + ++count_);
    commit.appends.push_back({stream, lasagne::ExpectedRevision::any(), {{id, kind, type, data, {id, {}, {}}}}});
    ASSERT_TRUE(store->append(commit));
  }
  void reserve(int seat) {
    put("Seat-" + id_of(seat).to_string(), "Reserved", lasagne::to_json(flights::Reserved{id_of(seat), 7}));
  }
  void move_checkpoint(const std::string& processor, lasagne::Position to) {
    lasagne::Commit commit;
    commit.checkpoint = lasagne::CheckpointMove{processor, 0, to};
    ASSERT_TRUE(store->append(commit));
  }
  void park(const std::string& processor, lasagne::Position position, lasagne::ParkedMessage::Status status) {
    lasagne::Commit commit;
    commit.parked_put.push_back({processor, position, "key", status, 1, lasagne::Timestamp{1}, "hiccup", {}});
    ASSERT_TRUE(store->append(commit));
  }

  static constexpr auto unqualified = "trips/saga/Guide";
  static constexpr auto qualified = "trips/saga/names_test.first.Guide";
  std::unique_ptr<Store> store = lasagne::open("memory:");

 private:
  int count_ = 0;
};

TEST_F(OldStore, StreamsFoldAndBusesAreHandled) {
  put("Room-" + id_of(1).to_string(), "Reserved", lasagne::to_json(hotels::Reserved{id_of(1), "Ann"}));
  put("trips__commands", "Write", lasagne::to_json(Write{id_of(2)}), MessageKind::command);
  Runtime runtime(*store, {trips()});
  EXPECT_EQ(runtime.load<hotels::Desk>(id_of(1))->state, 1);
  EXPECT_FALSE(runtime.execute(hotels::Book{id_of(1), "Bob"})) << "the room is taken";
  settle(runtime);
  EXPECT_EQ(runtime.load<Letters>(id_of(2))->state, 1);
  EXPECT_TRUE(runtime.parked()->empty());
}

TEST_F(OldStore, ACommandThatMightBeTwoIsParked) {
  put("trips__commands", "Book", lasagne::to_json(flights::Book{id_of(1), 7}), MessageKind::command);
  Runtime runtime(*store, {trips()});
  settle(runtime);
  EXPECT_EQ(runtime.parked()->size(), 1U);
}

TEST_F(OldStore, ASagaReadsBothNames) {
  reserve(1);
  Runtime runtime(*store, {Module{"trips"}.decider<flights::Desk>().decider<Letters>().saga<first::Guide>()});
  ASSERT_TRUE(runtime.execute(flights::Book{id_of(2), 7}));
  settle(runtime);
  EXPECT_EQ(count(*store, "names_test.Written"), 2U);
}

TEST_F(OldStore, AnOldTimerStillFires) {
  lasagne::Commit commit;
  commit.timers_set.push_back({"trips/write",
                               lasagne::Timestamp{5},
                               "trips__commands",
                               {id_of(9), MessageKind::command, "Write", lasagne::to_json(Write{id_of(3)}), {}}});
  ASSERT_TRUE(store->append(commit));
  Runtime runtime(*store, {trips()}, {[] { return lasagne::Timestamp{10}; }});
  settle(runtime);
  EXPECT_EQ(count(*store, "names_test.Written"), 1U);
}

TEST_F(OldStore, ARenamedProcessorGoesOnWhereItWas) {
  for (int seat = 1; seat <= 3; ++seat) reserve(seat);
  move_checkpoint(unqualified, 2);
  {
    Runtime runtime(*store, {trips().saga<first::Guide>()});
    settle(runtime);
    EXPECT_EQ(count(*store, "names_test.Written"), 1U) << "of the third seat";
    EXPECT_GE(*store->checkpoint(qualified), 3U);
    EXPECT_EQ(*store->checkpoint(unqualified), 0U) << "nobody takes it over again";
  }
  Runtime again(*store, {trips().saga<first::Guide>()});
  settle(again);
  EXPECT_EQ(count(*store, "names_test.Written"), 1U);
}

TEST_F(OldStore, HeldMessagesGoWithTheirProcessor) {
  for (int seat = 1; seat <= 3; ++seat) reserve(seat);
  move_checkpoint(unqualified, 3);
  park(unqualified, 1, lasagne::ParkedMessage::Status::parked);
  park(unqualified, 3, lasagne::ParkedMessage::Status::queued);
  Runtime runtime(*store, {trips().saga<first::Guide>()});
  settle(runtime);
  EXPECT_EQ(count(*store, "names_test.Written"), 0U);
  ASSERT_EQ(runtime.parked()->size(), 2U);
  ASSERT_TRUE(runtime.retry_parked(qualified, 1));
  settle(runtime);
  EXPECT_EQ(count(*store, "names_test.Written"), 2U);
  EXPECT_TRUE(runtime.parked()->empty());
}

TEST_F(OldStore, TakingOverManyHeldMessagesGoesOnWhereItWasCutOff) {
  constexpr int held = 2'500;  // more than one commit takes over
  for (int i = 0; i < held; ++i) reserve(1);
  move_checkpoint(unqualified, held);
  for (int i = 1; i <= held; ++i)
    park(unqualified, static_cast<lasagne::Position>(i), lasagne::ParkedMessage::Status::parked);
  // As a crash after the first commit leaves it.
  lasagne::Commit part;
  const auto first_page = store->parked(unqualified, 0, 1'000);
  for (const auto& entry : *first_page) {
    part.parked_removed.push_back({unqualified, entry.position});
    part.parked_put.push_back(entry);
    part.parked_put.back().processor = qualified;
  }
  ASSERT_TRUE(store->append(part));
  Runtime runtime(*store, {trips().saga<first::Guide>()});
  settle(runtime);
  EXPECT_EQ(store->parked(qualified, 0, 10'000)->size(), static_cast<std::size_t>(held));
  EXPECT_TRUE(store->parked(unqualified, 0, 10'000)->empty());
  EXPECT_EQ(count(*store, "names_test.Written"), 0U);
}

TEST_F(OldStore, WhatMightBeEitherOfTwoProcessorsIsNotGuessed) {
  reserve(1);
  move_checkpoint(unqualified, 1);
  try {
    const Runtime runtime(*store, {trips().saga<first::Guide>().saga<second::Guide>()});
    FAIL() << "one of them begins anew";
  } catch (const std::invalid_argument& error) {
    const std::string problem = error.what();
    EXPECT_NE(problem.find("names_test.first.Guide"), std::string::npos) << problem;
    EXPECT_NE(problem.find("names_test.second.Guide"), std::string::npos) << problem;
  }
  lasagne::HandlerOptions pinned;
  pinned.name = unqualified;
  Runtime runtime(*store, {trips().saga<first::Guide>(pinned).saga<second::Guide>()});
  settle(runtime);
  EXPECT_EQ(count(*store, "names_test.Written"), 1U) << "of the second, which is new";
}

}  // namespace names_test
