// Kills `shop load` with SIGKILL at random moments, starts it again with the same seed, and audits what is in the log.
// The moments are, by turns, a number of messages and a number of writes to the files after each start.
// LASAGNE_CRASH_SEED repeats those of an earlier run, LASAGNE_CRASH_KILLS says how many.
#include <gtest/gtest.h>
#include <sys/inotify.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "cli/program.hpp"
#include "lasagne/json.hpp"
#include "lasagne/store.hpp"

namespace {

using lasagne::Position;
using testing_programs::Arguments;
using testing_programs::Folder;
using testing_programs::Program;
using testing_programs::Ran;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t orders = 2000;
constexpr int kills_by_default = 20;
constexpr int most_kills = 10'000;
constexpr int stores_for_a_kill = 5;  // at most: on a busy machine a load may end before it is killed
constexpr int kills_in_a_load = 20;   // about; after its end another one begins in a new store
constexpr std::chrono::seconds patience{120};

struct LoadSaid {
  std::uint64_t orders = 0;
  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t open = 0;
};
struct AuditSaid {
  std::uint64_t orders = 0;
  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t open = 0;
  std::vector<std::string> violations;
};

std::uint64_t seed_of_this_run() {
  if (const char* given = std::getenv("LASAGNE_CRASH_SEED")) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

int kills_of_this_run() {
  const char* given = std::getenv("LASAGNE_CRASH_KILLS");
  return given != nullptr ? std::clamp(std::atoi(given), 1, most_kills) : kills_by_default;
}

Arguments load_of(const std::string& url) {
  return {"load",     "--store", url,         "--orders", std::to_string(orders), "--seed", "7", "--out-of-stock", "10",
          "--unpaid", "5",       "--decline", "5",        "--wrong-amount",       "5"};
}

std::unique_ptr<lasagne::Store> look_into(const std::string& url) {
  auto store = lasagne::open_store(url, {.read_only = true, .create = false});
  return store ? *std::move(store) : nullptr;
}

Position end_of(const std::string& url) {
  const auto store = look_into(url);
  return store ? store->visible_position() : 0;
}

// Returns when the log is so many messages longer than when the program was started, or the program has ended.
void watch(Program& program, const std::string& url, Position until) {
  const auto deadline = SteadyClock::now() + patience;
  std::unique_ptr<lasagne::Store> store;
  while (!program.ended() && SteadyClock::now() < deadline) {
    if (!store) store = look_into(url);  // not there yet, at first
    if (!store) {
      std::this_thread::yield();
      continue;
    }
    const auto position = store->visible_position();
    if (position >= until) return;
    // Bounded, to notice that the program has ended.
    (void)store->wait(position, SteadyClock::now() + std::chrono::milliseconds(50));
  }
}

// Counts the writes to the files of a folder, as they happen.
class Writes {
 public:
  explicit Writes(const std::string& folder) : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (fd_ < 0 || ::inotify_add_watch(fd_, folder.c_str(), IN_MODIFY) < 0) throw std::runtime_error("inotify");
  }
  ~Writes() { ::close(fd_); }
  Writes(const Writes&) = delete;
  Writes& operator=(const Writes&) = delete;

  // Returns after so many, or when the program has ended.
  void watch(Program& program, std::uint64_t count) {
    const auto deadline = SteadyClock::now() + patience;
    for (std::uint64_t seen = 0; seen < count && !program.ended() && SteadyClock::now() < deadline;) {
      pollfd readable{fd_, POLLIN, 0};
      if (::poll(&readable, 1, 50) <= 0) continue;
      alignas(inotify_event) char buffer[1024];  // small: what is not read yet is not counted yet
      const auto got = ::read(fd_, buffer, sizeof buffer);
      for (std::ptrdiff_t at = 0; at < got; ++seen) {
        at += static_cast<std::ptrdiff_t>(sizeof(inotify_event) + reinterpret_cast<inotify_event*>(buffer + at)->len);
      }
    }
  }

 private:
  int fd_;
};

template <class Said>
Said last_line_of(const std::string& out) {
  const auto lines = testing_programs::lines_of(out);
  if (lines.empty()) {
    ADD_FAILURE() << "nothing was printed";
    return {};
  }
  const auto said = lasagne::from_json<Said>(lines.back());
  if (!said) ADD_FAILURE() << said.error().to_string() << ": " << lines.back();
  return said ? *said : Said{};
}

// Runs the load to its end and audits the store.
void finish_and_audit(const std::string& url) {
  const Ran load = testing_programs::run("shop", load_of(url));
  ASSERT_EQ(load.exit_code, 0) << load.out << load.err;
  const auto loaded = last_line_of<LoadSaid>(load.out);
  EXPECT_EQ(loaded.orders, orders);
  EXPECT_EQ(loaded.open, 0U);

  const Ran audit = testing_programs::run("shop", {"audit", "--store", url});
  const auto audited = last_line_of<AuditSaid>(audit.out);
  EXPECT_EQ(audit.exit_code, 0) << audit.out << audit.err;
  EXPECT_EQ(audited.orders, orders);
  EXPECT_EQ(audited.completed + audited.cancelled, orders);
  EXPECT_EQ(audited.completed, loaded.completed);
  EXPECT_EQ(audited.cancelled, loaded.cancelled);
  EXPECT_EQ(audited.open, 0U);
  EXPECT_TRUE(audited.violations.empty()) << audit.out;
}

TEST(ShopLoad, KilledAtRandomMomentsLosesNothingAndRepeatsNothing) {
  const int kills_wanted = kills_of_this_run();
  const auto seed = seed_of_this_run();
  std::printf("LASAGNE_CRASH_SEED=%llu\n", static_cast<unsigned long long>(seed));
  SCOPED_TRACE("LASAGNE_CRASH_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);

  const Folder folder;
  const auto calm = "sqlite:" + folder.file("calm.db");
  finish_and_audit(calm);
  ASSERT_FALSE(::testing::Test::HasFailure());
  const Position length = end_of(calm);
  ASSERT_GT(length, orders);
  // Twice the mean step: so that the kills of one load are spread over all of it.
  std::uniform_int_distribution<Position> step(0, 2 * length / kills_in_a_load);
  // From the first write, which makes the file, to thousands: each order of magnitude as often.
  std::uniform_real_distribution<double> doublings(0, 11);

  int kills = 0;
  int round = 0;
  for (; kills < kills_wanted && round < stores_for_a_kill * kills_wanted; ++round) {
    const auto directory = folder.file("store" + std::to_string(round));
    std::filesystem::create_directory(directory);
    const auto url = "sqlite:" + directory + "/shop.db";
    SCOPED_TRACE("store " + std::to_string(round) + ", " + std::to_string(kills) + " kills before");
    for (bool ended = false; !ended && kills < kills_wanted;) {
      const auto before = end_of(url);
      const bool by_writes = kills % 2 == 0;
      const auto amount = by_writes ? static_cast<std::uint64_t>(std::exp2(doublings(random))) : step(random);
      Writes writes(directory);
      Program load("shop", load_of(url));
      if (by_writes) {
        writes.watch(load, amount);
      } else {
        watch(load, url, before + amount);
      }
      load.kill(SIGKILL);
      const int ending = load.wait();
      ended = ending != -SIGKILL;
      if (ended) {
        ASSERT_EQ(ending, 0) << load.out() << load.err();
        continue;
      }
      ++kills;
      std::printf("kill %d: store %d, %llu %s after message %llu; left %llu\n", kills, round,
                  static_cast<unsigned long long>(amount), by_writes ? "writes" : "messages",
                  static_cast<unsigned long long>(before), static_cast<unsigned long long>(end_of(url)));
    }
    finish_and_audit(url);
    if (::testing::Test::HasFailure()) return;
    std::filesystem::remove_all(directory);
  }
  EXPECT_EQ(kills, kills_wanted) << "in " << round << " stores";
}

// An audit that finds fault is needed for one that finds none to mean something. An order that nobody pays is open for
// as long as it may be paid, so that this load cannot end before it is killed.
TEST(ShopLoad, AnUnfinishedLoadDoesNotPassTheAudit) {
  const Folder folder;
  const auto url = "sqlite:" + folder.file("store.db");
  Program load("shop", {"load", "--store", url, "--orders", "20", "--seed", "7", "--unpaid", "100", "--payment-timeout",
                        "3600"});
  const lasagne::Filter order{{"shop.orders.OrderInitialized"}, {}, {}};
  const auto deadline = SteadyClock::now() + patience;
  bool seen = false;
  for (Position length = 1; !seen && !load.ended() && SteadyClock::now() < deadline;) {
    watch(load, url, length);
    const auto store = look_into(url);
    if (!store) continue;
    length = store->visible_position() + 1;
    const auto slice = store->read_all(0, order, 1);
    seen = slice && !slice->messages.empty();
  }
  load.kill(SIGKILL);
  ASSERT_EQ(load.wait(), -SIGKILL) << load.out() << load.err();
  ASSERT_TRUE(seen);
  const Ran audit = testing_programs::run("shop", {"audit", "--store", url});
  EXPECT_NE(audit.exit_code, 0) << audit.out;
  EXPECT_GT(last_line_of<AuditSaid>(audit.out).open, 0U) << audit.out;
}

}  // namespace
