// Ids that come again, after the bus that had them forgot them.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lasagne/runtime.hpp"
#include "support/repeats_domain.hpp"

namespace repeats_test {

using namespace repeats_domain;
using namespace std::chrono_literals;
using lasagne::Direction;
using lasagne::Runtime;

Uuid id_of(int n) { return Uuid::derive({}, "repeats " + std::to_string(n)); }

class RepeatsTest : public testing::Test {
 protected:
  RepeatsTest() { restart(); }
  void restart() {
    runtime.reset();
    lasagne::RuntimeOptions options;
    options.clock = [this] { return now; };
    options.rounds_until_idle = 10'000;
    runtime = std::make_unique<Runtime>(*store, modules(), options);
  }
  void settle() {
    const auto settled = runtime->run_until_idle();
    ASSERT_TRUE(settled) << settled.error().message;
    const auto parked = store->parked({}, 0, 10);
    ASSERT_TRUE(parked && parked->empty()) << parked->front().error;
  }
  void order(int n, int amount = 1) {
    lasagne::SendOptions options;
    options.id = id_of(n);
    const auto sent = runtime->send(Order{id_of(n), amount}, options);
    ASSERT_TRUE(sent) << sent.error().message;
  }
  // So many that the bus of the desk forgets what was before.
  void forget() {
    for (std::size_t i = 0; i < lasagne::Limits::recent_ids_per_stream; ++i) {
      ASSERT_TRUE(runtime->send(Browse{id_of(9'999)}));
    }
  }
  std::size_t length(const std::string& stream) {
    const auto slice = store->read_stream(stream, 0, Direction::forwards, 1'000);
    return slice ? slice->messages.size() : 0;
  }
  std::string of(const char* category, int n) { return std::string(category) + "-" + id_of(n).to_string(); }

  lasagne::Timestamp now{1'700'000'000'000'000};
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:", {.clock = [this] { return now; }});
  std::unique_ptr<Runtime> runtime;
};

// The calendar's bus remembers the reminder, since it had no others.
TEST_F(RepeatsTest, ATimerWhoseMessageComesAgainFiresAndIsGone) {
  order(1);
  settle();
  now = now + lasagne::Duration(1min);
  settle();
  ASSERT_EQ(length(of("Calendar", 1)), 1U);
  forget();
  order(1);
  settle();
  EXPECT_EQ(length("desk__commands"), 2 + lasagne::Limits::recent_ids_per_stream);  // a new order, with an old id
  restart();
  now = now + lasagne::Duration(1min);
  settle();
  EXPECT_TRUE(store->due_timers(now, 10)->empty());
  EXPECT_EQ(length(of("Calendar", 1)), 1U);
}

// One bus has forgotten what it was sent, and the other one not: each takes what is new to it, and all that comes with
// it in the same hop.
TEST_F(RepeatsTest, WhatOneBusRemembersAndTheOtherForgotIsSentToTheOther) {
  for (const bool batched : {false, true}) {
    const int first = batched ? 1'000 : 0;
    order(first);
    settle();
    forget();
    for (std::size_t i = 0; i < lasagne::Limits::recent_ids_per_stream; ++i) {
      ASSERT_TRUE(runtime->send(NoteThere{id_of(first + 500)}));
    }
    settle();
    const auto here = length("here__commands");
    const auto there = length("there__commands");
    order(first);
    if (!batched) settle();
    order(first + 1);
    settle();
    EXPECT_EQ(length("here__commands"), here + 1) << "it remembers the first order's note";
    EXPECT_EQ(length("there__commands"), there + 2) << "it has forgotten it";
    EXPECT_EQ(length(of("Here", first + 1)), 1U);
  }
}

TEST_F(RepeatsTest, ACommandIdUsedAgainForSomethingElseIsRefused) {
  order(1, 10);
  lasagne::SendOptions options;
  options.id = id_of(1);
  EXPECT_EQ(runtime->send(Order{id_of(1), 11}, options).error().code, lasagne::ErrorCode::id_reused);
  EXPECT_TRUE(runtime->send(Order{id_of(1), 10}, options));
  settle();
  EXPECT_EQ(length(of("Desk", 1)), 1U);
}

TEST_F(RepeatsTest, EventsAppendedByHandAreProcessesOfTheirOwn) {
  lasagne::Commit commit;
  lasagne::NewMessage message{id_of(1),
                              lasagne::MessageKind::event,
                              std::string(lasagne::type_name<Ordered>),
                              lasagne::to_json(Ordered{id_of(1)}),
                              {}};
  commit.appends.push_back({of("Desk", 1), lasagne::ExpectedRevision::no_stream(), {message}});
  message.id = id_of(2);
  commit.appends.push_back({of("Desk", 2), lasagne::ExpectedRevision::no_stream(), {message}});
  ASSERT_TRUE(store->append(commit));
  settle();
  const auto read = store->read_stream("here__commands", 0, Direction::forwards, 10);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->messages.size(), 2U);
  EXPECT_EQ(read->messages[0]->metadata.correlation_id, id_of(1));
  EXPECT_EQ(read->messages[1]->metadata.correlation_id, id_of(2));
}

}  // namespace repeats_test
