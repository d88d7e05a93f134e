// What a store holds under an unqualified name, from before names were qualified, is never taken for another type.
#include <gtest/gtest.h>

#include "lasagne/command_rejected.hpp"
#include "lasagne/runtime.hpp"

namespace ambiguous_names_test {

using lasagne::CommandRejected;
using lasagne::Module;
using lasagne::Runtime;
using lasagne::Send;
using lasagne::Uuid;

namespace flights {
struct Book {
  Uuid id;
};
struct Reserved {
  Uuid id;
};
}  // namespace flights
namespace hotels {
struct Book {
  Uuid id;
};
struct Reserved {
  Uuid id;
};
}  // namespace hotels
namespace cruises {
struct Book {
  Uuid id;
};
struct Sailed {
  Uuid id;
};
}  // namespace cruises
struct Undo {
  Uuid id;
  std::string what;
};
struct Undone {
  Uuid id;
  std::string what;
};

template <class BookCommand, class Event_>
struct Desk {
  using Command = std::variant<BookCommand>;
  using Event = std::variant<Event_>;
  using State = int;
  static Uuid id(const BookCommand& command) { return command.id; }
  static State evolve(State state, const Event_&) { return state + 1; }
  static lasagne::Decision<Event> decide(const BookCommand& command, const State&) { return Event_{command.id}; }
};
struct Flight : Desk<flights::Book, flights::Reserved> {
  static constexpr std::string_view category = "Flight";
};
struct Room : Desk<hotels::Book, hotels::Reserved> {
  static constexpr std::string_view category = "Room";
};
struct Cruise : Desk<cruises::Book, cruises::Sailed> {
  static constexpr std::string_view category = "Cruise";
};
struct Undoing {
  static constexpr std::string_view category = "Undoing";
  using Command = std::variant<Undo>;
  using Event = std::variant<Undone>;
  using State = int;
  static Uuid id(const Undo& command) { return command.id; }
  static State evolve(State state, const Undone&) { return state + 1; }
  static lasagne::Decision<Event> decide(const Undo& command, const State&) { return Undone{command.id, command.what}; }
};

// Undoes a trip of which something was rejected: the flight first, as it happens.
struct Trip {
  using Event = std::variant<CommandRejected>;
  static void on(const CommandRejected& rejected, Send& send) {
    if (const auto flight = rejected.as<flights::Book>()) {
      send(Undo{flight->id, "flight"});
    } else if (const auto room = rejected.as<hotels::Book>()) {
      send(Undo{room->id, "room"});
    }
  }
};
struct Listener {
  using Event = std::variant<flights::Reserved, hotels::Reserved>;
  static void on(const flights::Reserved& event, Send& send) { send(Undo{event.id, "flight"}); }
  static void on(const hotels::Reserved& event, Send& send) { send(Undo{event.id, "room"}); }
};

}  // namespace ambiguous_names_test

template <>
inline constexpr std::string_view lasagne::type_name<ambiguous_names_test::cruises::Book> = "Book";

namespace ambiguous_names_test {

const Uuid id = Uuid::derive(Uuid{}, "a trip");

class AmbiguousNames : public ::testing::Test {
 protected:
  template <class T>
  void put(const std::string& stream, const std::string& type, const T& value) {
    lasagne::Commit commit;
    const auto message = Uuid::derive(id, stream + type);
    commit.appends.push_back(
        {stream,
         lasagne::ExpectedRevision::any(),
         {{message, lasagne::MessageKind::event, type, lasagne::to_json(value), {message, {}, {}}}}});
    ASSERT_TRUE(store->append(commit));
  }
  void put_rejection(const std::string& module, const std::string& command_type) {
    put(module + "__command-rejections", "CommandRejected",
        CommandRejected{module, command_type, id, "Flight-or-Room", "Full", {}, lasagne::to_json(hotels::Book{id})});
  }
  std::vector<std::string> undone() {
    std::vector<std::string> all;
    const auto slice = store->read_all(0, {{std::string(lasagne::type_name<Undone>)}, {}, {}}, 100);
    for (const auto& message : slice->messages) all.push_back(lasagne::from_json<Undone>(message->data)->what);
    return all;
  }
  static std::vector<Module> modules() {
    return {Module{"flights"}.decider<Flight>(), Module{"hotels"}.decider<Room>(),
            Module{"trips"}.decider<Undoing>().saga<Trip>()};
  }
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
};

TEST_F(AmbiguousNames, ARejectionIsThatOfTheModulesCommand) {
  put_rejection("hotels", "Book");
  Runtime runtime(*store, modules());
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(undone(), std::vector<std::string>{"room"});
}

// The module is another program's: routes say what it handles.
TEST_F(AmbiguousNames, ARejectionIsThatOfTheCommandOfAModuleElsewhere) {
  put_rejection("hotels", "Book");
  Runtime runtime(*store, {Module{"flights"}.decider<Flight>(),
                           Module{"trips"}.decider<Undoing>().saga<Trip>().routes_to<hotels::Book>("hotels")});
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(undone(), std::vector<std::string>{"room"});
}

TEST_F(AmbiguousNames, ARejectionThatMayBeOfTwoCommandsOfOneModuleParksNamingBoth) {
  put_rejection("travel", "Book");
  Runtime runtime(
      *store, {Module{"travel"}.decider<Flight>().decider<Room>(), Module{"trips"}.decider<Undoing>().saga<Trip>()});
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_TRUE(undone().empty());
  ASSERT_EQ(runtime.parked()->size(), 1U);
  EXPECT_EQ(runtime.parked()->at(0).entry.error,
            "the rejected command Book of module travel may be ambiguous_names_test.flights.Book or "
            "ambiguous_names_test.hotels.Book: edit command_type and send the message back");
}

TEST_F(AmbiguousNames, AnEventThatMayBeOfTwoTypesParksNamingBoth) {
  put("trips__external-events", "Reserved", hotels::Reserved{id});
  Runtime runtime(*store, {Module{"trips"}.decider<Undoing>().saga<Listener>()});
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_TRUE(undone().empty());
  ASSERT_EQ(runtime.parked()->size(), 1U);
  const auto error = runtime.parked()->at(0).entry.error;
  EXPECT_NE(error.find("cannot tell what a stored Reserved is: it may be ambiguous_names_test.flights.Reserved or "
                       "ambiguous_names_test.hotels.Reserved"),
            std::string::npos)
      << error;
}

// Whoever is asked for the one by CommandRejected::as would be given the other.
TEST_F(AmbiguousNames, ACommandKeptUnderTheLastPartOfAnothersNameIsRefusedAtStartNamingBoth) {
  const auto refused = [&](std::vector<Module> with) {
    try {
      const Runtime runtime(*store, std::move(with));
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const std::string problem =
      "command ambiguous_names_test::cruises::Book is kept as \"Book\", which is also the last part of "
      "\"ambiguous_names_test.flights.Book\", and so what ambiguous_names_test::flights::Book was called before names "
      "were qualified: a rejection of the first would be taken for one of the second. Specialise lasagne::type_name "
      "for one of them";
  EXPECT_EQ(refused({Module{"flights"}.decider<Flight>(), Module{"cruises"}.decider<Cruise>()}), problem);
  EXPECT_EQ(refused({Module{"flights"}.decider<Flight>().routes_to<cruises::Book>("cruises")}), problem);
  EXPECT_EQ(refused({Module{"cruises"}.decider<Cruise>()}), "nothing");
}

}  // namespace ambiguous_names_test
