#include "load.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"

namespace hotel {

namespace {

using lasagne::ExpectedRevision;
using namespace std::chrono_literals;

constexpr std::size_t callers = 32;  // each waits for its own commits to be durable; they share flushes
constexpr std::size_t page = 1000;
constexpr auto quiet = 100ms;  // without anything new: look whether all is at rest
constexpr auto gather = 20ms;  // between two looks at a log that grows
constexpr int attempts = 50;   // at a store that is unavailable
constexpr auto attempt_interval = 100ms;

// An id whose first 48 bits are the index, so that ids made one after the other are neighbours.
Uuid indexed_id(std::uint64_t index, const std::string& tag) {
  Uuid cause;
  for (int byte = 5; byte >= 0; --byte, index >>= 8) cause.bytes[static_cast<std::size_t>(byte)] = index & 0xff;
  return Uuid::derive(cause, tag);
}

constexpr std::uint64_t ids_per_group = 1024;
static_assert(ids_per_group > GroupCheckout::most_guests);

std::uint64_t number_from(const Uuid& id, std::string_view purpose) {
  const auto hash = Uuid::derive(id, purpose);
  std::uint64_t number = 0;
  for (std::size_t byte = 9; byte < hash.bytes.size(); ++byte) number = number << 8 | hash.bytes[byte];
  return number;
}

// The calls that set the plan's groups going, from several threads.
class Driver {
 public:
  Driver(lasagne::Store& store, lasagne::Runtime& runtime, const LoadPlan& plan, const std::function<Timestamp()>& now)
      : store_(store), runtime_(runtime), plan_(plan), now_(now) {
    threads_.reserve(callers);
    for (std::size_t i = 0; i < callers; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Driver() {
    next_ = plan_.groups;
    for (auto& thread : threads_) thread.join();
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  [[nodiscard]] bool done() const { return ended_ == callers; }
  // Throws what went wrong in a thread.
  void check() {
    const std::lock_guard lock(mutex_);
    if (!error_.empty()) throw std::runtime_error(error_);
  }

 private:
  void run() {
    try {
      for (std::uint64_t group = next_++; group < plan_.groups; group = next_++) set_going(group);
    } catch (const std::exception& error) {
      next_ = plan_.groups;
      const std::lock_guard lock(mutex_);
      if (error_.empty()) error_ = error.what();
    }
    ++ended_;
  }

  // The group is initiated last: once it is, all of its guests have arrived.
  void set_going(std::uint64_t group) {
    const auto id = plan_.group_id(group);
    const auto begun = store_.read_stream(lasagne::stream_of<GroupCheckout>(id), 0, lasagne::Direction::forwards, 1);
    if (begun) return;
    if (begun.error().code != lasagne::ErrorCode::not_found) throw std::runtime_error(begun.error().message);
    std::vector<Uuid> guests;
    for (std::size_t i = 0; i < plan_.guests; ++i) {
      const auto& guest = guests.emplace_back(plan_.guest_id(group, i));
      const auto charge = static_cast<std::int64_t>(number_from(guest, "charge") % 100'000) + 2;
      const auto payment = plan_.is_unsettled(guest) ? charge - 1 : charge;
      once(CheckInGuest{guest, now_()}, ExpectedRevision::no_stream());
      once(RecordCharge{guest, Money{charge}, now_()}, ExpectedRevision::exactly(0));
      once(RecordPayment{guest, Money{payment}, now_()}, ExpectedRevision::exactly(1));
    }
    const auto now = now_();
    once(InitiateGroupCheckout{id, Uuid::derive(id, "clerk"), std::move(guests), now, now + plan_.deadline},
         ExpectedRevision::no_stream());
  }

  // A conflict says that an earlier run came as far as this.
  template <class Command>
  void once(const Command& command, ExpectedRevision expected) {
    lasagne::ExecuteOptions options;
    options.expected = expected;
    for (int attempt = 1;; ++attempt) {
      const auto result = runtime_.execute(command, options);
      if (result || result.error().kind == lasagne::Refusal::Kind::conflict) return;
      const auto& [kind, rejection, error] = result.error();
      if (kind == lasagne::Refusal::Kind::rejected) {
        throw std::runtime_error("the store holds something else under this seed's ids: " + rejection.detail);
      }
      const bool passing =
          error.code == lasagne::ErrorCode::unavailable || error.code == lasagne::ErrorCode::commit_unknown;
      if (!passing || attempt == attempts) throw std::runtime_error(error.message);
      std::this_thread::sleep_for(attempt_interval);
    }
  }

  lasagne::Store& store_;
  lasagne::Runtime& runtime_;
  const LoadPlan& plan_;
  const std::function<Timestamp()>& now_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::size_t> ended_{0};

  std::mutex mutex_;
  std::string error_;  // guarded by mutex_

  std::vector<std::thread> threads_;
};

// Follows the log, and knows how far each group of the plan is.
class Watch {
 public:
  Watch(lasagne::Store& store, const LoadPlan& plan) : store_(store) {
    groups_.reserve(plan.groups);
    for (std::uint64_t i = 0; i < plan.groups; ++i)
      groups_.emplace(plan.group_id(i), GroupCheckoutStatus::NotInitiated);
    filter_.types = lasagne::stored_names<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GroupCheckoutCompleted,
                                          GroupCheckoutFailed, GroupCheckoutTimedOut>();
  }

  [[nodiscard]] lasagne::Position position() const { return after_; }
  [[nodiscard]] std::uint64_t ended() const {
    return count(GroupCheckoutStatus::Completed) + count(GroupCheckoutStatus::Failed) +
           count(GroupCheckoutStatus::TimedOut);
  }
  [[nodiscard]] std::uint64_t count(GroupCheckoutStatus status) const {
    return counts_[static_cast<std::size_t>(status)];
  }

  // Reads on to what is visible now.
  void catch_up() {
    while (after_ < store_.visible_position()) {
      const auto slice = store_.read_all(after_, filter_, page);
      if (!slice) throw std::runtime_error(slice.error().message);
      for (const auto& message : slice->messages) see(*message);
      after_ = slice->scanned_to;
    }
  }

 private:
  static constexpr std::array<std::pair<std::string_view, GroupCheckoutStatus>, 5> statuses{{
      {lasagne::last_part(lasagne::type_name<GroupCheckoutInitiated>), GroupCheckoutStatus::InProgress},
      {lasagne::last_part(lasagne::type_name<GroupCheckoutRerunInitiated>), GroupCheckoutStatus::InProgress},
      {lasagne::last_part(lasagne::type_name<GroupCheckoutCompleted>), GroupCheckoutStatus::Completed},
      {lasagne::last_part(lasagne::type_name<GroupCheckoutFailed>), GroupCheckoutStatus::Failed},
      {lasagne::last_part(lasagne::type_name<GroupCheckoutTimedOut>), GroupCheckoutStatus::TimedOut},
  }};

  void see(const lasagne::Message& message) {
    const auto id = Uuid::parse(std::string_view(message.stream).substr(message.stream.find('-') + 1));
    const auto group = id ? groups_.find(*id) : groups_.end();
    if (group == groups_.end()) return;  // of another seed
    const auto status = std::ranges::find(statuses, lasagne::last_part(message.type), [](const auto& entry) {
                          return entry.first;
                        })->second;
    if (group->second != GroupCheckoutStatus::NotInitiated) --counts_[static_cast<std::size_t>(group->second)];
    group->second = status;
    ++counts_[static_cast<std::size_t>(status)];
  }

  lasagne::Store& store_;
  lasagne::Filter filter_;
  lasagne::Position after_ = 0;
  std::unordered_map<Uuid, GroupCheckoutStatus> groups_;
  std::array<std::uint64_t, 5> counts_{};  // by status
};

bool awaits_retry(lasagne::Runtime& runtime) {
  const auto parked = runtime.parked();
  return parked && std::ranges::any_of(*parked, [](const auto& view) {
           return view.entry.status == lasagne::ParkedMessage::Status::retrying;
         });
}

void rest(lasagne::Runtime& runtime) {
  if (const auto idle = runtime.wait_until_idle(); !idle) throw std::runtime_error(idle.error().message);
}

}  // namespace

Uuid LoadPlan::group_id(std::uint64_t group) const {
  return indexed_id(group * ids_per_group, "hotel load " + std::to_string(seed) + " group " + std::to_string(group));
}

Uuid LoadPlan::guest_id(std::uint64_t group, std::size_t guest) const {
  return indexed_id(group * ids_per_group + guest + 1, "hotel load " + std::to_string(seed) + " guest");
}

bool LoadPlan::is_unsettled(const Uuid& guest) const { return number_from(guest, "unsettled") % 100 < unsettled; }

LoadResult run_load(lasagne::Store& store, lasagne::Runtime& runtime, const LoadPlan& plan,
                    const std::function<Timestamp()>& now, const std::function<void(std::uint64_t)>& progress) {
  const auto started = std::chrono::steady_clock::now();
  Watch watch(store, plan);
  Driver driver(store, runtime, plan, now);
  for (;;) {
    const bool driven = driver.done();
    driver.check();
    watch.catch_up();
    progress(watch.ended());
    if (driven && watch.ended() == plan.groups) break;
    if (store.wait(watch.position(), std::chrono::steady_clock::now() + quiet) || !driven) {
      std::this_thread::sleep_for(gather);
      continue;
    }
    // Whatever is not at rest now waits for a retry, or for its deadline.
    rest(runtime);
    watch.catch_up();
    if (watch.ended() < plan.groups && !awaits_retry(runtime)) break;
  }
  rest(runtime);
  watch.catch_up();
  progress(watch.ended());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
  using enum GroupCheckoutStatus;
  return {plan.groups,           watch.count(Completed),      watch.count(Failed),
          watch.count(TimedOut), plan.groups - watch.ended(), taken.count()};
}

}  // namespace hotel
