#include "load.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "group_checkout/group_checkout.hpp"
#include "lasagne/type_name.hpp"

namespace hotel {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t page = 4096;
constexpr std::chrono::milliseconds look_again{100};

Timestamp now() {
  return {std::chrono::duration_cast<lasagne::Duration>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

template <class T>
T value_of(lasagne::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// Puts groups on the hotel's bus.
class Feeder {
 public:
  Feeder(lasagne::Store& store, const LoadPlan& plan)
      : store_(store), plan_(plan), name_("load/" + std::to_string(plan.seed)), placed_(value_of(store.checkpoint(name_))) {}

  [[nodiscard]] std::uint64_t placed() const noexcept { return placed_; }

  // The next few groups up to `until`, in one commit. Not waiting for its flush: the log keeps its prefix, so a crash that
  // loses these groups also loses the checkpoint that says they were placed.
  void place_some(std::uint64_t until) {
    const auto to = std::min(until, placed_ + std::max<std::uint64_t>(LoadLimits::guests_per_commit / plan_.guests, 1));
    lasagne::Commit commit;
    auto& bus = commit.appends.emplace_back(lasagne::Append{"hotel__commands", lasagne::ExpectedRevision::any(), {}});
    const auto time = now();
    for (auto index = placed_; index < to; ++index) {
      std::ranges::move(plan_.commands(index, time), std::back_inserter(bus.messages));
    }
    commit.checkpoint = lasagne::CheckpointMove{name_, placed_, to};
    value_of(store_.append(commit, lasagne::Await::visible));
    placed_ = to;
  }

 private:
  lasagne::Store& store_;
  const LoadPlan& plan_;
  std::string name_;
  std::uint64_t placed_;
};

// Counts how the plan's groups ended, reading along the log.
class Tally {
 public:
  Tally(lasagne::Store& store, const LoadPlan& plan, std::uint64_t groups) : store_(store), plan_(plan), groups_(groups) {
    filter_.types = {std::string(lasagne::type_name<GroupCheckoutCompleted>),
                     std::string(lasagne::type_name<GroupCheckoutFailed>),
                     std::string(lasagne::type_name<GroupCheckoutTimedOut>)};
    filter_.categories = {std::string(GroupCheckout::category)};
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
  void wait() const { (void)store_.wait(position_, SteadyClock::now() + look_again); }

  [[nodiscard]] std::uint64_t completed() const noexcept { return counts_[0]; }
  [[nodiscard]] std::uint64_t failed() const noexcept { return counts_[1]; }
  [[nodiscard]] std::uint64_t timed_out() const noexcept { return counts_[2]; }
  [[nodiscard]] std::uint64_t done() const noexcept { return counts_[0] + counts_[1] + counts_[2]; }

 private:
  void count(const lasagne::Message& message) {
    const auto id = Uuid::parse(std::string_view(message.stream).substr(GroupCheckout::category.size() + 1));
    if (!id || !plan_.contains(*id, groups_)) return;
    counts_[static_cast<std::size_t>(std::ranges::find(filter_.types, message.type) - filter_.types.begin())] += 1;
  }

  lasagne::Store& store_;
  const LoadPlan& plan_;
  const std::uint64_t groups_;
  lasagne::Filter filter_;
  lasagne::Position position_ = 0;
  std::uint64_t counts_[3] = {};
};

// The checkpoint says how many groups were placed, not of which kind: the seed alone names the plan.
void refuse_other_plan(lasagne::Store& store, const LoadPlan& plan) {
  const auto first = plan.commands(0, Timestamp{});
  lasagne::Filter filter;
  filter.streams = {"hotel__commands"};
  const auto already = value_of(store.read_process(plan.group_id(0), 0, first.size() + 1));
  std::size_t at = 0;
  for (const auto& message : already) {
    if (message->stream != "hotel__commands" || at == first.size()) continue;
    if (message->type != first[at++].type) {
      throw std::runtime_error("this seed was begun with another number of guests: go on with that, or take another seed");
    }
  }
}

}  // namespace

LoadResult run_load(lasagne::Store& store, lasagne::Runtime& runtime, const LoadPlan& plan, std::uint64_t groups,
                    const std::function<void(std::uint64_t)>& progress) {
  const auto started = SteadyClock::now();
  refuse_other_plan(store, plan);
  Feeder feeder(store, plan);
  Tally tally(store, plan, groups);
  tally.read_on();

  const auto under_way = std::max<std::uint64_t>(LoadLimits::guests_under_way / plan.guests, 1);
  auto last_news = started;
  while (tally.done() < groups && SteadyClock::now() - last_news < LoadLimits::patience) {
    if (feeder.placed() < groups && feeder.placed() < tally.done() + under_way) {
      feeder.place_some(groups);
    } else {
      tally.wait();
    }
    if (tally.read_on()) last_news = SteadyClock::now();
    if (progress) progress(tally.done());
  }
  value_of(runtime.wait_until_idle());  // timers to be cancelled, repeats to be ignored

  LoadResult result{groups, tally.completed(), tally.failed(), tally.timed_out(), groups - tally.done(), 0};
  result.seconds = std::chrono::duration<double>(SteadyClock::now() - started).count();
  return result;
}

}  // namespace hotel
