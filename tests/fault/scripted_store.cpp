#include "fault/scripted_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "fault/fault_vfs.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"
#include "store/sqlite/read_only_store.hpp"
#include "store/sqlite/sqlite_backing.hpp"

namespace fault {

using namespace lasagne;

namespace {

constexpr std::size_t session = 12;  // steps, after which the store is closed; each a commit, but the 6th to 8th
constexpr std::size_t sessions = 3;
constexpr Timestamp beginning{1'700'000'000'000'000};
constexpr Timestamp end_of_time{INT64_MAX};
constexpr std::size_t everything = 100'000;

// Time stands still within a step, so that a step taken again gives the same.
Timestamp now_;  // NOLINT: the clock of all stores here

// So small that all of it happens within a few dozen commits: the WAL is copied, begun anew and cut back, and nearly
// all is read from the file.
detail::SqliteSettings small_settings() {
  detail::SqliteSettings settings;
  settings.vfs = FaultVfs::registered_name;
  settings.writer_cache_kib = 16;
  settings.reader_cache_kib = 16;
  settings.checkpoint_pages = 24;
  settings.restart_pages = 60;
  settings.restart_wait_ms = 0;
  settings.busy_wait_ms = 0;
  settings.wal_bytes_kept = 16 * 1024;
  return settings;
}
detail::LogStoreLimits small_limits() {
  return {.cached_streams = 2,
          .tail_messages = 2,
          .recent_messages_per_stream = 1,
          .unavailable_wait = std::chrono::milliseconds{0}};
}

NewMessage message(std::size_t step, int number) {
  NewMessage made;
  const auto name = fmt::format("{}/{}", step, number);
  made.id = Uuid::derive(Uuid{}, name);
  made.type = number == 0 ? "Happened" : fmt::format("Happened{}", number);
  made.data = fmt::format(R"({{"step":{},"text":"{}"}})", step, std::string(400 + 700 * (step % 3), 'x'));
  made.metadata.correlation_id = Uuid::derive(Uuid{}, fmt::format("process {}", step % 2));
  return made;
}

// The last step before `step` that was a commit.
std::size_t commit_before(std::size_t step) { return step % session == 9 ? step - 4 : step - 1; }

// One commit with something of everything.
Commit commit_of(std::size_t step) {
  Commit commit;
  const auto stream = fmt::format("A-{}", step % 3);
  commit.appends.push_back({stream, ExpectedRevision::any(), {message(step, 0), message(step, 1)}});
  commit.appends.push_back({fmt::format("New-{}", step), ExpectedRevision::no_stream(), {message(step, 2)}});
  commit.checkpoint = CheckpointMove{"p", commit_before(step), step};
  Timer timer;
  timer.key = fmt::format("timer-{}", step);
  timer.due = beginning + std::chrono::hours(step);
  timer.stream = "A-0";
  timer.message = message(step, 3);
  commit.timers_set.push_back(timer);
  if (step > 1 && step % 3 == 0) commit.timers_cancelled.push_back(fmt::format("timer-{}", step - 1));
  ParkedMessage parked;
  parked.processor = "p";
  parked.position = step;
  parked.key = stream;
  parked.error = "it did not work";
  commit.parked_put.push_back(parked);
  if (step > 1 && step % 4 != 1) commit.parked_removed.push_back({"p", commit_before(step)});
  return commit;
}

template <class T>
Result<void> done(const Result<T>& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

const std::vector<Step>& steps() {
  static const auto made = [] {
    std::vector<Step> all;
    for (std::size_t step = 1; step <= session * sessions; ++step) {
      const auto place = step % session;
      const bool durable = place % 3 == 0;
      if (place == 6) {
        const StreamLimits limits{.truncate_before = step / session + 1, .max_count = 3, .max_age = {}};
        all.push_back({[limits](Store& store) { return store.set_stream_limits("A-1", limits); }, true});
      } else if (place == 7) {
        all.push_back({[](Store& store) { return store.delete_stream("A-2", ExpectedRevision::any()); }, true});
      } else if (place == 8) {
        all.push_back({[](Store& store) { return done(store.scavenge()); }, true});
      } else {
        all.push_back({[step, durable](Store& store) {
                         return done(store.append(commit_of(step), durable ? Await::durable : Await::visible));
                       },
                       durable});
      }
    }
    return all;
  }();
  return made;
}

void set_clock(std::size_t step) { now_ = beginning + std::chrono::seconds(step); }

// What each number of steps leaves, from a store in memory.
const std::vector<std::string>& expected_states() {
  static const auto told = [] {
    auto opened = detail::LogStore::open(std::make_shared<detail::MemoryBacking>(), [] { return now_; });
    auto& store = **opened;
    std::vector<std::string> all;
    for (std::size_t step = 0; step <= steps().size(); ++step) {
      set_clock(step);
      if (step > 0) {
        const auto taken = steps()[step - 1].run(store);
        if (!taken) throw std::runtime_error(fmt::format("step {}: {}", step, taken.error().message));
      }
      all.push_back(tell(store).value());
    }
    return all;
  }();
  return told;
}

std::string tell_message(const Message& message) {
  return fmt::format("{} {}@{} {} {} {} {} {} {}\n", message.position, message.stream, message.revision,
                     message.id.to_string(), message.type, message.recorded_at.microseconds,
                     static_cast<int>(message.kind), message.metadata.correlation_id.to_string(), message.data.size());
}

Result<std::string> tell_stream(Store& store, const std::string& name) {
  const auto limits = store.stream_limits(name);
  if (!limits) return std::unexpected(limits.error());
  auto text = fmt::format("{} {} {}\n", name, limits->truncate_before.value_or(0), limits->max_count.value_or(0));
  const auto slice = store.read_stream(name, 0, Direction::forwards, everything);
  if (!slice && slice.error().code == ErrorCode::not_found) return text + "not found\n";
  if (!slice) return std::unexpected(slice.error());
  text += fmt::format("{}..{}\n", slice->first, slice->head);
  for (const auto& each : slice->messages) text += tell_message(*each);
  return text;
}

std::string last_error_;  // for a failed test to tell

void expect_clear(const Error& error) {
  last_error_ = error.message;
  EXPECT_TRUE(error.code == ErrorCode::unavailable || error.code == ErrorCode::commit_unknown ||
              error.code == ErrorCode::failed)
      << to_string(error.code);
  EXPECT_GT(error.message.size(), 20U);
}

}  // namespace

Result<std::string> tell(Store& store) {
  std::string text;
  std::set<std::string> streams{"A-0", "A-1", "A-2"};
  const auto log = store.read_all(0, {}, everything);
  if (!log) return std::unexpected(log.error());
  for (const auto& each : log->messages) {
    text += tell_message(*each);
    if (each->data.find("\"text\":\"x") == std::string::npos) text += "damaged\n";
    streams.insert(each->stream);
  }
  for (const auto& name : streams) {
    const auto told = tell_stream(store, name);
    if (!told) return told;
    text += *told;
  }
  for (int process = 0; process < 2; ++process) {
    const auto told = store.read_process(Uuid::derive(Uuid{}, fmt::format("process {}", process)), 0, everything);
    if (!told) return std::unexpected(told.error());
    text += "process";
    for (const auto& each : *told) text += fmt::format(" {}", each->position);
  }
  const auto checkpoint = store.checkpoint("p");
  if (!checkpoint) return std::unexpected(checkpoint.error());
  const auto timers = store.due_timers(end_of_time, everything);
  if (!timers) return std::unexpected(timers.error());
  const auto parked = store.parked("", 0, everything);
  if (!parked) return std::unexpected(parked.error());
  text += fmt::format("\np at {}\n", *checkpoint);
  for (const auto& timer : *timers)
    text += fmt::format("{} at {}: {}\n", timer.key, timer.due.microseconds, timer.message.id.to_string());
  for (const auto& each : *parked)
    text += fmt::format("parked {} {} {} {}\n", each.processor, each.position, each.key, each.error);
  return text;
}

std::size_t ScriptedStore::length() { return steps().size(); }

ScriptedStore::ScriptedStore() : folder_((std::filesystem::temp_directory_path() / "lasagne-fault-XXXXXX").string()) {
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no folder " + folder_);
  path_ = folder_ + "/store.db";
  (void)expected_states();
  // The salts of a WAL are random numbers: the same ones in each run.
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 7, nullptr);
}

ScriptedStore::~ScriptedStore() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  FaultVfs::instance().forget();
}

std::unique_ptr<Store> ScriptedStore::open() {
  auto backing = detail::open_sqlite_backing(path_, {}, small_settings());
  if (!backing) {
    expect_clear(backing.error());
    return nullptr;
  }
  auto store = detail::LogStore::open(*backing, [] { return now_; }, small_limits());
  if (!store) expect_clear(store.error());
  EXPECT_TRUE(std::filesystem::exists(path_ + "-wal")) << "a store is open without a write-ahead log";
  return store ? *std::move(store) : nullptr;
}

std::optional<std::size_t> ScriptedStore::find_out(Store& store) {
  const auto told = tell(store);
  if (!told) {
    expect_clear(told.error());
    return std::nullopt;
  }
  const auto& all = expected_states();
  const auto found = std::find(all.begin() + static_cast<std::ptrdiff_t>(acknowledged_), all.end(), *told);
  const auto step = static_cast<std::size_t>(found - all.begin());
  if (step <= attempted_) return step;
  const auto& least = all[acknowledged_];
  const auto differs = static_cast<std::size_t>(std::ranges::mismatch(*told, least).in1 - told->begin());
  ADD_FAILURE() << "what is there is no state from step " << acknowledged_ << " to " << attempted_
                << (found == all.end() ? "" : ", but a later one") << "; it differs from step " << acknowledged_
                << " at:\n"
                << told->substr(differs, 300) << "\nwhere it would be:\n"
                << least.substr(differs, 300);
  return std::nullopt;
}

void ScriptedStore::expect_stopped(Store& store) {
  const auto visible = store.visible_position();
  Commit more;
  more.appends.push_back({"After-1", ExpectedRevision::any(), {message(1000, 0)}});
  for (const auto await : {Await::visible, Await::durable}) {
    const auto answer = store.append(more, await);
    EXPECT_TRUE(!answer && answer.error().code == ErrorCode::failed);
  }
  EXPECT_FALSE(store.flush(visible));
  EXPECT_FALSE(store.set_stream_limits("A-0", {}));
  EXPECT_FALSE(store.delete_stream("A-0", ExpectedRevision::any()));
  EXPECT_FALSE(store.scavenge());
  EXPECT_EQ(store.visible_position(), visible);
}

bool ScriptedStore::take_steps(Store& store, std::size_t at) {
  const auto last = std::min((at / session + 1) * session, length());
  for (auto step = at + 1; step <= last; ++step) {
    set_clock(step);
    attempted_ = std::max(attempted_, step);
    auto taken = steps()[step - 1].run(store);
    // Nothing was written: a disk that answers again takes it.
    if (!taken && taken.error().code == ErrorCode::unavailable) taken = steps()[step - 1].run(store);
    // It is visible, and becomes durable when a flush gets through.
    if (!taken && taken.error().code == ErrorCode::commit_unknown) taken = store.flush(store.visible_position());
    if (!taken) {
      expect_clear(taken.error());
      if (taken.error().code == ErrorCode::failed) expect_stopped(store);
      return false;
    }
    if (steps()[step - 1].durable) acknowledged_ = std::max(acknowledged_, step);
    if (step % 7 == 0) look_from_beside();
  }
  // What is only visible is lost by closing, which the first end of the first session shows.
  if (last == session && !std::exchange(closed_unflushed_, true)) return true;
  if (const auto flushed = store.flush(store.visible_position()); !flushed) {
    expect_clear(flushed.error());
    return false;
  }
  acknowledged_ = last;
  return true;
}

void ScriptedStore::look_from_beside() {
  auto backing = detail::open_sqlite_backing(path_, {.read_only = true}, small_settings());
  if (!backing) return expect_clear(backing.error());
  auto reader = detail::open_read_only_store(*backing, path_, [] { return now_; });
  if (!reader) return expect_clear(reader.error());
  (void)find_out(**reader);
}

void ScriptedStore::look_and_die() {
  const auto store = open();
  ASSERT_TRUE(store);
  const auto at = find_out(*store);
  ASSERT_TRUE(at);
  acknowledged_ = attempted_ = *at;
  FaultVfs::instance().stop_at(FaultVfs::instance().calls().changes + 1);
}

bool ScriptedStore::go_on(int patience) {
  while (acknowledged_ < length() && patience-- > 0) {
    const auto store = open();
    if (!store) continue;
    const auto at = find_out(*store);
    if (::testing::Test::HasFailure()) return false;
    if (!at) continue;
    // What the store said is there has left it: it must stay.
    acknowledged_ = std::max(acknowledged_, *at);
    attempted_ = *at;
    (void)take_steps(*store, *at);
  }
  return acknowledged_ == length();
}

void ScriptedStore::come_to_its_end() {
  EXPECT_TRUE(go_on(static_cast<int>(2 * sessions))) << "after step " << acknowledged_ << ": " << last_error_;
  {
    const auto store = open();
    ASSERT_TRUE(store);
    EXPECT_EQ(find_out(*store), length());
  }
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open_v2(path_.c_str(), &handle, SQLITE_OPEN_READONLY, FaultVfs::registered_name), SQLITE_OK);
  sqlite3_stmt* check = nullptr;
  sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &check, nullptr);
  EXPECT_EQ(sqlite3_step(check), SQLITE_ROW);
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(check, 0)), "ok");
  sqlite3_finalize(check);
  sqlite3_close(handle);
}

}  // namespace fault
