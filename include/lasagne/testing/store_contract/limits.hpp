// What a store takes at most: at each bound it is taken, past it refused, naming nothing written.
#pragma once

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

class StoreLimitContract : public StoreContract {
 public:
  using StoreContract::StoreContract;

 protected:
  Result<Committed> append_one(std::string stream, NewMessage one) {
    return store().append(commit_of({{std::move(stream), ExpectedRevision::any(), {std::move(one)}}}));
  }

  // JSON text of so many bytes.
  static std::string json_of(std::size_t bytes) { return '"' + std::string(bytes - 2, 'x') + '"'; }

  template <class T>
  ::testing::AssertionResult invalid(const Result<T>& result) {
    if (auto code = refused(result, ErrorCode::invalid); !code) return code;
    if (store().visible_position() == 0) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "something was written";
  }
};

#define LASAGNE_STORE_LIMIT_TEST(suite, test) LASAGNE_STORE_TEST_ON(StoreLimitContract, suite, test)

LASAGNE_STORE_LIMIT_TEST(StoreBounds, StreamName) {
  EXPECT_TRUE(invalid(append_one(std::string(Limits::stream_name_bytes + 1, 's'), message("a"))));
  EXPECT_TRUE(invalid(append_one("", message("a"))));
  const std::string longest(Limits::stream_name_bytes, 's');
  EXPECT_TRUE(ok(append_one(longest, message("a"))));
  EXPECT_EQ(readable(longest).size(), 1u);
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, StreamNameOfLimits) {
  EXPECT_TRUE(invalid(store().set_stream_limits(std::string(Limits::stream_name_bytes + 1, 's'), {})));
  EXPECT_TRUE(invalid(store().set_stream_limits("", {})));
  EXPECT_TRUE(ok(store().set_stream_limits(std::string(Limits::stream_name_bytes, 's'), {})));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, StreamNameOfATombstone) {
  EXPECT_TRUE(
      invalid(store().tombstone_stream(std::string(Limits::stream_name_bytes + 1, 's'), ExpectedRevision::any())));
  EXPECT_TRUE(invalid(store().tombstone_stream("", ExpectedRevision::any())));
  EXPECT_TRUE(ok(store().tombstone_stream(std::string(Limits::stream_name_bytes, 's'), ExpectedRevision::any())));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, TypeName) {
  EXPECT_TRUE(invalid(append_one("S", message("a", std::string(Limits::type_name_bytes + 1, 't')))));
  EXPECT_TRUE(invalid(append_one("S", message("a", ""))));
  EXPECT_TRUE(ok(append_one("S", message("a", std::string(Limits::type_name_bytes, 't')))));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, MessageBytes) {
  auto big = message("a");
  big.data = json_of(Limits::message_bytes + 1);
  EXPECT_TRUE(invalid(append_one("S", big)));
  big.data = json_of(Limits::message_bytes);
  EXPECT_TRUE(ok(append_one("S", big)));
  reopen();
  ASSERT_EQ(readable("S").size(), 1u);
  EXPECT_TRUE(read("S")->messages[0]->data == big.data);
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, MessagesPerCommit) {
  Ids names;
  for (std::size_t i = 0; i < Limits::messages_per_commit; ++i) names.push_back(std::to_string(i));
  EXPECT_TRUE(invalid(store().append(
      commit_of({to("S", ExpectedRevision::any(), names), to("T", ExpectedRevision::any(), {"one more"})}))));
  EXPECT_TRUE(ok(append("S", ExpectedRevision::any(), names)));
  EXPECT_EQ(store().durable_position(), Limits::messages_per_commit);
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, CommitBytes) {
  static_assert(Limits::commit_bytes % Limits::message_bytes == 0);
  Append full{"S", ExpectedRevision::any(), {}};
  for (std::size_t i = 0; i < Limits::commit_bytes / Limits::message_bytes; ++i) {
    full.messages.push_back(message(std::to_string(i)));
    full.messages.back().data = json_of(Limits::message_bytes);
  }
  auto past = to("T", ExpectedRevision::any(), {"one more"});
  past.messages[0].data = "0";
  EXPECT_TRUE(invalid(store().append(commit_of({full, past}))));
  EXPECT_TRUE(ok(store().append(commit_of({full}))));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, NoMessages) {
  EXPECT_TRUE(invalid(append("S", ExpectedRevision::any(), {})));
  EXPECT_TRUE(invalid(
      store().append(commit_of({to("T", ExpectedRevision::any(), {"a"}), to("S", ExpectedRevision::any(), {})}))));
  EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
  EXPECT_TRUE(refused(read("T"), ErrorCode::not_found));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, OneStreamTwice) {
  EXPECT_TRUE(invalid(
      store().append(commit_of({to("S", ExpectedRevision::any(), {"a"}), to("S", ExpectedRevision::any(), {"b"})}))));
  EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, NilId) {
  auto nameless = message("a");
  nameless.id = Uuid{};
  EXPECT_TRUE(invalid(append_one("S", nameless)));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, MalformedJson) {
  for (const std::string data :
       {"", " ", "{", "{\"a\":}", "nul", "{} {}", "{'a':1}", "[1,]", "\"\xFF\"", "\"\\ud800\""}) {
    auto malformed = message("a");
    malformed.data = data;
    EXPECT_TRUE(invalid(append_one("S", malformed))) << data;
  }
  EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, ABadMessageRefusesTheCommit) {
  auto commit = commit_of({to("S", ExpectedRevision::any(), {"a", "b"}), to("T", ExpectedRevision::any(), {"c"})});
  commit.appends[1].messages[0].data = "{";
  EXPECT_TRUE(invalid(store().append(commit)));
  EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, Timers) {
  const Timer good{"k", Timestamp{1}, "S", message("a")};
  const auto set = [&](auto change) {
    Commit commit;
    commit.timers_set = {good};
    change(commit.timers_set[0]);
    return store().append(commit);
  };
  EXPECT_TRUE(invalid(set([](Timer& timer) { timer.key.clear(); })));
  EXPECT_TRUE(invalid(set([](Timer& timer) { timer.stream.clear(); })));
  EXPECT_TRUE(invalid(set([](Timer& timer) { timer.stream = std::string(Limits::stream_name_bytes + 1, 's'); })));
  EXPECT_TRUE(invalid(set([](Timer& timer) { timer.message.id = Uuid{}; })));
  EXPECT_TRUE(invalid(set([](Timer& timer) { timer.message.data = "{"; })));
  EXPECT_TRUE(store().due_timers(Timestamp{1}, 10)->empty());
  EXPECT_TRUE(ok(set([](Timer&) {})));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, KeysOfTimers) {
  Commit commit;
  commit.timers_set = {{std::string(Limits::key_bytes + 1, 'k'), Timestamp{1}, "S", message("a")}};
  EXPECT_TRUE(invalid(store().append(commit)));
  commit.timers_set[0].key.pop_back();
  EXPECT_TRUE(ok(store().append(commit)));
  commit = {};
  commit.timers_cancelled = {std::string(Limits::key_bytes + 1, 'k')};
  EXPECT_TRUE(invalid(store().append(commit)));
  commit.timers_cancelled[0].pop_back();
  EXPECT_TRUE(ok(store().append(commit)));
  EXPECT_TRUE(store().due_timers(Timestamp{1}, 10)->empty());
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, Traceparent) {
  auto traced = message("a");
  traced.metadata.traceparent = std::string(Limits::traceparent_bytes + 1, 't');
  EXPECT_TRUE(invalid(append_one("S", traced)));
  traced.metadata.traceparent.pop_back();
  EXPECT_TRUE(ok(append_one("S", traced)));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, ParkedMessages) {
  const auto put = [&](std::string ParkedMessage::* member, std::size_t size) {
    Commit commit;
    commit.parked_put.emplace_back();
    commit.parked_put[0].processor = "p";
    commit.parked_put[0].*member = std::string(size, '1');
    return store().append(commit);
  };
  for (const auto& [member, most] :
       {std::pair{&ParkedMessage::processor, Limits::key_bytes}, std::pair{&ParkedMessage::key, Limits::key_bytes},
        std::pair{&ParkedMessage::error, Limits::error_bytes},
        std::pair{&ParkedMessage::edited_data, Limits::message_bytes}}) {
    EXPECT_TRUE(invalid(put(member, most + 1)));
    EXPECT_TRUE(ok(put(member, most)));
  }
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, EntriesPerCommit) {
  Commit commit;
  for (std::size_t i = 0; i < Limits::entries_per_commit; ++i) commit.timers_cancelled.push_back(std::to_string(i));
  commit.parked_put.emplace_back();
  EXPECT_TRUE(invalid(store().append(commit)));
  commit.parked_put.clear();
  EXPECT_TRUE(ok(store().append(commit)));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, NameOfAProcessor) {
  Commit commit;
  commit.checkpoint = CheckpointMove{std::string(Limits::key_bytes + 1, 'p'), 0, 1};
  EXPECT_TRUE(invalid(store().append(commit)));
  commit.checkpoint->processor.pop_back();
  EXPECT_TRUE(ok(store().append(commit)));
}

LASAGNE_STORE_LIMIT_TEST(StoreBounds, CheckpointWithoutAName) {
  Commit commit;
  commit.checkpoint = CheckpointMove{"", 0, 1};
  EXPECT_TRUE(invalid(store().append(commit)));
}

}  // namespace lasagne::testing
