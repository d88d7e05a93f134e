// How a failed specification reads where there is more to show than a line, and what else can be expected.
#include <gtest/gtest.h>
//
#include <gtest/gtest-spi.h>

#include "lasagne/testing/specification.hpp"

namespace differing {

using lasagne::Decision;
using lasagne::Send;
using lasagne::Timestamp;
using lasagne::Uuid;
using lasagne::testing::given;
using lasagne::testing::given_saga;
using lasagne::testing::timer;
using lasagne::testing::detail::broken;
using lasagne::testing::detail::difference;
using lasagne::testing::detail::Lines;

struct Line {
  std::string product;
  int quantity = 0;
};
struct Pack {
  Uuid id;
  std::vector<Line> lines;
};
struct Packed {
  Uuid id;
  std::vector<Line> lines;
  std::string note;
};

struct Box {
  static constexpr std::string_view category = "Box";
  using Command = std::variant<Pack>;
  using Event = std::variant<Packed>;
  struct State {
    int packed = 0;
  };  // without ==
  static Uuid id(const auto& command) { return command.id; }
  static State evolve(State state, const Packed&) { return {state.packed + 1}; }
  static Decision<Event> decide(const Pack& command, const State&) {
    return Packed{command.id, command.lines, std::string(200, 'x')};
  }
};

struct Counter {
  static constexpr std::string_view category = "Counter";
  using Command = std::variant<Pack>;
  using Event = std::variant<Packed>;
  struct State {
    int packed = 0;
    bool operator==(const State&) const = default;
  };
  static Uuid id(const auto& command) { return command.id; }
  static State evolve(State state, const Packed&) { return {state.packed + 1}; }
  static Decision<Event> decide(const Pack& command, const State&) { return Packed{command.id, {}, ""}; }
};

struct Alarm {
  using Event = std::variant<Packed>;
  static void on(const Packed& event, Send& send) {
    send.cancel("a");
    send.cancel("b");
    send.at(Timestamp{1}, "first", Pack{event.id, {}});
    send.at(Timestamp{2}, "second", Pack{event.id, {}});
  }
};

const Uuid id = Uuid::derive(Uuid{}, "box");

TEST(Difference, KeepsWhatBothHaveInPlace) {
  EXPECT_EQ(difference({"a", "b", "c"}, {"b", "c", "d"}), "  - a\n    b\n    c\n  + d\n");
  EXPECT_EQ(difference({"a", "b"}, {"c", "d"}), "  - a\n  + c\n  - b\n  + d\n");
  EXPECT_EQ(difference({}, {"a"}), "  + a\n");
  EXPECT_EQ(difference({"a", "x", "b"}, {"a", "b"}), "    a\n  - x\n    b\n");
}

TEST(Difference, OfMoreThanIsSearchedGoesLineByLine) {
  const Lines expected(3000, "a");
  Lines came(3000, "a");
  came.back() = "b";
  const auto text = difference(expected, came);
  EXPECT_TRUE(text.starts_with("    a\n    a\n"));
  EXPECT_TRUE(text.ends_with("    a\n  - a\n  + b\n"));
}

TEST(Difference, BreaksJsonIntoALineAMember) {
  EXPECT_EQ(broken(R"(Packed {"id":"x","lines":[{"product":"a,b}\"","quantity":2}],"none":[],"empty":{}})"),
            (Lines{"Packed {", R"(  "id": "x",)", R"(  "lines": [)", "    {", R"(      "product": "a,b}\"",)",
                   R"(      "quantity": 2)", "    }", "  ],", R"(  "none": [],)", R"(  "empty": {})", "}"}));
}

TEST(Difference, TextThatIsNoJsonStaysText) {
  for (const std::string text : {"rejected: a, b", "]}", "\"open", "{\"open", "\"\\"}) {
    std::string joined;
    for (const auto& line : broken(text)) joined += line;
    std::erase(joined, ' ');
    auto same = text;
    std::erase(same, ' ');
    EXPECT_EQ(joined, same);
  }
}

TEST(Difference, OfLongMessagesIsShownMemberByMember) {
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    const Packed wrong{id, {{"cup", 2}, {"plate", 4}}, std::string(200, 'x')};
    given<Box>().when(Pack{id, {{"cup", 2}, {"plate", 3}}}).then(wrong);
  }
  ASSERT_EQ(results.size(), 1);
  const std::string text = results.GetTestPartResult(0).message();
  EXPECT_NE(text.find("    differing.Packed {\n"), text.npos) << text;
  EXPECT_NE(text.find("          \"product\": \"plate\",\n"
                      "  -       \"quantity\": 4\n"
                      "  +       \"quantity\": 3\n"),
            text.npos)
      << text;
  EXPECT_EQ(text.find("  - ", text.find("  - ") + 1), text.npos) << "one line differs: " << text;
}

TEST(SpecifiedState, IsComparedAsJsonWithoutAnEquality) {
  const auto packed = given<Box>().when(Pack{id, {}});
  packed.then_state(Box::State{1});
  EXPECT_NONFATAL_FAILURE(packed.then_state(Box::State{2}), "  - {\"packed\":2}\n  + {\"packed\":1}\n");
}

TEST(SpecifiedState, IsComparedByItsEquality) {
  const auto packed = given<Counter>(Packed{}).when(Pack{id, {}});
  packed.then_state(Counter::State{2});
  EXPECT_NONFATAL_FAILURE(packed.then_state(Counter::State{1}), "the state after the command is not as expected");
}

TEST(SpecifiedTimers, MayBeSeveral) {
  const auto alarmed = given_saga<Alarm>().when(Packed{id, {}, ""});
  alarmed.then_timers(timer("first", Timestamp{1}, Pack{id, {}}), timer("second", Timestamp{2}, Pack{id, {}}))
      .then_cancelled("a", "b");
  EXPECT_NONFATAL_FAILURE(alarmed.then_timer("first", Timestamp{1}, Pack{id, {}}), "  + second at 1970-01-01");
  EXPECT_NONFATAL_FAILURE(alarmed.then_cancelled("a"), "    a\n  + b\n");
}

TEST(SpecifiedSaga, AnswersNothingForTheEventsThatCameBefore) {
  given_saga<Alarm>(Packed{id, {}, "before"}).when(Packed{id, {}, ""}).then_cancelled("a", "b");
}

}  // namespace differing
