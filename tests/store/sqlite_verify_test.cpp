// What somebody changes in a file by hand is found: by opening it, or by verifying it.
#include <gtest/gtest.h>

#include "lasagne/verify.hpp"
#include "sqlite_fixture.hpp"
#include "sqlite_text.hpp"
#include "store/log/log_store.hpp"

namespace lasagne::detail {
namespace {

// Forty orders of four messages each, a stream and a process for each, and a bus; some of it deleted and scavenged.
void make_store(const std::string& path) {
  auto backing = open_sqlite_backing(path, {});
  ASSERT_TRUE(backing) << backing.error().message;
  Timestamp now{1'700'000'000'000'000};
  auto opened = LogStore::open(*std::move(backing), [&] { return now; });
  ASSERT_TRUE(opened);
  auto& store = **opened;
  int id = 0;
  const auto message = [&](int order, const std::string& type) {
    NewMessage made;
    made.id = Uuid::derive(Uuid{}, std::to_string(++id));
    made.type = type;
    made.data = fmt::format(R"({{"order":{},"amount":{}}})", order, 100 + id);
    made.metadata.correlation_id = Uuid::derive(Uuid{}, fmt::format("process {}", order));
    made.metadata.traceparent = "00-trace-" + std::to_string(id);
    return made;
  };
  for (int order = 1; order <= 40; ++order) {
    now = now + std::chrono::seconds(1);
    Commit commit;
    commit.appends.push_back({"orders__commands", ExpectedRevision::any(), {message(order, "Order")}});
    commit.appends.push_back({fmt::format("Order-{}", order),
                              ExpectedRevision::no_stream(),
                              {message(order, "Ordered"), message(order, "Paid"), message(order, "Sent")}});
    const auto at = static_cast<Position>(order);
    commit.checkpoint = CheckpointMove{"orders/commands", at == 1 ? 0 : at * 4 - 4, at * 4};
    if (order % 4 == 0)
      commit.timers_set.push_back({fmt::format("t{}", order), now, "orders__commands", message(order, "Late")});
    if (order % 5 == 0)
      commit.parked_put.push_back({"orders/commands", at, "k", ParkedMessage::Status::parked, 1, now, "why", ""});
    ASSERT_TRUE(store.append(commit, order % 3 == 0 ? Await::durable : Await::visible));
  }
  ASSERT_TRUE(store.flush(store.visible_position()));
  ASSERT_TRUE(store.delete_stream("Order-2", ExpectedRevision::any()));
  ASSERT_TRUE(store.delete_stream("Order-3", ExpectedRevision::any()));
  ASSERT_TRUE(store.set_stream_limits("Order-7", {.truncate_before = 1, .max_count = {}, .max_age = {}}));
  ASSERT_TRUE(store.scavenge());
  Commit last;
  last.appends.push_back({"Order-40", ExpectedRevision::any(), {message(40, "Sent")}});
  ASSERT_TRUE(store.append(last, Await::durable));
}

VerifyReport verify(const std::string& path) {
  auto report = verify_store("sqlite:" + path);
  EXPECT_TRUE(report) << report.error().message;
  return report ? *report : VerifyReport{};
}

std::string told(const VerifyReport& report) {
  std::string text;
  for (const auto& finding : report.findings) text += finding.what + "\n";
  return text;
}

class SqliteVerifyTest : public SqliteTest {};

TEST_F(SqliteVerifyTest, FindsNothingInASoundStore) {
  make_store(file());
  std::vector<std::uint64_t> progress;
  VerifyOptions options;
  options.progress = [&](const Progress& at) {
    progress.push_back(at.done);
    throw 1;  // NOLINT: nobody minds
  };
  const auto report = verify_store("sqlite:" + file(), options);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(told(*report), "");
  EXPECT_EQ(report->messages, 40U * 4 - 7 + 1);
  EXPECT_EQ(report->last_position, 161U);
  EXPECT_FALSE(progress.empty());
}

TEST_F(SqliteVerifyTest, FindsNothingAfterEveryKindOfChange) {
  make_store(file());
  auto backing = open(file());
  auto batch = four_messages();
  Batch next;
  next.checkpoints["p"] = 1;
  next.timers["t4"] = std::nullopt;
  next.timers["t8"] = Timer{"t8", Timestamp{9}, "X-1", {}};
  next.timers["t8"]->message.data = "{}";
  next.parked[{"orders/commands", 5}] = std::nullopt;
  next.streams[1] =
      StreamRow{1, "orders__commands", StreamState::live, 39, 0, {.truncate_before = 4, .max_count = 7, .max_age = {}}};
  ASSERT_TRUE(backing->write(next));
  EXPECT_EQ(told(verify(file())), "");
  ASSERT_TRUE(backing->scavenge(Timestamp{}));
  EXPECT_EQ(told(verify(file())), "");
  next = {};
  next.streams[1] = StreamRow{1, "orders__commands", StreamState::tombstoned, 39, 40, {}};
  for (std::uint64_t id = 2; id <= 41; ++id)
    next.streams[id] = StreamRow{id, fmt::format("Order-{}", id - 1), StreamState::deleted, 3, 4, {}};
  ASSERT_TRUE(backing->write(next));
  EXPECT_EQ(told(verify(file())), "");
  ASSERT_TRUE(backing->scavenge(Timestamp{}));
  const auto report = verify(file());
  EXPECT_EQ(told(report), "");
  EXPECT_EQ(report.messages, 0U);
  EXPECT_EQ(query(file(), "SELECT count(*), sum(count) FROM blocks"), "1|161\n");
  backing.reset();
  EXPECT_EQ(open(file())->load()->last_position, 161U);
}

TEST_F(SqliteVerifyTest, FindsNothingWhereTimeWentBackAfterAClockThatWasACenturyAhead) {
  const Timestamp today{1'700'000'000'000'000};
  constexpr Timestamp far{4'300'000'000'000'000};  // in 2106
  auto opened = LogStore::open(open(file()), [&] { return today; });
  ASSERT_TRUE(opened);
  for (int i = 1; i <= 11; ++i) {
    NewMessage made;
    made.id = Uuid::derive(Uuid{}, std::to_string(i));
    made.type = "Happened";
    made.data = "{}";
    Commit commit;
    commit.appends.push_back({"S", ExpectedRevision::any(), {made}});
    commit.recorded_at = i == 10 ? far : today;
    ASSERT_TRUE((*opened)->append(commit, Await::durable));
  }
  const auto log = (*opened)->read_all(0, {}, 100);
  ASSERT_TRUE(log);
  ASSERT_LT(log->messages[10]->recorded_at, log->messages[9]->recorded_at);
  EXPECT_EQ(told(verify(file())), "");
}

TEST_F(SqliteVerifyTest, RefusesWhatHasNoChecksums) {
  EXPECT_EQ(verify_store("memory:").error().code, ErrorCode::unsupported);
  EXPECT_EQ(verify_store("sqlite:" + file("none")).error().code, ErrorCode::not_found);
  EXPECT_EQ(verify_store("nothing").error().code, ErrorCode::invalid);
  run_sql(file(), "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x4C73676E; PRAGMA user_version = 1;" +
                      golden("schema_v1.sql"));
  EXPECT_EQ(verify_store("sqlite:" + file()).error().code, ErrorCode::unsupported);
}

TEST_F(SqliteVerifyTest, TellsAtMostSoManyFindings) {
  make_store(file());
  run_sql(file(), "UPDATE blocks SET chain = x'00'");
  VerifyOptions options;
  options.most_findings = 3;
  const auto report = verify_store("sqlite:" + file(), options);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->findings.size(), 3U);
  EXPECT_TRUE(report->cut);
  options.most_findings = 0;
  const auto first = verify_store("sqlite:" + file(), options);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->findings.size(), 1U) << "no findings would say that the store is sound";
  EXPECT_TRUE(first->cut);
}

struct Edit {
  const char* name;
  const char* sql;
};

// In the block that holds a message in the middle of the log.
#define BLOCK "(SELECT max(position) FROM blocks WHERE position <= 100)"
#define LAST_BLOCK "(SELECT max(position) FROM blocks)"
#define SWAP(table, key, column, a, b)                                                                              \
  "CREATE TEMP TABLE kept AS SELECT " column " AS v FROM " table " WHERE " key " = " a "; UPDATE " table            \
  " SET " column " = (SELECT " column " FROM " table " WHERE " key " = " b ") WHERE " key " = " a "; UPDATE " table \
  " SET " column " = (SELECT v FROM kept) WHERE " key " = " b "; DROP TABLE kept;"

const Edit edits[] = {
    {"AnAmount",
     "UPDATE blocks SET messages = replace(messages, '\"amount\":', '\"amount\":9') WHERE position = " BLOCK},
    {"AnAmountInTheLastBlock",
     "UPDATE blocks SET messages = replace(messages, '\"amount\":', '\"amount\": ') WHERE position = " LAST_BLOCK},
    {"AnAmountInTheFirstBlock", "UPDATE blocks SET messages = replace(messages, '101', '102') WHERE position = 1"},
    {"DataThatIsNoJson",
     "UPDATE blocks SET messages = replace(messages, '\"order\":', '\"order\";') WHERE position = " BLOCK},
    {"ARevision", "UPDATE blocks SET messages = replace(messages, ',2,', ',3,') WHERE position = " BLOCK},
    {"AStream", "UPDATE blocks SET messages = replace(messages, '[[1,', '[[2,') WHERE messages LIKE '[[1,%'"},
    {"AType", "UPDATE blocks SET messages = replace(messages, ',2,0,', ',3,0,') WHERE position = " BLOCK},
    {"AKind", "UPDATE blocks SET messages = replace(messages, ',2,0,', ',2,1,') WHERE position = " BLOCK},
    {"ATraceparent", "UPDATE blocks SET messages = replace(messages, '00-trace', '01-trace') WHERE position = " BLOCK},
    {"ATime", "UPDATE blocks SET recorded_at = recorded_at + 1 WHERE position = " BLOCK},
    {"ATimeFarBack", "UPDATE blocks SET recorded_at = 0 WHERE position = " BLOCK},
    {"AnId", "UPDATE blocks SET ids = x'ffffffffffffffffffffffffffffffff' || substr(ids, 17) WHERE position = " BLOCK},
    {"EqualIds",
     "UPDATE blocks SET ids = CAST(substr(ids, 49, 48) || substr(ids, 49) AS BLOB) WHERE position = " BLOCK},
    {"ACorrelationId",
     "UPDATE blocks SET ids = CAST(substr(ids, 1, 16) || zeroblob(16) || substr(ids, 33) AS BLOB) WHERE position "
     "= " BLOCK},
    {"ACausationId",
     "UPDATE blocks SET ids = CAST(substr(ids, 1, 32) || substr(ids, 1, 16) || substr(ids, 49) AS BLOB) WHERE position "
     "= " BLOCK},
    {"AMessageRemoved", "UPDATE blocks SET messages = json_set(messages, '$[0]', NULL) WHERE position = " BLOCK},
    {"AMessageCutOff",
     "UPDATE blocks SET count = count - 1, messages = json_remove(messages, '$[#-1]'), ids = CAST(substr(ids, 1, "
     "length(ids) - 48) AS BLOB) WHERE position = " BLOCK},
    {"TheCount", "UPDATE blocks SET count = count + 1 WHERE position = " BLOCK},
    {"ABlockRemoved", "DELETE FROM blocks WHERE position = " BLOCK},
    {"TheFirstBlockRemoved", "DELETE FROM blocks WHERE position = 1"},
    {"TheLastBlockRemoved", "DELETE FROM blocks WHERE position = " LAST_BLOCK},
    {"AllBlocksRemoved", "DELETE FROM blocks"},
    {"ABlockEmptied", "UPDATE blocks SET messages = NULL, ids = NULL WHERE position = " BLOCK},
    {"ABlockAdded",
     "INSERT INTO blocks SELECT position + count, 1, recorded_at, chain, NULL, substr(ids, 1, 48), '[' || (messages -> "
     "0) || ']' FROM blocks ORDER BY position DESC LIMIT 1"},
    {"SwappedPositions", SWAP("blocks", "position", "messages", BLOCK, LAST_BLOCK)},
    {"SwappedBlocks", SWAP("blocks", "position", "messages", "1", BLOCK) SWAP("blocks", "position", "ids", "1", BLOCK)},
    {"AChecksumOfTheChain", "UPDATE blocks SET chain = zeroblob(32) WHERE position = " BLOCK},
    {"TheLastChecksumOfTheChain", "UPDATE blocks SET chain = zeroblob(32) WHERE position = " LAST_BLOCK},
    {"AScavengedBlock",
     "UPDATE blocks SET messages = replace(messages, '\"amount\":', '\"amounts\":') WHERE digest IS NOT NULL"},
    {"AScavengedBlocksDigest", "UPDATE blocks SET digest = NULL WHERE digest IS NOT NULL"},
    {"APositionInTheIndexOfStreams", "UPDATE by_stream SET position = position - 1 WHERE stream_id = 20"},
    {"APlaceInTheIndexOfStreams", "UPDATE by_stream SET place = place + 1 WHERE stream_id = 20"},
    {"APlacePastTheBlockInTheIndexOfStreams",
     "UPDATE by_stream SET place = position - (SELECT position FROM blocks) WHERE stream_id = 41"},
    {"ARowOfTheIndexOfStreamsRemoved", "DELETE FROM by_stream WHERE stream_id = 20"},
    {"AHeadInTheIndexOfStreams", "UPDATE by_stream SET revision = revision + 1 WHERE stream_id = 20"},
    {"APlaceInTheIndexOfProcesses",
     "UPDATE by_process SET place = place + 1 WHERE position = (SELECT max(position) FROM by_process)"},
    {"ARowOfTheIndexOfProcessesRemoved",
     "DELETE FROM by_process WHERE position = (SELECT min(position) FROM by_process)"},
    {"APositionInTheIndexOfProcesses",
     "UPDATE by_process SET position = position + 1 WHERE position = (SELECT max(position) FROM by_process)"},
    {"ACheckpoint", "UPDATE checkpoints SET position = position - 1"},
    {"ACheckpointPastTheEnd", "UPDATE checkpoints SET position = 100000"},
    {"ACheckpointRemoved", "DELETE FROM checkpoints"},
    {"ACheckpointAdded", "INSERT INTO checkpoints VALUES('another', 3)"},
    {"AStreamRemoved", "DELETE FROM streams WHERE id = 20"},
    {"TheLastStreamRemoved", "DELETE FROM streams WHERE id = (SELECT max(id) FROM streams)"},
    {"AStreamsName", "UPDATE streams SET name = 'Order-999' WHERE id = 20"},
    {"AStreamsCategory", "UPDATE streams SET category = 'Orders' WHERE id = 20"},
    {"AStreamsState", "UPDATE streams SET state = 1 WHERE id = 20"},
    {"ADeletedStreamThatLives", "UPDATE streams SET state = 0 WHERE id = 3"},
    {"AStreamsHead", "UPDATE streams SET head = 77 WHERE id = 3"},
    {"AStreamsLimit", "UPDATE streams SET truncate_before = 2 WHERE id = 20"},
    {"AStreamAdded", "INSERT INTO streams(id, name, category) VALUES(1000, 'X-1', 'X')"},
    {"ATypesName", "UPDATE types SET name = 'Payed' WHERE id = 3"},
    {"ATypeRemoved", "DELETE FROM types WHERE id = 3"},
    {"ATimerRemoved", "DELETE FROM timers WHERE key = 't8'"},
    {"ATimersTime", "UPDATE timers SET due = due + 1 WHERE key = 't8'"},
    {"ATimersData", "UPDATE timers SET data = replace(data, 'amount', 'amounts') WHERE key = 't8'"},
    {"ATimerAdded",
     "INSERT INTO timers SELECT 'x', due, stream, message_id, kind, type, data, correlation_id, causation_id, "
     "traceparent FROM timers LIMIT 1"},
    {"AParkedMessageRemoved", "DELETE FROM parked WHERE position = 10"},
    {"AParkedMessagesStatus", "UPDATE parked SET status = 0 WHERE position = 10"},
    {"AParkedMessagePastTheEnd", "UPDATE parked SET position = 100000 WHERE position = 10"},
    {"TheLastPosition", "UPDATE last_batch SET position = position + 1"},
    {"TheLastBatchsNumber", "UPDATE last_batch SET number = number + 1"},
    {"TheLastBatchRemoved", "DELETE FROM last_batch"},
    {"AnIndexDropped", "DROP INDEX timers_by_due"},
    {"ATableDropped", "DROP TABLE by_process"},
    {"TheViewChanged", "DROP VIEW messages; CREATE VIEW messages AS SELECT 1 AS position"},
    {"ATrigger", "CREATE TRIGGER t AFTER INSERT ON timers BEGIN DELETE FROM timers; END"},
};

class SqliteHandEdit : public SqliteTest, public ::testing::WithParamInterface<Edit> {};

TEST_P(SqliteHandEdit, IsFoundByVerifying) {
  make_store(file());
  run_sql(file(), GetParam().sql);
  const auto report = verify(file());
  EXPECT_FALSE(report.findings.empty()) << "verify finds nothing after: " << GetParam().sql;
  for (const auto& finding : report.findings) {
    EXPECT_TRUE(finding.what.ends_with('.')) << finding.what;
  }
}

std::string name_of(const ::testing::TestParamInfo<Edit>& edit) { return edit.param.name; }
INSTANTIATE_TEST_SUITE_P(Each, SqliteHandEdit, ::testing::ValuesIn(edits), name_of);

// What a program would next write on top of.
class SqliteEndEdit : public SqliteTest, public ::testing::WithParamInterface<Edit> {};

const Edit end_edits[] = {
    {"AnAmountInTheLastBlock",
     "UPDATE blocks SET messages = replace(messages, '\"amount\":', '\"amount\": ') WHERE position = " LAST_BLOCK},
    {"TheLastBlockRemoved", "DELETE FROM blocks WHERE position = " LAST_BLOCK},
    {"TheLastChecksumOfTheChain", "UPDATE blocks SET chain = zeroblob(32) WHERE position = " LAST_BLOCK},
    {"TheLastBlockEmptied", "UPDATE blocks SET messages = NULL, ids = NULL WHERE position = " LAST_BLOCK},
    {"TheLastBlockEmptiedButForTheIndexOfProcesses",
     "UPDATE blocks SET messages = NULL, ids = NULL WHERE position = " LAST_BLOCK
     "; DELETE FROM by_stream WHERE position >= " LAST_BLOCK},
    {"ACheckpoint", "UPDATE checkpoints SET position = position - 1"},
    {"ACheckpointRemoved", "DELETE FROM checkpoints"},
    {"TheLastStreamRemoved", "DELETE FROM streams WHERE id = (SELECT max(id) FROM streams)"},
    {"TheLastPosition", "UPDATE last_batch SET position = position + 1"},
    {"TheLastBatchRemoved", "DELETE FROM last_batch"},
};

TEST_P(SqliteEndEdit, IsFoundByOpening) {
  make_store(file());
  run_sql(file(), GetParam().sql);
  for (const bool read_only : {true, false}) {
    OpenOptions options;
    options.read_only = read_only;
    const auto opened = open_sqlite_backing(file(), options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::failed);
    EXPECT_NE(opened.error().message.find("lasagne verify --store sqlite:"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, SqliteEndEdit, ::testing::ValuesIn(end_edits), name_of);

}  // namespace
}  // namespace lasagne::detail
