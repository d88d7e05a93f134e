#include "audit.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "choreography/reactions.hpp"
#include "common/log_audit.hpp"
#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"
#include "hotel.hpp"
#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"
#include "process_manager/group_checkout_process.hpp"
#include "saga/group_checkout_saga.hpp"
#include "terminal/terminal_text.hpp"

namespace hotel {

namespace {

constexpr std::size_t most_violations = 100;
constexpr std::size_t most_timers = 100'000'000;

__extension__ using Wide = __int128;  // holds any sum of amounts

// Folded here once more, apart from the deciders, so that a mistake of theirs shows.
struct Account {
  bool checked_in = false;
  bool checked_out = false;
  std::optional<Uuid> checked_out_by;
  Wide balance = 0;
  std::uint64_t events = 0;  // in its stream
};

struct Group {
  GroupCheckoutStatus status = GroupCheckoutStatus::NotInitiated;
  std::uint32_t round = 0;
  std::vector<Uuid> guests;
  std::set<Uuid> out;                               // by this group, or found to be out by a rerun
  std::set<std::pair<std::uint32_t, Uuid>> failed;  // round, guest
  std::set<Uuid> asked;                             // in this round
  lasagne::Position began_at = 0;                   // the round
  bool timer_fired = false;                         // the round's
  std::uint64_t events = 0;                         // in its stream
};

struct CheckOutCommand {
  CheckOutGuest command;
  lasagne::Position position = 0;
  std::uint32_t answers = 0;
};

using examples::AuditedProcessor;

template <class... Messages>
std::vector<std::string> types() {
  return lasagne::stored_names<Messages...>();
}

template <class Handler>
std::string name_of(std::string_view kind) {
  return "hotel/" + std::string(kind) + "/" + std::string(lasagne::type_name<Handler>);
}

// The first one sets the deadlines' timers.
std::vector<AuditedProcessor> audited_processors(Style style) {
  switch (style) {
    case Style::saga:
      return {{name_of<GroupCheckoutSaga>("saga"),
               types<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GuestCheckedOut, GuestCheckoutFailed,
                     GroupCheckoutCompleted, GroupCheckoutFailed>(),
               types<CheckOutGuest, RecordGuestCheckoutsInitiation, RecordGuestCheckoutCompletion,
                     RecordGuestCheckoutFailure, TimeOutGroupCheckout>()}};
    case Style::choreography:
      return {
          {name_of<KeepGroupCheckoutDeadline>("subscription"),
           types<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GroupCheckoutCompleted, GroupCheckoutFailed>(),
           types<TimeOutGroupCheckout>()},
          {name_of<CheckOutGuestsOfGroup>("subscription"), types<GroupCheckoutInitiated, GroupCheckoutRerunInitiated>(),
           types<CheckOutGuest, RecordGuestCheckoutsInitiation>()},
          {name_of<RecordGuestCheckouts>("subscription"), types<GuestCheckedOut, GuestCheckoutFailed>(),
           types<RecordGuestCheckoutCompletion, RecordGuestCheckoutFailure>()}};
    case Style::process_manager:
      break;
  }
  return {{name_of<GroupCheckoutProcess>("process-manager"),
           types<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GuestCheckedOut, GuestCheckoutFailed>(),
           types<CheckOutGuest, TimeOutGroupCheckout, GuestCheckoutsInitiated, GuestCheckoutCompletionRecorded,
                 GuestCheckoutFailureRecorded, GroupCheckoutCompleted, GroupCheckoutFailed>()}};
}

template <class T>
T value_of(lasagne::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

struct Timers {
  lasagne::Position set_up_to = 0;  // those of rounds that began up to here
  std::set<std::pair<Uuid, std::uint32_t>> by_round{};
};

Timers read_timers(lasagne::Store& store, Style style) {
  Timers timers{examples::checkpoint_of(store, audited_processors(style).front().name)};
  const lasagne::Timestamp end_of_time{std::numeric_limits<std::int64_t>::max()};
  for (const auto& timer : value_of(store.due_timers(end_of_time, most_timers))) {
    if (!lasagne::names_type<TimeOutGroupCheckout>(timer.message.type)) continue;
    const auto command = lasagne::from_json<TimeOutGroupCheckout>(timer.message.data);
    if (command) timers.by_round.emplace(command->group_checkout_id, command->round);
  }
  return timers;
}

class Auditor {
 public:
  explicit Auditor(lasagne::Store& store)
      : style_(style_of(store).value_or(Style::saga)),
        timers_(read_timers(store, style_)),
        log_(store, {"hotel"}, audited_processors(style_), [this](const std::string& text) { violated(text); }) {
    log_.read([this](const lasagne::Message& message) { see(message); });
    log_.check_checkpoints();
    log_.check_parked();
  }

  AuditResult finish() {
    for (const auto& [id, entry] : commands_) finish(id, entry);
    for (const auto& [id, account] : accounts_) {
      if (account.events > 0) log_.check_stream(lasagne::stream_of<GuestStayAccount>(id), account.events - 1);
    }
    for (const auto& [id, group] : groups_) {
      if (group.events > 0) log_.check_stream(lasagne::stream_of<GroupCheckout>(id), group.events - 1);
      finish(id, group);
    }
    if (unsaid_ > 0) result_.violations.push_back("... and " + std::to_string(unsaid_) + " more");
    return std::move(result_);
  }

 private:
  void see(const lasagne::Message& message) {
    if (!ids_.insert(message.id).second) violated("message id " + message.id.to_string() + " is used twice");
    count_in_its_stream(message);
    (void)(try_to<CheckOutGuest>(message) || try_to<RecordCharge>(message) || try_to<RecordPayment>(message) ||
           try_to<TimeOutGroupCheckout>(message) || try_to<GuestCheckedIn>(message) ||
           try_to<ChargeRecorded>(message) || try_to<PaymentRecorded>(message) || try_to<GuestCheckedOut>(message) ||
           try_to<GuestCheckoutFailed>(message) || try_to<GroupCheckoutInitiated>(message) ||
           try_to<GroupCheckoutRerunInitiated>(message) || try_to<GroupCheckoutCompleted>(message) ||
           try_to<GroupCheckoutFailed>(message) || try_to<GroupCheckoutTimedOut>(message));
  }

  void count_in_its_stream(const lasagne::Message& message) {
    const std::string_view stream = message.stream;
    const auto category = lasagne::category_of(stream);
    const auto id = category.size() < stream.size() ? Uuid::parse(stream.substr(category.size() + 1)) : std::nullopt;
    if (!id) return;
    if (category == GuestStayAccount::category) ++accounts_[*id].events;
    if (category == GroupCheckout::category) ++groups_[*id].events;
  }

  void violated(const std::string& text) {
    if (result_.violations.size() < most_violations) {
      result_.violations.push_back(terminal::printable(text));
    } else {
      ++unsaid_;
    }
  }
  static std::string name(const Uuid& group) { return "group checkout " + group.to_string(); }
  static std::string guest_name(const Uuid& guest) { return "guest " + guest.to_string(); }

  template <class T>
  bool try_to(const lasagne::Message& message) {
    if (!lasagne::names_type<T>(message.type)) return false;
    if (const auto value = lasagne::from_json<T>(message.data)) {
      on(*value, message);
    } else {
      violated("the message at position " + std::to_string(message.position) +
               " does not decode: " + value.error().to_string());
    }
    return true;
  }

  void on(const CheckOutGuest& command, const lasagne::Message& message) {
    commands_[message.id] = {command, message.position, 0};
  }
  void on(const RecordCharge& command, const lasagne::Message& message) { amounts_[message.id] = command.amount; }
  void on(const RecordPayment& command, const lasagne::Message& message) { amounts_[message.id] = command.amount; }
  void on(const TimeOutGroupCheckout& command, const lasagne::Message&) {
    auto& group = groups_[command.group_checkout_id];
    if (command.round == group.round) group.timer_fired = true;
  }
  void on(const GuestCheckedIn& event, const lasagne::Message&) {
    auto& account = accounts_[event.guest_stay_id];
    if (account.checked_in) violated(guest_name(event.guest_stay_id) + " checked in twice");
    account.checked_in = true;
  }
  void on(const ChargeRecorded& event, const lasagne::Message& message) {
    book(event.guest_stay_id, event.amount, -1, message);
  }
  void on(const PaymentRecorded& event, const lasagne::Message& message) {
    book(event.guest_stay_id, event.amount, 1, message);
  }

  void book(const Uuid& guest, Money amount, int sign, const lasagne::Message& message) {
    const auto asked = amounts_.find(message.metadata.causation_id);
    if (asked != amounts_.end() && asked->second != amount) {
      violated(guest_name(guest) + " has an amount that is not the one that was to be recorded");
    }
    auto& account = accounts_[guest];
    if (amount <= Money{0}) violated(guest_name(guest) + " has an amount that is not positive");
    if (!account.checked_in || account.checked_out) violated(guest_name(guest) + " has an amount outside of the stay");
    account.balance += sign * static_cast<Wide>(amount.minor_units);
  }

  void on(const GuestCheckedOut& event, const lasagne::Message& message) {
    answer(message);
    auto& account = accounts_[event.guest_stay_id];
    const auto guest = guest_name(event.guest_stay_id);
    if (account.checked_out) violated(guest + " checked out twice");
    if (!account.checked_in) violated(guest + " checked out without having checked in");
    if (account.balance != 0) violated(guest + " checked out unsettled");
    account.checked_out = true;
    account.checked_out_by = event.group_checkout_id;
    if (event.group_checkout_id) groups_[*event.group_checkout_id].out.insert(event.guest_stay_id);
  }

  void on(const GuestCheckoutFailed& event, const lasagne::Message& message) {
    answer(message);
    const auto& account = accounts_[event.guest_stay_id];
    const auto guest = guest_name(event.guest_stay_id);
    using enum CheckoutFailureReason;
    std::optional<CheckoutFailureReason> due;
    if (!account.checked_in) due = NotCheckedIn;
    if (account.checked_in && account.balance != 0) due = BalanceNotSettled;
    if (account.checked_out) due = AlreadyCheckedOut;
    if (!due) violated(guest + " was settled but failed to check out");
    if (due && *due != event.reason) violated(guest + " failed to check out for the wrong reason");
    if (account.checked_out && account.checked_out_by == event.group_checkout_id) {
      violated(guest + " failed in a repeated check-out that had succeeded");
    }
    if (!event.group_checkout_id) return;
    auto& group = groups_[*event.group_checkout_id];
    const bool is_rerun = event.round > GroupCheckoutInitiated::round;
    if (is_rerun && event.reason == AlreadyCheckedOut) {
      group.out.insert(event.guest_stay_id);
    } else {
      group.failed.emplace(event.round, event.guest_stay_id);
    }
  }

  void answer(const lasagne::Message& message) {
    const auto command = commands_.find(message.metadata.causation_id);
    if (command != commands_.end()) ++command->second.answers;
  }

  void on(const GroupCheckoutInitiated& event, const lasagne::Message& message) {
    auto& group = groups_[event.group_checkout_id];
    if (group.status != GroupCheckoutStatus::NotInitiated)
      violated(name(event.group_checkout_id) + " was initiated twice");
    group.status = GroupCheckoutStatus::InProgress;
    group.round = GroupCheckoutInitiated::round;
    group.guests = event.guest_stay_ids;
    group.asked = {event.guest_stay_ids.begin(), event.guest_stay_ids.end()};
    group.began_at = message.position;
    const std::set<Uuid> unique(group.guests.begin(), group.guests.end());
    if (unique.empty() || unique.size() != group.guests.size()) {
      violated(name(event.group_checkout_id) + " has no guests, or one of them twice");
    }
  }

  void on(const GroupCheckoutRerunInitiated& event, const lasagne::Message& message) {
    auto& group = groups_[event.group_checkout_id];
    const bool ended = group.status == GroupCheckoutStatus::Failed || group.status == GroupCheckoutStatus::TimedOut;
    if (!ended || event.round != group.round + 1) violated(name(event.group_checkout_id) + " was rerun out of turn");
    group.status = GroupCheckoutStatus::InProgress;
    group.round = event.round;
    group.asked = {event.guest_stay_ids.begin(), event.guest_stay_ids.end()};
    group.began_at = message.position;
    group.timer_fired = false;
  }

  void on(const GroupCheckoutCompleted& event, const lasagne::Message&) {
    end(event.group_checkout_id, event.round, GroupCheckoutStatus::Completed, event.completed_guest_stay_ids, {}, {});
  }
  void on(const GroupCheckoutFailed& event, const lasagne::Message&) {
    if (event.failed_guest_stay_ids.empty())
      violated(name(event.group_checkout_id) + " failed without a guest that failed");
    end(event.group_checkout_id, event.round, GroupCheckoutStatus::Failed, event.completed_guest_stay_ids,
        event.failed_guest_stay_ids, {});
  }
  void on(const GroupCheckoutTimedOut& event, const lasagne::Message&) {
    if (event.outstanding_guest_stay_ids.empty())
      violated(name(event.group_checkout_id) + " timed out with nobody outstanding");
    end(event.group_checkout_id, event.round, GroupCheckoutStatus::TimedOut, event.completed_guest_stay_ids,
        event.failed_guest_stay_ids, event.outstanding_guest_stay_ids);
  }

  void end(const Uuid& id, std::uint32_t round, GroupCheckoutStatus status, const std::vector<Uuid>& completed,
           const std::vector<Uuid>& failed, const std::vector<Uuid>& outstanding) {
    auto& group = groups_[id];
    // The last of those who were outstanding may report late.
    const bool completed_late =
        group.status == GroupCheckoutStatus::TimedOut && status == GroupCheckoutStatus::Completed;
    if ((group.status != GroupCheckoutStatus::InProgress && !completed_late) || group.round != round)
      violated(name(id) + " ended out of turn");
    group.status = status;
    auto all = completed;
    all.insert(all.end(), failed.begin(), failed.end());
    all.insert(all.end(), outstanding.begin(), outstanding.end());
    auto expected = group.guests;
    std::ranges::sort(all);
    std::ranges::sort(expected);
    if (all != expected) violated(name(id) + " ended with lists that are not its guests, each once");
    for (const auto& guest : completed) {
      if (!group.out.contains(guest))
        violated(name(id) + " lists as completed, but did not check out, " + guest_name(guest));
    }
    for (const auto& guest : failed) {
      const bool did_fail = group.failed.contains({round, guest}) && !group.out.contains(guest);
      if (!did_fail) violated(name(id) + " lists as failed, but did not fail, " + guest_name(guest));
    }
  }

  void finish(const Uuid& id, const CheckOutCommand& entry) {
    const auto& command = entry.command;
    const auto text = "the check-out " + id.to_string() + " of " + guest_name(command.guest_stay_id);
    if (entry.answers > 1) violated(text + " was answered " + std::to_string(entry.answers) + " times");
    if (entry.answers > 0 || !command.group_checkout_id || log_.is_held(entry.position)) return;
    const auto& group = groups_[*command.group_checkout_id];
    const bool has_ended =
        group.status == GroupCheckoutStatus::Completed || group.status == GroupCheckoutStatus::Failed;
    const bool repeats = group.out.contains(command.guest_stay_id);
    if ((has_ended || log_.at_rest()) && !repeats) violated(text + " was never answered");
  }

  void finish(const Uuid& id, const Group& group) {
    const bool nobody_failed = std::ranges::none_of(
        group.guests, [&](const auto& guest) { return group.failed.contains({group.round, guest}); });
    const auto is_out = [&](const auto& guest) { return group.out.contains(guest); };
    switch (group.status) {
      case GroupCheckoutStatus::NotInitiated:
        violated(name(id) + " has guests that report, but was never initiated");
        return;
      case GroupCheckoutStatus::InProgress:
        ++result_.open;
        finish_open(id, group);
        break;
      case GroupCheckoutStatus::Completed:
        ++result_.completed;
        break;
      case GroupCheckoutStatus::Failed:
        ++result_.failed;
        break;
      case GroupCheckoutStatus::TimedOut:
        ++result_.timed_out;
        if (log_.at_rest() && nobody_failed && std::ranges::all_of(group.guests, is_out)) {
          violated(name(id) + " timed out and was not completed, though every guest is out");
        }
        break;
    }
    ++result_.groups;
  }

  // A round waits for its guests, and for its deadline at most.
  void finish_open(const Uuid& id, const Group& group) {
    const bool all_answered = std::ranges::all_of(group.asked, [&](const auto& guest) {
      return group.out.contains(guest) || group.failed.contains({group.round, guest});
    });
    if (log_.at_rest() && all_answered) {
      violated(name(id) + " hangs: every guest was answered, and nothing is under way for it");
    }
    const bool timer_was_set = group.began_at <= timers_.set_up_to;
    if (timer_was_set && !group.timer_fired && !timers_.by_round.contains({id, group.round})) {
      violated(name(id) + " is in progress, and the timer of its deadline is gone");
    }
  }

  Style style_;
  Timers timers_;  // read first: a round that the log then shows as open, and that has none, has lost it
  examples::LogAudit log_;
  std::unordered_set<Uuid> ids_;
  std::unordered_map<Uuid, Account> accounts_;
  std::unordered_map<Uuid, CheckOutCommand> commands_;
  std::unordered_map<Uuid, Money> amounts_;  // by the command to record them
  std::unordered_map<Uuid, Group> groups_;
  AuditResult result_;
  std::uint64_t unsaid_ = 0;
};

}  // namespace

AuditResult audit(lasagne::Store& store) { return Auditor(store).finish(); }

}  // namespace hotel
