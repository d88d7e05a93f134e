#include "load.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "common/program.hpp"
#include "lasagne/json.hpp"
#include "order.hpp"
#include "shop/shipments/commands.hpp"

namespace shop {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t page = 4096;
constexpr std::chrono::milliseconds look_again{100};

template <class T>
T value_of(lasagne::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// Places orders on the shopping carts' bus.
class Feeder {
 public:
  Feeder(lasagne::Store& store, const LoadPlan& plan)
      : store_(store),
        plan_(plan),
        name_("load/" + std::to_string(plan.seed)),
        placed_(value_of(store.checkpoint(name_))),
        began_at_(placed_ > 0 ? value_of(store.checkpoint(name_ + "/began")) : begin()) {}

  [[nodiscard]] std::uint64_t placed() const noexcept { return placed_; }
  // Nothing of this plan stands before this position.
  [[nodiscard]] lasagne::Position began_at() const noexcept { return began_at_; }

  // The next few orders up to `until`, in one commit. Not waiting for its flush: the log keeps its prefix, so a crash
  // that loses these orders also loses the checkpoint that says they were placed.
  void place_some(std::uint64_t until) {
    const auto to = std::min(until, placed_ + LoadLimits::orders_per_commit);
    lasagne::Commit commit;
    auto& bus =
        commit.appends.emplace_back(lasagne::Append{"shopping_carts__commands", lasagne::ExpectedRevision::any(), {}});
    const auto time = examples::now();
    for (auto index = placed_; index < to; ++index) {
      auto commands = plan_.commands(index, time);
      std::ranges::move(commands, std::back_inserter(bus.messages));
    }
    commit.checkpoint = lasagne::CheckpointMove{name_, placed_, to};
    value_of(store_.append(commit, lasagne::Await::visible));
    placed_ = to;
  }

 private:
  // Kept, so that whoever goes on with the load need not look for its orders in all that was there before.
  lasagne::Position begin() {
    const auto before = value_of(store_.checkpoint(name_ + "/began"));
    lasagne::Commit commit;
    commit.checkpoint = lasagne::CheckpointMove{name_ + "/began", before, store_.visible_position()};
    value_of(store_.append(commit, lasagne::Await::visible));
    return commit.checkpoint->to;
  }

  lasagne::Store& store_;
  const LoadPlan& plan_;
  const std::string name_;
  std::uint64_t placed_;
  const lasagne::Position began_at_;
};

// Counts how the plan's orders came out, reading along the log.
class Tally {
 public:
  Tally(lasagne::Store& store, const LoadPlan& plan, std::uint64_t orders, lasagne::Position from)
      : store_(store), plan_(plan), orders_(orders), position_(from) {
    filter_.types = lasagne::stored_names<orders::OrderCompleted, orders::OrderCancelled, orders::OrderInitialized>();
    filter_.categories = {std::string(orders::Order::category)};
  }

  // Whether there was anything new in the log.
  bool read_on() {
    const auto before = position_;
    for (;;) {
      const auto slice = value_of(store_.read_all(position_, filter_, page));
      for (const auto& message : slice.messages) count(*message);
      const bool moved = slice.scanned_to > position_;
      position_ = std::max(position_, slice.scanned_to);
      if (!moved || slice.messages.size() < page) break;
    }
    return position_ > before;
  }
  void wait() const { (void)store_.wait_for(filter_, position_, SteadyClock::now() + look_again); }

  [[nodiscard]] std::uint64_t initialized() const noexcept { return initialized_; }
  [[nodiscard]] std::uint64_t completed() const noexcept { return completed_; }
  [[nodiscard]] std::uint64_t cancelled() const noexcept { return cancelled_; }
  [[nodiscard]] std::uint64_t done() const noexcept { return completed_ + cancelled_; }

 private:
  void count(const lasagne::Message& message) {
    const auto id = lasagne::Uuid::parse(std::string_view(message.stream).substr(orders::Order::category.size() + 1));
    if (!id || plan_.index_of(*id, orders_) < 0) return;
    auto& how = lasagne::names_type<orders::OrderCompleted>(message.type)   ? completed_
                : lasagne::names_type<orders::OrderCancelled>(message.type) ? cancelled_
                                                                            : initialized_;
    ++how;
  }

  lasagne::Store& store_;
  const LoadPlan& plan_;
  const std::uint64_t orders_;
  lasagne::Filter filter_;
  lasagne::Position position_;
  std::uint64_t initialized_ = 0;
  std::uint64_t completed_ = 0;
  std::uint64_t cancelled_ = 0;
};

// Only what has no stock yet, so that a second run finds the shop as the first one left it.
void stock_up(lasagne::Runtime& runtime) {
  const auto set = [&](const lasagne::Uuid& product_id, std::int64_t quantity) {
    lasagne::ExecuteOptions options;
    options.expected = lasagne::ExpectedRevision::no_stream();
    const auto result = runtime.execute(shipments::SetStock{product_id, quantity, examples::now()}, options);
    if (!result && result.error().kind != lasagne::Refusal::Kind::conflict) {
      throw std::runtime_error(result.error().error.message);
    }
  };
  for (std::uint64_t i = 0; i < LoadPlan::products; ++i) set(LoadPlan::product_id(i), LoadPlan::initial_stock);
  set(LoadPlan::missing_product_id(), 0);
}

}  // namespace

LoadResult run_load(lasagne::Store& store, lasagne::Runtime& runtime, const LoadPlan& plan, std::uint64_t orders,
                    lasagne::Duration payment_timeout, const std::function<void(std::uint64_t)>& progress) {
  const auto started = SteadyClock::now();
  stock_up(runtime);
  Feeder feeder(store, plan);
  Tally tally(store, plan, orders, feeder.began_at());
  tally.read_on();
  const auto done_before = tally.done();

  const auto stall_time = LoadLimits::stall_time + payment_timeout;
  auto last_news = started;
  while (tally.done() < orders && SteadyClock::now() - last_news < stall_time) {
    const bool room = feeder.placed() < tally.initialized() + LoadLimits::carts_under_way &&
                      feeder.placed() < tally.done() + LoadLimits::orders_under_way;
    if (feeder.placed() < orders && room) {
      feeder.place_some(orders);
    } else {
      tally.wait();
    }
    if (const auto failure = runtime.failure()) throw std::runtime_error(failure->message);
    if (tally.read_on()) last_news = SteadyClock::now();
    if (progress) progress(tally.done());
  }
  // The last order is decided; refunds and stock that goes back may still be under way.
  value_of(runtime.wait_until_idle());

  LoadResult result{orders, tally.completed(), tally.cancelled(), orders - tally.done(), 0, 0};
  result.seconds = std::chrono::duration<double>(SteadyClock::now() - started).count();
  result.orders_per_second = static_cast<double>(tally.done() - done_before) / std::max(result.seconds, 1e-6);
  return result;
}

}  // namespace shop
