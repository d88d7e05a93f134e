// Appending: several streams at once, positions, and that what was put in comes out.
#pragma once

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreAppend, FirstRevisionAndPosition) {
  EXPECT_EQ(store().visible_position(), 0u);
  EXPECT_EQ(store().durable_position(), 0u);
  const auto first = append("Order-1", ExpectedRevision::no_stream(), {"a"});
  ASSERT_TRUE(ok(first));
  EXPECT_EQ(first->revisions, std::vector<Revision>{0});
  EXPECT_EQ(first->position, 1u);
  EXPECT_FALSE(first->repeated);
  EXPECT_EQ(store().visible_position(), 1u);
  EXPECT_EQ(store().durable_position(), 1u);
}

LASAGNE_STORE_TEST(StoreAppend, SeveralStreamsAtOnce) {
  const auto result = store().append(commit_of({to("Order-1", ExpectedRevision::no_stream(), {"a", "b"}),
                                                to("Payment-1", ExpectedRevision::any(), {"c"}),
                                                to("plain", ExpectedRevision::no_stream(), {"d", "e", "f"})}));
  ASSERT_TRUE(ok(result));
  EXPECT_EQ(result->revisions, (std::vector<Revision>{1, 0, 2}));
  EXPECT_EQ(result->position, 6u);
  const auto all = log();
  ASSERT_EQ(positions_of(all), (std::vector<Position>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(revisions_of(all), (std::vector<Revision>{0, 1, 0, 0, 1, 2}));
  EXPECT_EQ(all[2]->stream, "Payment-1");
}

LASAGNE_STORE_TEST(StoreAppend, OneConflictRefusesTheWholeCommit) {
  fill("Order-1", 2);
  auto commit =
      commit_of({to("New-1", ExpectedRevision::no_stream(), {"n"}), to("Order-1", ExpectedRevision::exactly(7), {"x"}),
                 to("New-2", ExpectedRevision::any(), {"m"})});
  commit.checkpoint = CheckpointMove{"p", 0, 2};
  const auto result = store().append(commit);
  EXPECT_TRUE(conflict(result, 1));
  EXPECT_EQ(result.error().stream, "Order-1");
  EXPECT_TRUE(refused(read("New-1"), ErrorCode::not_found));
  EXPECT_TRUE(refused(read("New-2"), ErrorCode::not_found));
  EXPECT_EQ(readable("Order-1"), (std::vector<Revision>{0, 1}));
  EXPECT_EQ(store().checkpoint("p").value(), 0u);
  EXPECT_EQ(store().visible_position(), 2u);
  reopen();
  EXPECT_TRUE(refused(read("New-1"), ErrorCode::not_found));
  EXPECT_EQ(store().visible_position(), 2u);
}

LASAGNE_STORE_TEST(StoreAppend, PositionsHaveNoGapsOverRefusalsAndReopening) {
  for (int i = 0; i < 6; ++i) {
    fill("S-" + std::to_string(i), 3);
    EXPECT_TRUE(conflict(append("S-0", ExpectedRevision::exactly(99), {"no"}), 2));
    EXPECT_TRUE(repeats(append("S-0", ExpectedRevision::no_stream(), {"S-0/0"}),
                        Committed{.revisions = {0}, .position = 1, .repeated = false}));
    if (i % 2 == 1) reopen();
  }
  const auto positions = positions_of(log());
  ASSERT_EQ(positions.size(), 18u);
  for (std::size_t i = 0; i < positions.size(); ++i) EXPECT_EQ(positions[i], i + 1);
}

LASAGNE_STORE_TEST(StoreAppend, EverythingOfAMessageComesBack) {
  auto appended = to("Größe-Ω ✓/'\"%_", ExpectedRevision::any(), {"a"});
  auto& put = appended.messages[0];
  put.kind = MessageKind::command;
  put.type = "Übernehme'\"%_\xF0\x9F\x8D\x9D";
  put.data = R"({"text":"zoë \"q\" \\ \u0000 \n 😀","n":[1,-2.5e10,true,null],"o":{}})";
  put.metadata = {id("correlation"), id("causation"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
  ASSERT_TRUE(ok(store().append(commit_of({appended}))));
  fill("other", 20);  // out of the caches
  for (int round = 0; round < 2; ++round) {
    const auto slice = read(appended.stream);
    ASSERT_TRUE(ok(slice));
    ASSERT_EQ(slice->messages.size(), 1u);
    for (const auto& came : {slice->messages[0], log()[0]}) {
      EXPECT_EQ(came->stream, appended.stream);
      EXPECT_EQ(came->id, put.id);
      EXPECT_EQ(came->kind, put.kind);
      EXPECT_EQ(came->type, put.type);
      EXPECT_EQ(came->data, put.data);
      EXPECT_EQ(came->metadata, put.metadata);
      EXPECT_EQ(came->position, 1u);
      EXPECT_EQ(came->revision, 0u);
    }
    reopen();
  }
}

LASAGNE_STORE_TEST(StoreAppend, MetadataMayBeAbsent) {
  auto appended = to("S", ExpectedRevision::any(), {"a"});
  appended.messages[0].metadata = {};
  ASSERT_TRUE(ok(store().append(commit_of({appended}))));
  reopen();
  ASSERT_EQ(readable("S").size(), 1u);
  // A message that belongs to no process is one of its own.
  const auto message = read("S")->messages[0];
  EXPECT_EQ(message->metadata, (Metadata{.correlation_id = message->id}));
}

LASAGNE_STORE_TEST(StoreAppend, ZeroBytesInNamesAndIdsThatDifferInOneBit) {
  using namespace std::string_literals;
  ASSERT_TRUE(ok(append("a\0b"s, ExpectedRevision::no_stream(), {"1"})));
  ASSERT_TRUE(ok(append("a\0c"s, ExpectedRevision::no_stream(), {"2"})));
  auto third = to("a", ExpectedRevision::no_stream(), {"1"});
  third.messages[0].id.bytes[15] ^= 1;
  ASSERT_TRUE(ok(store().append(commit_of({third}))));
  reopen();
  ASSERT_EQ(readable("a\0b"s).size(), 1u);
  EXPECT_EQ(read("a\0b"s)->messages[0]->id, id("1"));
  EXPECT_EQ(read("a\0c"s)->messages[0]->id, id("2"));
  EXPECT_EQ(read("a")->messages[0]->id, third.messages[0].id);
}

LASAGNE_STORE_TEST(StoreAppend, RecordedAtGoesWithTheClockAndNeverBack) {
  fill("S", 1);
  advance(Duration{5'000'000});
  fill("S", 1);
  advance(Duration{-60'000'000});
  fill("S", 1);
  reopen();
  fill("S", 1);
  const auto slice = read("S");
  ASSERT_TRUE(ok(slice));
  ASSERT_EQ(slice->messages.size(), 4u);
  EXPECT_EQ(slice->messages[1]->recorded_at - slice->messages[0]->recorded_at, Duration{5'000'000});
  EXPECT_GE(slice->messages[2]->recorded_at, slice->messages[1]->recorded_at);
  EXPECT_GE(slice->messages[3]->recorded_at, slice->messages[2]->recorded_at);
}

LASAGNE_STORE_TEST(StoreAppend, ACommitOfNothingButACheckpointGivesTheLogsEnd) {
  fill("S", 3);
  Commit commit;
  commit.checkpoint = CheckpointMove{"p", 0, 3};
  const auto result = store().append(commit);
  ASSERT_TRUE(ok(result));
  EXPECT_TRUE(result->revisions.empty());
  EXPECT_EQ(result->position, 3u);
  EXPECT_EQ(store().visible_position(), 3u);
}

LASAGNE_STORE_TEST(StoreAppend, VisibleIsReadAtOnceAndFlushMakesItDurable) {
  for (const auto* name : {"a", "b", "c"}) {
    ASSERT_TRUE(ok(store().append(commit_of({to("S", ExpectedRevision::any(), {name})}), Await::visible)));
  }
  EXPECT_EQ(store().visible_position(), 3u);
  EXPECT_LE(store().durable_position(), 3u);
  EXPECT_EQ(readable("S"), (std::vector<Revision>{0, 1, 2}));
  EXPECT_EQ(log().size(), 3u);
  ASSERT_TRUE(ok(store().flush(store().visible_position())));
  EXPECT_EQ(store().durable_position(), 3u);
  reopen();
  EXPECT_EQ(store().visible_position(), 3u);
  EXPECT_EQ(readable("S"), (std::vector<Revision>{0, 1, 2}));
}

LASAGNE_STORE_TEST(StoreAppend, ADurableCommitMakesEverythingBeforeItDurable) {
  ASSERT_TRUE(ok(store().append(commit_of({to("S", ExpectedRevision::any(), {"a"})}), Await::visible)));
  fill("T", 1);
  EXPECT_EQ(store().durable_position(), 2u);
  reopen();
  EXPECT_EQ(readable("S").size(), 1u);
}

}  // namespace lasagne::testing
