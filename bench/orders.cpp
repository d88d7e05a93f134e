// Whole orders of the shop, through all its modules: how many, and how long one takes.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "context.hpp"
#include "lasagne/runtime.hpp"
#include "load.hpp"
#include "order.hpp"
#include "parts.hpp"
#include "raw_sqlite.hpp"
#include "shop_modules.hpp"
#include "workload.hpp"

namespace bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view carts_bus = "shopping_carts__commands";
constexpr std::uint64_t warm_up_orders = 3'000;

shop::ShopOptions shop_options() {
  shop::ShopOptions options;
  options.gateway.emplace();
  return options;
}

struct Loaded {
  double orders_per_second = 0;
  double messages_per_second = 0;
};

// One `shop load` into a new store, whose URL is left in `url`.
Loaded load(const std::string& url, std::uint64_t orders, unsigned out_of_stock) {
  const auto store = lasagne::open(url);
  lasagne::Runtime runtime(*store, shop::shop_modules(shop_options()));
  runtime.start();
  const auto result = shop::run_load(*store, runtime, {1, out_of_stock}, orders, std::chrono::minutes(15));
  runtime.stop();
  if (result.open > 0) throw std::runtime_error(fmt::format("{} orders did not come to rest", result.open));
  return {result.orders_per_second, static_cast<double>(store->durable_position()) / result.seconds};
}

double rows_per_second(Context& context, const std::vector<RawRow>& rows) {
  const auto path = context.workspace.fresh_path();
  const double taken = [&] {
    RawLoop loop(path);
    return seconds([&] { loop.insert(rows, 0, rows.size(), 1'000); });
  }();
  context.workspace.remove(path);
  return static_cast<double>(rows.size()) / taken;
}

void bench_load(Context& context, std::string_view name, unsigned out_of_stock) {
  const auto orders = context.amount(20'000);
  std::vector<double> each;
  std::vector<RawRow> rows;
  const auto run = [&] {
    const auto url = context.workspace.fresh_url();
    const auto loaded = load(url, orders, out_of_stock);
    each.push_back(loaded.orders_per_second);
    if (context.workspace.on_disk() && rows.empty()) rows = rows_of(url.substr(url.find(':') + 1));
    context.workspace.remove(url);
    return loaded.messages_per_second;
  };
  Figure messages = named("orders", fmt::format("messages of whole orders, {}", name), "messages/s");
  if (context.workspace.on_disk()) {
    (void)run();  // for its rows, and to warm up
    each.clear();
    messages.limit_name = "plain loop of the same rows, batch 1000";
    messages.target = 0.5;
    messages = compare(messages, context.settings.repetitions, run, [&] { return rows_per_second(context, rows); });
  } else {
    messages = measure(messages, context.settings.repetitions, run);
  }
  context.add(known("orders", fmt::format("whole orders, {}", name), "orders/s", spread_of(each)));
  context.add(messages);
}

class Completions {
 public:
  void add(const lasagne::Uuid& order_id) {
    const std::scoped_lock lock(mutex_);
    at_.emplace(order_id, SteadyClock::now());
    changed_.notify_all();
  }
  // Waits until it is completed, and gives the time when it was.
  [[nodiscard]] SteadyClock::time_point of(const lasagne::Uuid& order_id) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60), [&] { return at_.contains(order_id); }))
      throw std::runtime_error("orders hang");
    return at_.at(order_id);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<lasagne::Uuid, SteadyClock::time_point> at_;  // guarded by mutex_
};

}  // namespace

struct Announcer {
  using Event = std::variant<shop::orders::OrderCompleted>;
  TellCompleted tell;
  void on(const shop::orders::OrderCompleted& completed, lasagne::Send&) const { tell(completed.order_id); }
};

std::vector<lasagne::Module> announced_shop(TellCompleted tell) {
  auto modules = shop::shop_modules(shop_options());
  const auto is_orders = [](const lasagne::Module& module) { return module.name() == "orders"; };
  std::ranges::find_if(modules, is_orders)->effect(Announcer{std::move(tell)});
  return modules;
}

std::vector<double> confirm_all(lasagne::Store& store, const Confirmations& wanted) {
  const auto& [seed, warm_up, orders, interval] = wanted;
  Completions completions;
  lasagne::Runtime runtime(store, announced_shop([&](const lasagne::Uuid& order_id) { completions.add(order_id); }));
  runtime.start();
  const shop::LoadPlan plan{seed, 0};
  (void)shop::run_load(store, runtime, {seed + 1, 0}, warm_up, std::chrono::minutes(15));
  std::vector<lasagne::Commit> confirmations;
  for (std::uint64_t i = 0; i < orders; ++i) {
    auto commands = plan.commands(i, {});
    auto last = std::move(commands.back());
    commands.pop_back();
    lasagne::Commit cart;
    cart.appends.push_back({std::string(carts_bus), lasagne::ExpectedRevision::any(), std::move(commands)});
    value_of(store.append(cart, lasagne::Await::visible));
    lasagne::Commit confirmation;
    confirmation.appends.push_back({std::string(carts_bus), lasagne::ExpectedRevision::any(), {std::move(last)}});
    confirmations.push_back(std::move(confirmation));
  }
  value_of(runtime.wait_until_idle());

  std::vector<SteadyClock::time_point> due;
  auto next = SteadyClock::now();
  for (std::uint64_t i = 0; i < orders; ++i) {
    if (interval) {
      next += *interval;
      std::this_thread::sleep_until(next);
    } else {
      next = SteadyClock::now();
    }
    due.push_back(next);
    // A lone caller waits for its answer; many are not held up by one another's.
    value_of(store.append(confirmations[i], interval ? lasagne::Await::visible : lasagne::Await::durable));
    if (!interval) (void)completions.of(plan.order_id(i));
  }
  std::vector<double> microseconds;
  for (std::uint64_t i = 0; i < orders; ++i) {
    const auto taken = completions.of(plan.order_id(i)) - due[i];
    microseconds.push_back(std::chrono::duration<double, std::micro>(taken).count());
  }
  runtime.stop();
  return microseconds;
}

void bench_orders(Context& context) {
  bench_load(context, "all in stock", 0);
  bench_load(context, "10% out of stock", 10);
}

void bench_latency(Context& context) {
  // What a durable word to one caller costs at least: see `machine`.
  const auto repetitions = context.settings.repetitions;
  // Before it writes, until the WAL is as long as it gets: from then on it is written over, as in daily work.
  const auto confirm = [&](std::uint64_t orders, std::optional<SteadyClock::duration> interval) {
    const auto url = context.workspace.fresh_url();
    auto microseconds = confirm_all(*lasagne::open(url), {1, warm_up_orders, orders, interval});
    context.workspace.remove(url);
    return microseconds;
  };
  const auto median_of_lone_ones = [&] { return percentile(confirm(context.amount(500), std::nullopt), 0.5); };
  Figure lone = named("latency", "confirm to completed, one order at a time, p50", "us");
  if (context.workspace.on_disk()) {
    lone.limit_name = "one fdatasync";
    lone.target = 4;
    lone.at_most = true;
    context.add(compare(lone, repetitions, median_of_lone_ones, [&] { return sync_microseconds(context, 1); }));
  } else {
    context.add(measure(lone, repetitions, median_of_lone_ones));
  }

  // The rates are shares of what the shop can do, of the confirmations alone: their carts are filled before.
  const auto url = context.workspace.fresh_url();
  const auto full = load(url, context.amount(10'000), 0).orders_per_second;
  context.workspace.remove(url);
  for (const int percent : {10, 50, 100}) {
    const double rate = full * percent / 100;
    const auto interval = std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / rate));
    const auto orders =
        std::max<std::uint64_t>(100, static_cast<std::uint64_t>(rate * (context.settings.quick ? 0.5 : 3)));
    std::vector<std::vector<double>> runs;
    for (unsigned i = 0; i < repetitions; ++i) runs.push_back(confirm(orders, interval));
    for (const double share : {0.5, 0.99, 0.999}) {
      std::vector<double> values;
      for (const auto& run : runs) values.push_back(percentile(run, share));
      context.add(known("latency",
                        fmt::format("confirm to completed at {}% load ({:.0f}/s), p{:g}", percent, rate, share * 100),
                        "us", spread_of(values)));
    }
  }
}

}  // namespace bench
