#include "audit.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"
#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"

namespace hotel {

namespace {

constexpr std::size_t page = 1000;
constexpr std::size_t most_violations = 100;

__extension__ using Wide = __int128;  // holds any sum of amounts

// Folded here once more, apart from the deciders, so that a mistake of theirs shows.
struct Account {
  bool checked_in = false;
  bool checked_out = false;
  std::optional<Uuid> checked_out_by;
  Wide balance = 0;
};

struct Group {
  GroupCheckoutStatus status = GroupCheckoutStatus::NotInitiated;
  std::uint32_t round = 0;
  std::vector<Uuid> guests;
  std::set<Uuid> out;                               // by this group, or found to be out by a rerun
  std::set<std::pair<std::uint32_t, Uuid>> failed;  // round, guest
};

struct CheckOutCommand {
  CheckOutGuest command;
  lasagne::Position position = 0;
  std::uint32_t answers = 0;
};

class Auditor {
 public:
  void see(const lasagne::Message& message) {
    see_no_gap_before(message.position);
    position_ = message.position;
    if (!ids_.insert(message.id).second) violated("message id " + message.id.to_string() + " is used twice");
    see_cause(message);
    (void)(try_to<CheckOutGuest>(message) || try_to<GuestCheckedIn>(message) || try_to<ChargeRecorded>(message) ||
           try_to<PaymentRecorded>(message) || try_to<GuestCheckedOut>(message) ||
           try_to<GuestCheckoutFailed>(message) || try_to<GroupCheckoutInitiated>(message) ||
           try_to<GroupCheckoutRerunInitiated>(message) || try_to<GroupCheckoutCompleted>(message) ||
           try_to<GroupCheckoutFailed>(message) || try_to<GroupCheckoutTimedOut>(message));
  }

  // Nobody scavenges a hotel, so what is missing was lost.
  void see_no_gap_before(lasagne::Position next) {
    if (next <= position_ + 1) return;
    violated("the log is damaged: nothing reads at positions " + std::to_string(position_ + 1) + " to " +
             std::to_string(next - 1));
  }

  // What waits for an attempt is on its way.
  void see(const lasagne::ParkedMessage& parked) {
    held_.insert(parked.position);
    if (parked.status != lasagne::ParkedMessage::Status::parked) return;
    violated(parked.processor + " parked the message at position " + std::to_string(parked.position) + ": " +
             parked.error);
  }

  AuditResult finish() {
    for (const auto& [id, entry] : commands_) finish(id, entry);
    for (const auto& [id, group] : groups_) {
      switch (group.status) {
        case GroupCheckoutStatus::NotInitiated:
          violated(name(id) + " has guests that report, but was never initiated");
          break;
        case GroupCheckoutStatus::InProgress:
          ++result_.open;
          break;
        case GroupCheckoutStatus::Completed:
          ++result_.completed;
          break;
        case GroupCheckoutStatus::Failed:
          ++result_.failed;
          break;
        case GroupCheckoutStatus::TimedOut:
          ++result_.timed_out;
          break;
      }
      if (group.status != GroupCheckoutStatus::NotInitiated) ++result_.groups;
    }
    if (unsaid_ > 0) result_.violations.push_back("... and " + std::to_string(unsaid_) + " more");
    return std::move(result_);
  }

 private:
  void violated(std::string text) {
    if (result_.violations.size() < most_violations) {
      result_.violations.push_back(std::move(text));
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

  // A cause has each effect once: an event of one type in a stream, a command of the same content.
  void see_cause(const lasagne::Message& message) {
    if (message.metadata.causation_id.is_nil()) return;
    const bool command = message.kind == lasagne::MessageKind::command;
    const auto effect = std::string(lasagne::last_part(message.type)) + " " + message.stream + " " + (command ? message.data : std::string());
    if (!effects_.insert(Uuid::derive(message.metadata.causation_id, effect)).second) {
      violated(message.type + " in " + message.stream + " was caused twice by " +
               message.metadata.causation_id.to_string());
    }
  }

  void on(const CheckOutGuest& command, const lasagne::Message& message) {
    commands_[message.id] = {command, message.position, 0};
  }
  void on(const GuestCheckedIn& event, const lasagne::Message&) {
    auto& account = accounts_[event.guest_stay_id];
    if (account.checked_in) violated(guest_name(event.guest_stay_id) + " checked in twice");
    account.checked_in = true;
  }
  void on(const ChargeRecorded& event, const lasagne::Message&) { book(event.guest_stay_id, event.amount, -1); }
  void on(const PaymentRecorded& event, const lasagne::Message&) { book(event.guest_stay_id, event.amount, 1); }

  void book(const Uuid& guest, Money amount, int sign) {
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

  void on(const GroupCheckoutInitiated& event, const lasagne::Message&) {
    auto& group = groups_[event.group_checkout_id];
    if (group.status != GroupCheckoutStatus::NotInitiated)
      violated(name(event.group_checkout_id) + " was initiated twice");
    group.status = GroupCheckoutStatus::InProgress;
    group.round = GroupCheckoutInitiated::round;
    group.guests = event.guest_stay_ids;
    const std::set<Uuid> unique(group.guests.begin(), group.guests.end());
    if (unique.empty() || unique.size() != group.guests.size()) {
      violated(name(event.group_checkout_id) + " has no guests, or one of them twice");
    }
  }

  void on(const GroupCheckoutRerunInitiated& event, const lasagne::Message&) {
    auto& group = groups_[event.group_checkout_id];
    const bool ended = group.status == GroupCheckoutStatus::Failed || group.status == GroupCheckoutStatus::TimedOut;
    if (!ended || event.round != group.round + 1) violated(name(event.group_checkout_id) + " was rerun out of turn");
    group.status = GroupCheckoutStatus::InProgress;
    group.round = event.round;
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
    if (entry.answers > 0 || !command.group_checkout_id || held_.contains(entry.position)) return;
    const auto& group = groups_[*command.group_checkout_id];
    const bool at_rest = group.status == GroupCheckoutStatus::Completed || group.status == GroupCheckoutStatus::Failed;
    const bool repeats = group.out.contains(command.guest_stay_id);
    if (at_rest && !repeats) violated(text + " was never answered");
  }

  lasagne::Position position_ = 0;              // of the message seen last
  std::unordered_set<lasagne::Position> held_;  // parked, or on their way to another attempt
  std::unordered_set<Uuid> ids_;
  std::unordered_set<Uuid> effects_;
  std::unordered_map<Uuid, Account> accounts_;
  std::unordered_map<Uuid, CheckOutCommand> commands_;
  std::unordered_map<Uuid, Group> groups_;
  AuditResult result_;
  std::uint64_t unsaid_ = 0;
};

}  // namespace

AuditResult audit(lasagne::Store& store) {
  Auditor auditor;
  const auto end = store.visible_position();
  for (lasagne::Position after = 0; after < end;) {
    const auto slice = store.read_all(after, {}, page);
    if (!slice) throw std::runtime_error(slice.error().message);
    for (const auto& message : slice->messages) auditor.see(*message);
    if (slice->scanned_to <= after) break;
    after = slice->scanned_to;
  }
  auditor.see_no_gap_before(end + 1);
  for (lasagne::Position after = 0;;) {
    const auto parked = store.parked({}, after, page);
    if (!parked) throw std::runtime_error(parked.error().message);
    for (const auto& entry : *parked) auditor.see(entry);
    if (parked->size() < page) break;
    after = parked->back().position;
  }
  return auditor.finish();
}

}  // namespace hotel
