// Where a handler begins that has never run.
#include <gtest/gtest.h>

#include <atomic>

#include "lasagne/forwarding_store.hpp"
#include "letters.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"

namespace start_from_test {

using namespace letters;
using lasagne::HandlerOptions;
using lasagne::Module;
using lasagne::Position;
using lasagne::Runtime;
using lasagne::StartFrom;

// Every kind of handler but the decider, each of which notes for itself what it saw.
struct Note {
  Uuid note_id;
  std::string by;
};
struct Noted {
  Uuid note_id;
  std::string by;
};
struct Notes {
  static constexpr std::string_view category = "Note";
  using Command = std::variant<Note>;
  using Event = std::variant<Noted>;
  using State = int;
  static Uuid id(const Note& command) { return command.note_id; }
  static State evolve(State state, const Noted&) { return state; }
  static Decision<Event> decide(const Note& command, const State&) { return Noted{command.note_id, command.by}; }
};
struct SagaNotes {
  using Event = std::variant<LetterWritten>;
  static void on(const LetterWritten& event, Send& send) { send(Note{send.new_id("note"), "saga " + event.text}); }
};
struct SubscriptionNotes {
  using Event = std::variant<LetterWritten>;
  static void on(const LetterWritten& event, Send& send) {
    send(Note{send.new_id("note"), "subscription " + event.text});
  }
};
struct Counted {
  Uuid letter_id;
};
struct Counter {
  static constexpr std::string_view category = "Counter";
  using Input = std::variant<LetterWritten>;
  using Event = std::variant<Counted>;
  using State = int;
  static std::optional<Uuid> id(const LetterWritten& event) { return event.letter_id; }
  static State evolve(State state, const Counted&) { return state + 1; }
  static std::vector<Event> on(const LetterWritten& event, const State&, Send& send) {
    send(Note{send.new_id("note"), "process manager " + event.text});
    return {Counted{event.letter_id}};
  }
};
struct LetterPublished {
  std::string text;
};
struct Publisher {
  using Decider = Letter;
  using Event = std::variant<LetterWritten>;
  static LetterPublished on(const LetterWritten& event, const int&) { return {event.text}; }
};

class StartFromTest : public ::testing::Test {
 protected:
  void write(const std::string& text) {
    Runtime writer(*store, {Module{"letters"}.decider<Letter>()});
    ASSERT_TRUE(writer.execute(WriteLetter{letter(written_++), text}));
  }
  Module module_with(const StartFrom& start) {
    HandlerOptions options;
    options.start_from = start;
    Post post;
    post.post = [this](const LetterWritten& event, Send&, const std::stop_token&) { posted.push_back(event.text); };
    return Module{"letters"}
        .decider<Letter>()
        .decider<Notes>()
        .saga<SagaNotes>(options)
        .subscription<SubscriptionNotes>(options)
        .process_manager<Counter>(options)
        .forwarder<Publisher>(options)
        .effect(post, options);
  }
  void run(const StartFrom& start) {
    Runtime runtime(*store, {module_with(start)});
    ASSERT_TRUE(runtime.run_until_idle());
  }
  // What every kind of handler has seen: one list, if it is the same for all.
  std::vector<std::string> seen() {
    std::map<std::string, std::vector<std::string>> by_kind;
    for (const auto& noted : all<Noted>(*store)) {
      const auto space = noted.by.rfind(' ');
      by_kind[noted.by.substr(0, space)].push_back(noted.by.substr(space + 1));
    }
    for (const auto& published : all<LetterPublished>(*store)) by_kind["forwarder"].push_back(published.text);
    if (!posted.empty()) by_kind["effect"] = posted;
    if (by_kind.empty()) return {};
    EXPECT_EQ(by_kind.size(), 5U);
    for (const auto& [kind, texts] : by_kind) EXPECT_EQ(texts, by_kind.begin()->second) << kind;
    return by_kind.begin()->second;
  }

  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  std::vector<std::string> posted;
  std::size_t written_ = 0;
};

using Texts = std::vector<std::string>;

TEST_F(StartFromTest, TheBeginningHandlesAllThatWasEverRecorded) {
  write("old");
  run(StartFrom::beginning());
  EXPECT_EQ(seen(), Texts{"old"});
}

TEST_F(StartFromTest, NowHandlesOnlyWhatIsRecordedAfterTheFirstStart) {
  write("old");
  run(StartFrom::now());
  EXPECT_EQ(seen(), Texts{});
  write("new");
  run(StartFrom::now());
  EXPECT_EQ(seen(), Texts{"new"});
}

TEST_F(StartFromTest, WhatIsRecordedWhileItDoesNotRunIsHandledAtTheNextStart) {
  write("old");
  run(StartFrom::now());
  write("second");
  write("third");
  run(StartFrom::now());
  EXPECT_EQ(seen(), (Texts{"second", "third"}));
}

// The log is empty at the first start, so that the checkpoint stays at 0 until the first message is handled.
TEST_F(StartFromTest, ARestartDoesNotMoveAStartOnAnEmptyLog) {
  run(StartFrom::now());
  write("first");
  run(StartFrom::now());
  EXPECT_EQ(seen(), Texts{"first"});
}

TEST_F(StartFromTest, AfterAPositionHandlesWhatStandsBehindIt) {
  write("before");
  const Position here = store->visible_position();
  write("behind");
  run(StartFrom::after(here));
  EXPECT_EQ(seen(), Texts{"behind"});
}

TEST_F(StartFromTest, AfterAPositionPastTheEndMissesNothingLater) {
  write("old");
  run(StartFrom::after(store->visible_position() + 1000));
  write("new");
  run(StartFrom::after(store->visible_position() + 1000));
  EXPECT_EQ(seen(), Texts{"new"});
}

TEST_F(StartFromTest, AHandlerThatHasACheckpointGoesOnFromThere) {
  write("first");
  run(StartFrom::beginning());
  write("second");
  run(StartFrom::now());
  EXPECT_EQ(seen(), (Texts{"first", "second"}));
}

// A caller may execute a command as soon as start() has returned.
TEST_F(StartFromTest, WhatIsRecordedOnceStartHasReturnedIsHandled) {
  write("old");
  Runtime runtime(*store, {module_with(StartFrom::now())});
  runtime.start();
  ASSERT_TRUE(runtime.execute(WriteLetter{letter(100), "new"}));
  ASSERT_TRUE(runtime.wait_until_idle());
  ASSERT_TRUE(runtime.stop());
  EXPECT_EQ(seen(), Texts{"new"});
}

// The command is decided in the same run, before the handlers that hear of it have had a step.
TEST_F(StartFromTest, WhatIsRecordedInTheFirstRunUntilIdleIsHandled) {
  write("old");
  Runtime runtime(*store, {module_with(StartFrom::now())});
  ASSERT_TRUE(runtime.send(WriteLetter{letter(100), "new"}));
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(seen(), Texts{"new"});
}

// A store that is away when the runtime starts.
class AwayStore final : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  lasagne::Result<lasagne::Committed> append(const lasagne::Commit& commit, lasagne::Await await) override {
    if (away) return lasagne::fail(lasagne::ErrorCode::unavailable, "away");
    return ForwardingStore::append(commit, await);
  }
  std::atomic<bool> away = false;
};

TEST_F(StartFromTest, NowIsWhenTheRuntimeStartsThoughTheStoreIsAwayThen) {
  write("old");
  AwayStore away(*store);
  Runtime runtime(away, {module_with(StartFrom::now())});
  away.away = true;
  runtime.start();
  write("new");  // by another node, to which the store is not away
  away.away = false;
  ASSERT_TRUE(runtime.wait_until_idle());
  ASSERT_TRUE(runtime.stop());
  EXPECT_EQ(seen(), Texts{"new"});
}

TEST_F(StartFromTest, NowIsTheFirstStartOfARuntimeThatIsStartedAgain) {
  write("old");
  AwayStore away(*store);
  Runtime runtime(away, {module_with(StartFrom::now())});
  away.away = true;
  EXPECT_FALSE(runtime.run_until_idle());
  write("new");
  away.away = false;
  ASSERT_TRUE(runtime.run_until_idle());
  EXPECT_EQ(seen(), Texts{"new"});
}

TEST(StartFrom, IsDurableBeforeAnythingIsHandled) {
  const auto backing = std::make_shared<lasagne::detail::MemoryBacking>();
  const auto open = [&] { return *lasagne::detail::LogStore::open(backing, [] { return lasagne::Timestamp{1}; }); };
  HandlerOptions options;
  options.start_from = StartFrom::now();
  const auto module = Module{"letters"}.decider<Letter>().decider<Notes>().saga<SagaNotes>(options);
  {
    const auto store = open();
    Runtime writer(*store, {Module{"letters"}.decider<Letter>()});
    ASSERT_TRUE(writer.execute(WriteLetter{letter(1), "old"}));
    Runtime(*store, {module}).start();
    // A crash: what is only visible goes with the store.
  }
  const auto store = open();
  Runtime writer(*store, {Module{"letters"}.decider<Letter>()});
  ASSERT_TRUE(writer.execute(WriteLetter{letter(2), "new"}));
  Runtime runtime(*store, {module});
  ASSERT_TRUE(runtime.run_until_idle());
  const auto noted = all<Noted>(*store);
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].by, "saga new");
}

}  // namespace start_from_test
