// Each call that a store makes to the disk fails once, or from then on, and power is cut before each change of a file.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <ostream>
#include <random>

#include <fmt/format.h>

#include "fault/fault_vfs.hpp"
#include "fault/scripted_store.hpp"

namespace fault {
namespace {

constexpr int patience = 8;  // openings in a script with faults

// Of the calls of which a script makes many, how many fail in turn, spread over all of them; of the others all do. All
// of them with LASAGNE_FAULT_ALL set.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t scripts = 6;  // each takes many times longer
constexpr std::uint64_t few = scripts;
#else
constexpr std::uint64_t scripts = 16;
constexpr std::uint64_t few = 64;
#endif

bool all_of_them() { return std::getenv("LASAGNE_FAULT_ALL") != nullptr; }

// Some numbers of 1..calls.
std::vector<std::uint64_t> some_of(std::uint64_t calls) {
  const auto count = all_of_them() || calls <= few ? calls : scripts;
  const auto part = calls / std::max<std::uint64_t>(count, 1);
  std::vector<std::uint64_t> chosen;
  // Another place in each part: else the same call of each commit might be meant.
  for (std::uint64_t i = 0; i < count; ++i) chosen.push_back(1 + i * calls / count + i * 7 % part);
  return chosen;
}

// The calls that a script without faults makes.
const Calls& calls_of_a_script() {
  static const auto counted = [] {
    auto& vfs = FaultVfs::instance();
    vfs.calm();
    ScriptedStore script;
    EXPECT_TRUE(script.go_on(patience));
    return vfs.calls();
  }();
  return counted;
}

struct Way {
  std::string name;
  Fault fault;
  friend void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }
};

std::vector<Way> ways() {
  const auto way = [](std::string name, Operation operation, int code, bool half = false) {
    return std::vector<Way>{{name + "Once", {operation, 1, code, false, half}},
                            {name + "FromThenOn", {operation, 1, code, true, half}}};
  };
  std::vector<Way> all;
  const std::vector<Way> made[] = {
      way("WriteError", Operation::write, SQLITE_IOERR_WRITE),
      way("WriteDiskFull", Operation::write, SQLITE_FULL),
      way("WriteShort", Operation::write, SQLITE_FULL, true),
      way("SyncError", Operation::sync, SQLITE_IOERR_FSYNC),
      way("TruncateError", Operation::truncate, SQLITE_IOERR_TRUNCATE),
      way("OpenError", Operation::open, SQLITE_CANTOPEN),
      way("RemoveError", Operation::remove, SQLITE_IOERR_DELETE),
      way("ReadError", Operation::read, SQLITE_IOERR_READ),
      way("SizeError", Operation::size, SQLITE_IOERR_FSTAT),
      way("SharedMemoryError", Operation::shm_map, SQLITE_IOERR_SHMMAP),
      way("SharedMemoryLockError", Operation::shm_lock, SQLITE_IOERR_SHMLOCK),
      way("SharedMemoryBusy", Operation::shm_lock, SQLITE_BUSY),
  };
  for (const auto& each : made) all.insert(all.end(), each.begin(), each.end());
  return all;
}

class EveryCall : public ::testing::TestWithParam<Way> {};

TEST_P(EveryCall, FailsClearlyAndLosesNothingAcknowledged) {
  auto& vfs = FaultVfs::instance();
  auto fault = GetParam().fault;
  const auto calls = calls_of_a_script().of[static_cast<std::size_t>(fault.operation)];
  ASSERT_GT(calls, 0U);
  for (const auto nth : some_of(calls)) {
    SCOPED_TRACE(fmt::format("{} {} fails", name_of(fault.operation), nth));
    vfs.calm();
    ScriptedStore script;
    fault.nth = nth;
    vfs.plan(fault);
    (void)script.go_on(patience);
    EXPECT_TRUE(vfs.struck());
    vfs.calm();
    script.come_to_its_end();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Disk, EveryCall, ::testing::ValuesIn(ways()), [](const auto& way) { return way.param.name; });

// Lives in which everything stops at one change of a file; `after` is what happens then.
void stop_at_changes(const std::function<void(ScriptedStore&, std::uint64_t change)>& after) {
  auto& vfs = FaultVfs::instance();
  for (const auto change : some_of(calls_of_a_script().changes)) {
    SCOPED_TRACE(fmt::format("stopped at change {}", change));
    vfs.calm();
    ScriptedStore script;
    vfs.stop_at(change);
    (void)script.go_on(patience);
    EXPECT_TRUE(vfs.struck());
    after(script, change);
    vfs.calm();
    script.come_to_its_end();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(PowerCut, ThatTakesAllThatWasNotSyncedKeepsWhatWasAcknowledged) {
  stop_at_changes([](ScriptedStore&, std::uint64_t change) { FaultVfs::instance().cut_power(Loss::all, change); });
}

TEST(PowerCut, ThatTakesSomeSectorsKeepsWhatWasAcknowledged) {
  stop_at_changes([](ScriptedStore&, std::uint64_t change) { FaultVfs::instance().cut_power(Loss::some, change); });
}

TEST(PowerCut, WhereNothingIsLostIsACrashOfTheProcess) {
  stop_at_changes([](ScriptedStore&, std::uint64_t) {});
}

// The process died with something written and not synced. Whoever opens the store next answers by what is there.
TEST(PowerCut, AfterACrashTakesNothingThatWasReadSinceThen) {
  stop_at_changes([](ScriptedStore& script, std::uint64_t change) {
    FaultVfs::instance().calm();
    script.look_and_die();
    FaultVfs::instance().cut_power(Loss::all, change);
  });
}

// What a failed sync covered never reaches the disk, though it reads until the power is cut: no later sync may pass for
// it.
TEST(FailedSync, IsNeverTakenForGoodByALaterOne) {
  auto& vfs = FaultVfs::instance();
  std::mt19937_64 random(7);
  const auto& calls = calls_of_a_script();
  for (const auto nth : some_of(calls.of[static_cast<std::size_t>(Operation::sync)])) {
    for (const auto loss : {Loss::all, Loss::some}) {
      SCOPED_TRACE(fmt::format("sync {} fails", nth));
      vfs.calm();
      ScriptedStore script;
      vfs.plan({Operation::sync, nth, SQLITE_IOERR_FSYNC});
      vfs.stop_at(1 + random() % calls.changes);
      (void)script.go_on(patience);
      vfs.cut_power(loss, random());
      vfs.calm();
      script.come_to_its_end();
      if (HasFailure()) return;
    }
  }
}

// Several faults and cuts in one script.
TEST(ManyFaults, InOneScriptLoseNothingAcknowledged) {
  auto& vfs = FaultVfs::instance();
  const auto all = ways();
  const auto seeds = all_of_them() ? 1000 : 2 * scripts;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937_64 random(seed);
    ScriptedStore script;
    for (int round = 0; round < 4; ++round) {
      vfs.calm();
      auto fault = all[random() % all.size()].fault;
      fault.nth = 1 + random() % (calls_of_a_script().of[static_cast<std::size_t>(fault.operation)] / 3 + 1);
      vfs.plan(fault);
      if (random() % 2 == 0) vfs.stop_at(1 + random() % (calls_of_a_script().changes / 3));
      (void)script.go_on(3);
      if (random() % 2 == 0) vfs.cut_power(random() % 2 == 0 ? Loss::all : Loss::some, random());
    }
    vfs.calm();
    script.come_to_its_end();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace fault
