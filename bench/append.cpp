// Appends whose callers wait until they are durable, against the plain loop that writes as many rows a transaction.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "context.hpp"
#include "lasagne/store.hpp"
#include "parts.hpp"
#include "raw_sqlite.hpp"
#include "workload.hpp"

namespace bench {

namespace {

constexpr std::uint64_t streams = 1'024;  // a multiple of the callers, so that each stream has one caller only

struct Case {
  const char* name;
  unsigned callers;
  bool existing;  // to streams that exist, expecting exactly their revision
  std::uint64_t messages;
  double target;
};

// The commits, made beforehand: what is measured is the store.
std::vector<lasagne::Commit> commits_of(const Case& c, std::uint64_t count) {
  std::vector<lasagne::Commit> commits;
  commits.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto account_id = numbered_id(c.existing ? i % streams : i, "account");
    const auto expected = c.existing && i >= streams ? lasagne::ExpectedRevision::exactly(i / streams - 1)
                                                     : lasagne::ExpectedRevision::no_stream();
    commits.push_back(payment_commit(account_id, i, expected));
  }
  return commits;
}

double ours(Context& context, const Case& c, const std::vector<lasagne::Commit>& commits, std::uint64_t first) {
  const auto url = context.workspace.fresh_url();
  const double taken = [&] {
    const auto store = lasagne::open(url);
    for (std::uint64_t i = 0; i < first; ++i) value_of(store->append(commits[i], lasagne::Await::visible));
    value_of(store->flush(store->visible_position()));
    return seconds([&] { append_all(*store, commits, first, c.callers); });
  }();
  context.workspace.remove(url);
  return static_cast<double>(commits.size() - first) / taken;
}

// The plain loop as one would write it for callers on threads of their own: whoever finds nobody writing writes the
// rows of all who wait, in one transaction, and wakes them.
class PlainGroupCommit {
 public:
  PlainGroupCommit(RawLoop& loop, const std::vector<RawRow>& rows, std::size_t first)
      : loop_(loop), rows_(rows), next_(first), written_(first) {}

  // Inserts the next row; false when all are taken.
  bool insert_next() {
    std::unique_lock lock(mutex_);
    if (next_ == rows_.size()) return false;
    const std::size_t mine = next_++;
    while (written_ <= mine) {
      if (writing_) {
        ended_.wait(lock);
        continue;
      }
      writing_ = true;
      const std::size_t from = written_;
      const std::size_t to = next_;
      lock.unlock();
      loop_.insert(rows_, from, to, to - from);
      lock.lock();
      written_ = to;
      writing_ = false;
      ended_.notify_all();
    }
    return true;
  }

 private:
  RawLoop& loop_;
  const std::vector<RawRow>& rows_;
  std::mutex mutex_;
  std::condition_variable ended_;  // a transaction
  std::size_t next_;               // guarded by mutex_
  std::size_t written_;            // guarded by mutex_
  bool writing_ = false;           // guarded by mutex_
};

double plain_group_commit(Context& context, unsigned callers, const std::vector<RawRow>& rows, std::uint64_t first) {
  const auto path = context.workspace.fresh_path();
  const double taken = [&] {
    RawLoop loop(path);
    loop.insert(rows, 0, first, 1'000);
    PlainGroupCommit group(loop, rows, first);
    return seconds([&] {
      std::vector<std::thread> threads;
      for (unsigned i = 0; i < callers; ++i) {
        threads.emplace_back([&] {
          while (group.insert_next()) {
          }
        });
      }
      for (auto& thread : threads) thread.join();
    });
  }();
  context.workspace.remove(path);
  return static_cast<double>(rows.size() - first) / taken;
}

double plain(Context& context, const Case& c, const std::vector<RawRow>& rows, std::uint64_t first) {
  const auto path = context.workspace.fresh_path();
  const double taken = [&] {
    RawLoop loop(path);
    loop.insert(rows, 0, first, 1'000);
    return seconds([&] { loop.insert(rows, first, rows.size(), c.callers); });
  }();
  context.workspace.remove(path);
  return static_cast<double>(rows.size() - first) / taken;
}

}  // namespace

void append_all(lasagne::Store& store, const std::vector<lasagne::Commit>& commits, std::size_t first,
                unsigned callers) {
  const auto append_some = [&](std::size_t from) {
    for (auto i = from; i < commits.size(); i += callers) value_of(store.append(commits[i], lasagne::Await::durable));
  };
  if (callers == 1) return append_some(first);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < callers; ++i) threads.emplace_back(append_some, first + i);
  for (auto& thread : threads) thread.join();
}

void bench_append(Context& context) {
  const Case cases[] = {
      {"1 caller, new streams", 1, false, 3'000, 0.9},
      {"1 caller, existing streams", 1, true, 3'000, 0.9},
      {"32 callers, new streams", 32, false, 30'000, 0.8},
      {"32 callers, existing streams", 32, true, 30'000, 0.8},
  };
  for (const auto& c : cases) {
    const std::uint64_t first = c.existing ? streams : 0;
    const auto count = first + context.amount(c.messages);
    const auto commits = commits_of(c, count);
    Figure figure = named("append", c.name, "messages/s");
    if (!context.workspace.on_disk()) {
      context.add(measure(figure, context.settings.repetitions, [&] { return ours(context, c, commits, first); }));
      continue;
    }
    const auto rows = payment_rows(count, c.existing ? streams : count);
    figure.limit_name = c.callers == 1 ? "plain loop, batch 1" : "plain loop, batch 32";
    figure.target = c.target;
    context.add(compare(
        figure, context.settings.repetitions, [&] { return ours(context, c, commits, first); },
        [&] { return plain(context, c, rows, first); }));
    if (c.callers == 1) continue;
    // What is lost to the threads and not to the store: the same, with the same threads.
    figure.name += ", by threads";
    figure.limit_name = fmt::format("plain group commit of {} threads", c.callers);
    figure.target.reset();
    context.add(compare(
        figure, context.settings.repetitions, [&] { return ours(context, c, commits, first); },
        [&] { return plain_group_commit(context, c.callers, rows, first); }));
  }
}

}  // namespace bench
