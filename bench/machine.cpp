// What this machine can do at best: its disk, and waking a thread.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "context.hpp"
#include "lasagne/store.hpp"
#include "raw_sqlite.hpp"
#include "workload.hpp"

namespace bench {

namespace {

constexpr std::size_t record_bytes = 300;
constexpr unsigned many = 32;

class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw std::runtime_error(path + ": " + std::strerror(errno));
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void append_durably(const std::string& bytes) const {
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        ::fdatasync(descriptor_) != 0) {
      throw std::runtime_error(std::string("writing a file: ") + std::strerror(errno));
    }
  }

 private:
  int descriptor_;
};

// Two threads that hand a turn to and fro through a condition variable.
double ping_pong_microseconds(std::uint64_t rounds) {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t turn = 0;  // even: ours
  const auto play = [&](std::uint64_t parity) {
    std::unique_lock lock(mutex);
    for (std::uint64_t i = 0; i < rounds; ++i) {
      changed.wait(lock, [&] { return turn % 2 == parity; });
      ++turn;
      changed.notify_one();
    }
  };
  const double taken = seconds([&] {
    std::thread other([&] { play(1); });
    play(0);
    other.join();
  });
  return taken * 1e6 / static_cast<double>(rounds);
}

// So many threads, woken at once by one that then waits until each has done nothing and waits again. What it takes to
// answer as many callers as `append` has.
double wake_crowd_microseconds(unsigned crowd, std::uint64_t rounds) {
  std::mutex mutex;
  std::condition_variable called;
  std::condition_variable all_back;
  std::uint64_t round = 0;
  unsigned back = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < crowd; ++i) {
    threads.emplace_back([&] {
      std::unique_lock lock(mutex);
      for (std::uint64_t seen = 0; seen < rounds; ++seen) {
        if (++back == crowd) all_back.notify_one();
        called.wait(lock, [&] { return round > seen; });
      }
    });
  }
  double taken = 0;
  {
    std::unique_lock lock(mutex);
    const auto await_all = [&] { all_back.wait(lock, [&] { return back == crowd; }); };
    await_all();
    taken = seconds([&] {
      for (std::uint64_t i = 1; i < rounds; ++i) {
        back = 0;
        ++round;
        called.notify_all();
        await_all();
      }
    });
    ++round;
    called.notify_all();
  }
  for (auto& thread : threads) thread.join();
  return taken * 1e6 / static_cast<double>(rounds - 1);
}

double raw_rows_per_second(Context& context, const std::vector<RawRow>& rows, std::size_t batch) {
  const auto path = context.workspace.fresh_path();
  const double taken = [&] {
    RawLoop loop(path);
    return seconds([&] { loop.insert(rows, 0, rows.size(), batch); });
  }();
  context.workspace.remove(path);
  return static_cast<double>(rows.size()) / taken;
}

}  // namespace

double sync_microseconds(Context& context, std::size_t batch) {
  const auto path = context.workspace.fresh_path();
  const std::string bytes(record_bytes * batch, 'x');
  const auto rounds = context.amount(500);
  double taken = 0;
  {
    const File file(path);
    taken = seconds([&] {
      for (std::uint64_t i = 0; i < rounds; ++i) file.append_durably(bytes);
    });
  }
  context.workspace.remove(path);
  return taken * 1e6 / static_cast<double>(rounds);
}

void bench_machine(Context& context) {
  context.add(measure(named("machine", "wake another thread and be woken", "us"), context.settings.repetitions,
                      [&] { return ping_pong_microseconds(context.amount(10'000)); }));
  context.add(measure(named("machine", fmt::format("wake {} threads and see all of them wait again", many), "us"),
                      context.settings.repetitions,
                      [&] { return wake_crowd_microseconds(many, context.amount(10'000)); }));
  if (!context.workspace.on_disk()) return;
  for (const std::size_t batch : {1U, 10U, 100U, 1000U}) {
    context.add(
        measure(named("machine", fmt::format("append {} records of {} bytes, fdatasync", batch, record_bytes), "us"),
                context.settings.repetitions, [&] { return sync_microseconds(context, batch); }));
  }
}

void bench_raw(Context& context) {
  if (!context.workspace.on_disk()) return;
  const struct {
    std::size_t batch;
    std::uint64_t rows;
  } sizes[] = {{1, 2'000}, {10, 20'000}, {32, 40'000}, {100, 100'000}, {1000, 300'000}};
  for (const auto& [batch, count] : sizes) {
    const auto rows = payment_rows(context.amount(count), 1'000);
    context.add(measure(named("raw", fmt::format("plain SQLite insert loop, {} rows a transaction", batch), "rows/s"),
                        context.settings.repetitions, [&] { return raw_rows_per_second(context, rows, batch); }));
  }
}

}  // namespace bench
