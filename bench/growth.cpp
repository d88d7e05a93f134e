// Whether anything becomes slower, or larger, as the history grows.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "context.hpp"
#include "lasagne/runtime.hpp"
#include "load.hpp"
#include "parts.hpp"
#include "shop_modules.hpp"
#include "workload.hpp"

namespace bench {

namespace {

constexpr std::uint64_t messages_a_stream = 10;  // histories grow by new streams, as orders do
constexpr std::uint64_t streams_at_once = 100;
constexpr std::size_t page = 4'096;

double resident_mebibytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

struct Grown {
  std::vector<double> open_ms, append, append_32, command, orders, latency, log, catch_up, stream, resident;
};

// What a store with `history` messages does; `run` tells the runs apart.
void measure_once(Context& context, const std::string& url, std::uint64_t history, unsigned run, Grown& grown) {
  std::unique_ptr<lasagne::Store> store;
  std::unique_ptr<lasagne::Runtime> runtime;
  shop::ShopOptions options;
  options.gateway.emplace();
  grown.open_ms.push_back(1e3 * seconds([&] {
                            store = lasagne::open(url);
                            runtime = std::make_unique<lasagne::Runtime>(*store, shop::shop_modules(options));
                            runtime->start();
                          }));

  const auto accounts = history / messages_a_stream;
  const auto reads = std::min(context.amount(2'000), accounts / 2);  // each stream once: none is in memory yet
  std::uint64_t messages = 0;
  const double read = seconds([&] {
    for (std::uint64_t i = 0; i < reads; ++i) {
      const auto account = i * 7'919 % accounts;
      messages += value_of(store->read_stream(account_stream(numbered_id(account, "account")), 0,
                                              lasagne::Direction::forwards, 100))
                      .messages.size();
    }
  });
  grown.stream.push_back(static_cast<double>(messages) / read);

  const auto walked = std::min<std::uint64_t>(context.amount(500'000), history);
  const double walk = seconds([&] {
    for (lasagne::Position after = 0; after < walked;) after = value_of(store->read_all(after, {}, page)).scanned_to;
  });
  grown.log.push_back(static_cast<double>(walked) / walk);

  // Each to a stream that is folded first.
  const auto commands = std::min(context.amount(1'000), accounts - reads);
  lasagne::Runtime handling(*store, {lasagne::Module{"accounts"}.decider<Account>()});
  const double commanded = seconds([&] {
    for (std::uint64_t i = reads; i < reads + commands; ++i) {
      const auto event = payment(numbered_id(i * 7'919 % accounts, "account"), history + (run + 100) * 1'000'000 + i);
      const auto done = handling.execute(
          ReceivePayment{event.account_id, event.payment_id, event.amount, event.reference, event.received_at});
      if (!done) check(false, &done.error().error);
    }
  });
  grown.command.push_back(static_cast<double>(commands) / commanded);

  const auto append = [&](std::uint64_t first, std::uint64_t count, unsigned callers) {
    std::vector<lasagne::Commit> commits;
    for (auto number = first; number < first + count; ++number)
      commits.push_back(payment_commit(numbered_id(number, "account"), number, lasagne::ExpectedRevision::no_stream()));
    return static_cast<double>(count) / seconds([&] { append_all(*store, commits, 0, callers); });
  };
  const auto unused = history + run * 1'000'000;
  grown.append.push_back(append(unused, context.amount(2'000), 1));
  grown.append_32.push_back(append(unused + 500'000, context.amount(10'000), 32));

  const auto orders = context.amount(5'000);
  const auto loaded = shop::run_load(*store, *runtime, {run + 1, 0}, orders, std::chrono::minutes(15));
  grown.orders.push_back(loaded.orders_per_second);
  grown.resident.push_back(resident_mebibytes());
  runtime->stop();
  grown.latency.push_back(percentile(
      confirm_all(*store, {1'000 + 2 * run, context.amount(1'000), context.amount(300), std::nullopt}), 0.5));
}

void grow(const std::string& url, std::uint64_t history) {
  const auto store = lasagne::open(url);
  fill(*store, history, streams_at_once, messages_a_stream);
  // The shop's processors are up to date: they follow the log, and do not begin with this history.
  lasagne::Runtime runtime(*store, announced_shop([](const auto&) {}));
  value_of(runtime.run_until_idle());
}

}  // namespace

void bench_growth(Context& context) {
  if (!context.workspace.on_disk()) return;  // the memory store is its history
  const auto& sizes = context.settings.growth;
  std::vector<std::string> urls;
  for (const auto history : sizes) {
    urls.push_back(context.workspace.fresh_url());
    grow(urls.back(), history);
  }
  ::sync();  // else the system still writes what this filled while it is measured
  std::vector<Grown> all(sizes.size());
  // First of all, while each store holds nothing but what the processor handles.
  for (unsigned run = 0; run < context.settings.repetitions; ++run) {
    for (std::size_t i = 0; i < sizes.size(); ++i)
      all[i].catch_up.push_back(catch_up_per_second(*lasagne::open(urls[i]), run));
  }
  for (unsigned run = 0; run < context.settings.repetitions; ++run) {
    for (std::size_t i = 0; i < sizes.size(); ++i) measure_once(context, urls[i], sizes[i], run, all[i]);
  }
  for (const auto& url : urls) context.workspace.remove(url);

  const auto add = [&](std::string_view what, std::string_view unit, std::vector<double> Grown::* values, double target,
                       bool at_most) {
    const auto& base = all.front().*values;
    for (std::size_t i = 0; i < all.size(); ++i) {
      Figure figure = named("growth", fmt::format("{}, {} messages in the store", what, sizes[i]), std::string(unit));
      figure.value = spread_of(all[i].*values);
      figure.at_most = at_most;
      if (i > 0) {
        std::vector<double> ratios;
        for (std::size_t run = 0; run < base.size(); ++run) ratios.push_back((all[i].*values)[run] / base[run]);
        figure.limit_name = fmt::format("with {} messages", sizes.front());
        figure.limit = spread_of(base);
        figure.ratio = spread_of(std::move(ratios));
        if (target > 0) figure.target = target;
      }
      context.add(figure);
    }
  };
  add("append, 1 caller, new streams", "messages/s", &Grown::append, 0.8, false);
  add("append, 32 callers, new streams", "messages/s", &Grown::append_32, 0.8, false);
  add("command to a stream of 10, folded from the store", "commands/s", &Grown::command, 0.8, false);
  add("whole orders", "orders/s", &Grown::orders, 0.8, false);
  add("confirm to completed, one order at a time, p50", "us", &Grown::latency, 1 / 0.8, true);
  add("read the log, decoded", "messages/s", &Grown::log, 0.8, false);
  add("a new processor catches up", "messages/s", &Grown::catch_up, 0.8, false);
  add("read streams of 10, none of them in memory", "messages/s", &Grown::stream, 0.8, false);
  add("open the store and start the runtime", "ms", &Grown::open_ms, 0, true);
  add("resident memory of the process", "MiB", &Grown::resident, 0, true);
}

}  // namespace bench
