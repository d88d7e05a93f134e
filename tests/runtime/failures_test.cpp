// What is refused, fails or cannot be stored is heard, once.
#include <gtest/gtest.h>

#include "logged_runtime.hpp"

namespace failures_test {

using lasagne::CommandRejected;
using lasagne::Decision;
using lasagne::Direction;
using lasagne::Failure;
using lasagne::LogEntry;
using lasagne::Module;
using lasagne::RetryPolicy;
using lasagne::Runtime;
using lasagne::Send;
using lasagne::Timestamp;
using lasagne::type_name;
using lasagne::Uuid;
using runtime_test_support::LoggedRuntime;
using namespace std::chrono_literals;

Uuid id_of(int n) { return Uuid::derive(Uuid{}, "failures " + std::to_string(n)); }

// Letters: refused, answered with too much, or waited for.
struct PostLetter {
  Uuid letter_id;
  std::string text;
  int detail = 0;  // bytes of the rejection's; 0: none
};
struct LetterPosted {
  Uuid letter_id;
  std::string text;
};
struct CopyLetter {
  Uuid letter_id;
  std::string text;
};
struct LetterCopied {
  Uuid letter_id;
  std::string text;
};
struct Letter {
  static constexpr std::string_view category = "Letter";
  using Command = std::variant<PostLetter, CopyLetter>;
  using Event = std::variant<LetterPosted, LetterCopied>;
  using State = int;
  static Uuid id(const auto& command) { return command.letter_id; }
  static State evolve(State state, const auto&) { return state + 1; }
  static Decision<Event> decide(const PostLetter& command, const State&) {
    if (command.detail == 0) return LetterPosted{command.letter_id, command.text};
    const auto bytes = static_cast<std::size_t>(command.detail);
    return lasagne::Rejection{"TooLong", "\xFF" + std::string(bytes, 'd')};
  }
  static Decision<Event> decide(const CopyLetter& command, const State&) {
    return LetterCopied{command.letter_id, std::string(lasagne::Limits::message_bytes, 'x')};
  }
};
// The same, and its on_failure answers as much.
struct Archive {
  static constexpr std::string_view category = "Archive";
  using Command = std::variant<CopyLetter>;
  using Event = std::variant<LetterCopied>;
  using State = int;
  inline static std::size_t answer_bytes = 0;
  static Uuid id(const auto& command) { return command.letter_id; }
  static State evolve(State state, const auto&) { return state + 1; }
  static Decision<Event> decide(const CopyLetter& command, const State&) {
    return LetterCopied{command.letter_id, std::string(lasagne::Limits::message_bytes, 'x')};
  }
  static Event on_failure(const CopyLetter& command, const Failure&) {
    return LetterCopied{command.letter_id, std::string(answer_bytes, 'f')};
  }
};
// Hears of rejections, whatever they were about.
struct Complain {
  Uuid complaint_id;
  std::string target;
};
struct Complained {
  Uuid complaint_id;
  std::string target;
};
struct Complaint {
  static constexpr std::string_view category = "Complaint";
  using Command = std::variant<Complain>;
  using Event = std::variant<Complained>;
  using State = int;
  static Uuid id(const Complain& command) { return command.complaint_id; }
  static State evolve(State state, const auto&) { return state + 1; }
  static Decision<Event> decide(const Complain& command, const State&) {
    return Complained{command.complaint_id, command.target};
  }
};
struct Complainer {
  using Event = std::variant<CommandRejected>;
  static void on(const CommandRejected& event, Send& send) { send(Complain{send.new_id("complaint"), event.target}); }
};

using Failures = LoggedRuntime;

TEST_F(Failures, ARejectionIsRecordedWhateverItsSizeCutAndMarked) {
  run(Module{"post"}.decider<Letter>().decider<Complaint>().saga<Complainer>());
  // Quotes are two bytes in the event's JSON for each of the command's, which are two already.
  const std::string large((512 << 10) - 200, '"');
  ASSERT_TRUE(runtime->send(PostLetter{id_of(1), large, 1 << 20}));
  ASSERT_TRUE(runtime->send(PostLetter{id_of(2), "small", 10}));
  settle();
  EXPECT_EQ(runtime->parked()->size(), 0U);
  const auto recorded = store->read_stream("post__command-rejections", 0, Direction::forwards, 10);
  ASSERT_TRUE(recorded);
  ASSERT_EQ(recorded->messages.size(), 2U);
  const auto cut = lasagne::from_json<CommandRejected>(recorded->messages[0]->data);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->reason, "TooLong");
  EXPECT_EQ(cut->target, "Letter-" + id_of(1).to_string());
  ASSERT_TRUE(cut->command_bytes);
  EXPECT_GT(*cut->command_bytes, 1'000'000U);
  EXPECT_LT(cut->command_data.size(), *cut->command_bytes);
  EXPECT_EQ(cut->command_data.substr(0, 10), R"({"letter_i)");
  EXPECT_FALSE(cut->as<PostLetter>());
  EXPECT_TRUE(cut->detail.ends_with("… (cut)"));
  const auto whole = lasagne::from_json<CommandRejected>(recorded->messages[1]->data);
  ASSERT_TRUE(whole);
  EXPECT_FALSE(whole->command_bytes);
  EXPECT_EQ(whole->detail, "?dddddddddd") << "text that is not UTF-8 is mended";
  ASSERT_TRUE(whole->as<PostLetter>());
  EXPECT_EQ(whole->as<PostLetter>()->text, "small");
  EXPECT_EQ(count<Complained>(), 2U) << "compensation runs";
}

TEST_F(Failures, AnAnswerThatCannotBeStoredParksSayingSo) {
  run(Module{"post"}.decider<Letter>());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(runtime->send(PostLetter{id_of(i), "fine", 0}));
  ASSERT_TRUE(runtime->send(CopyLetter{id_of(9), {}}));
  for (int i = 5; i < 10; ++i) ASSERT_TRUE(runtime->send(PostLetter{id_of(i), "fine", 0}));
  settle();
  EXPECT_EQ(count<LetterPosted>(), 9U) << "only the letter's own key waits";
  const auto parked = runtime->parked();
  ASSERT_EQ(parked->size(), 2U);
  EXPECT_NE(parked->at(0).entry.error.find("what the handler answered cannot be stored"), std::string::npos);
  EXPECT_EQ(parked->at(0).entry.error.find("on_failure"), std::string::npos) << "there is none";
}

TEST_F(Failures, AnAnswerThatCannotBeStoredIsAFailureThatOnFailureAnswers) {
  Archive::answer_bytes = 3;
  run(Module{"post"}.decider<Archive>());
  ASSERT_TRUE(runtime->send(CopyLetter{id_of(1), {}}));
  settle();
  EXPECT_EQ(runtime->parked()->size(), 0U);
  const auto recorded = store->read_stream("Archive-" + id_of(1).to_string(), 0, Direction::forwards, 2);
  ASSERT_TRUE(recorded);
  ASSERT_EQ(recorded->messages.size(), 1U);
  EXPECT_NE(recorded->messages[0]->data.find("fff"), std::string::npos);
}

TEST_F(Failures, AnAnswerOfOnFailureThatCannotBeStoredParksAndEndsThere) {
  Archive::answer_bytes = lasagne::Limits::message_bytes;
  run(Module{"post"}.decider<Archive>());
  ASSERT_TRUE(runtime->send(CopyLetter{id_of(1), {}}));
  settle();
  const auto parked = runtime->parked();
  ASSERT_EQ(parked->size(), 1U);
  EXPECT_NE(parked->at(0).entry.error.find("the answer of on_failure cannot be stored"), std::string::npos);
  // And so when it is tried again by hand.
  ASSERT_TRUE(runtime->retry_parked(parked->at(0).entry.processor, parked->at(0).entry.position));
  settle();
  EXPECT_EQ(runtime->parked()->size(), 1U);
  EXPECT_EQ(count<LetterCopied>(), 0U);
}

// A gate that fails as often as it is told to.
struct Knock {
  Uuid gate_id;
};
struct Knocked {
  Uuid gate_id;
};
struct KnockFailed {
  Uuid gate_id;
  std::string error;
};
struct Gate {
  static constexpr std::string_view category = "Gate";
  using Command = std::variant<Knock>;
  using Event = std::variant<Knocked, KnockFailed>;
  using State = int;
  inline static int failures = 0;
  static Uuid id(const Knock& command) { return command.gate_id; }
  static State evolve(State state, const auto&) { return state + 1; }
  static Decision<Event> decide(const Knock& command, const State&) {
    if (failures-- > 0) throw std::runtime_error("nobody is at the gate");
    return Knocked{command.gate_id};
  }
};
struct AnsweringGate : Gate {
  static Event on_failure(const Knock& command, const Failure& failure) {
    return KnockFailed{command.gate_id, failure.error};
  }
};

RetryPolicy three_attempts() {
  RetryPolicy retry;
  retry.attempts = 3;
  return retry;
}

TEST_F(Failures, EachAttemptAndGivingUpIsLoggedWithLevelAttemptAndCause) {
  Gate::failures = 100;
  run(Module{"gates"}.decider<Gate>().retry_commands(three_attempts()));
  const auto sent = runtime->send(Knock{id_of(1)});
  for (int i = 0; i < 5; ++i) {
    settle();
    now = now + 1min;
  }
  ASSERT_EQ(told.size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(told[i].level, i < 2 ? LogEntry::Level::warning : LogEntry::Level::error) << told[i].text;
    EXPECT_EQ(told[i].attempt, i + 1);
    EXPECT_EQ(told[i].processor, "gates/commands");
    EXPECT_EQ(told[i].position, sent->position);
    EXPECT_EQ(told[i].cause, "nobody is at the gate");
    EXPECT_NE(told[i].text.find("nobody is at the gate"), std::string::npos);
  }
  EXPECT_EQ(runtime->parked()->at(0).entry.error, "nobody is at the gate") << "and no word of an on_failure";
}

TEST_F(Failures, AnAnswerOfOnFailureIsLogged) {
  Gate::failures = 100;
  run(Module{"gates"}.decider<AnsweringGate>().retry_commands(three_attempts()));
  ASSERT_TRUE(runtime->send(Knock{id_of(1)}));
  for (int i = 0; i < 5; ++i) {
    settle();
    now = now + 1min;
  }
  EXPECT_EQ(count<KnockFailed>(), 1U);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[2].level, LogEntry::Level::warning);
  EXPECT_EQ(told[2].attempt, 3U);
  EXPECT_NE(told[2].text.find("the answer of on_failure is recorded"), std::string::npos) << told[2].text;
}

// A jar that overflows while its second event is folded, and answers only that.
struct FillJar {
  Uuid jar_id;
  int amount = 0;
};
struct DropJar {
  Uuid jar_id;
};
struct JarFilled {
  Uuid jar_id;
  int level = 0;
};
struct JarSpilt {
  Uuid jar_id;
};
struct Jar {
  static constexpr std::string_view category = "Jar";
  using Command = std::variant<FillJar, DropJar>;
  using Event = std::variant<JarFilled, JarSpilt>;
  using State = int;
  static Uuid id(const auto& command) { return command.jar_id; }
  static State evolve(State level, const JarFilled& filled) {
    if (filled.level > 10) throw lasagne::PermanentError("over the rim");
    return std::max(level, filled.level);
  }
  static State evolve(State level, const JarSpilt&) { return level; }
  static Decision<Event> decide(const FillJar& command, const State& level) {
    return {JarFilled{command.jar_id, level + 1}, JarFilled{command.jar_id, level + command.amount}};
  }
  static Decision<Event> decide(const DropJar&, const State&) { throw lasagne::PermanentError("it is broken"); }
  static Event on_failure(const FillJar& command, const Failure&) { return JarSpilt{command.jar_id}; }
};

TEST_F(Failures, AFailedAttemptLeavesNothingInTheStateThatOnFailureAnswersWith) {
  run(Module{"jars"}.decider<Jar>());
  ASSERT_TRUE(runtime->send(FillJar{id_of(1), 2}));
  settle();
  ASSERT_TRUE(runtime->send(FillJar{id_of(1), 20}));
  settle();
  ASSERT_EQ(count<JarSpilt>(), 1U);
  EXPECT_EQ(runtime->load<Jar>(id_of(1))->state, 2);
  ASSERT_TRUE(runtime->send(FillJar{id_of(1), 3}));
  settle();
  EXPECT_EQ(runtime->load<Jar>(id_of(1))->state, 5) << "as it is folded from the log";
}

TEST_F(Failures, ACommandThatOnFailureDoesNotAnswerIsParked) {
  run(Module{"jars"}.decider<Jar>());
  ASSERT_TRUE(runtime->send(DropJar{id_of(1)}));
  settle();
  ASSERT_EQ(runtime->parked()->size(), 1U);
  EXPECT_EQ(runtime->parked()->at(0).entry.error, "it is broken");
}

}  // namespace failures_test
