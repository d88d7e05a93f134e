#include "audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"
#include "lasagne/command_rejected.hpp"
#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"

namespace hotel {

namespace {

using lasagne::Message;

// Added up again from the log, without the decider's own evolve.
struct GuestFacts {
  bool checked_in = false;
  bool out = false;
  Money balance;
  std::optional<Uuid> out_with;

  [[nodiscard]] std::optional<CheckoutFailureReason> must_fail() const {
    if (out) return CheckoutFailureReason::AlreadyCheckedOut;
    if (!checked_in) return CheckoutFailureReason::NotCheckedIn;
    if (balance != Money{0}) return CheckoutFailureReason::BalanceNotSettled;
    return std::nullopt;
  }
};

struct GroupFacts {
  std::uint32_t round = 0;
  std::uint32_t started = 0;  // the last round recorded as under way
  GroupCheckoutStatus status = GroupCheckoutStatus::NotInitiated;
  std::set<Uuid> guests;
  std::set<std::pair<std::uint32_t, Uuid>> failed;           // by round: said by the guests' accounts
  std::set<std::pair<std::uint32_t, Uuid>> failed_recorded;  // and heard by the group
  std::set<Uuid> completed_recorded;
};

// Of the result every bit depends on every bit of both.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a ^ (b * 0x9e3779b97f4a7c15);
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}

class Auditor {
 public:
  void read(lasagne::Store& store);
  AuditResult result();

 private:
  template <class... Events>
  struct List {
    static std::vector<std::string> names() { return {std::string(lasagne::type_name<Events>)...}; }
    static void note(Auditor& auditor, const Message& message) { (auditor.note_if<Events>(message) || ...); }
  };
  using Noted = List<GuestCheckedIn, ChargeRecorded, PaymentRecorded, GuestCheckedOut, GuestCheckoutFailed,
                     GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GuestCheckoutsInitiated,
                     GuestCheckoutCompletionRecorded, GuestCheckoutFailureRecorded, GroupCheckoutCompleted,
                     GroupCheckoutFailed, GroupCheckoutTimedOut, lasagne::CommandRejected>;

  template <class E>
  bool note_if(const Message& message) {
    if (message.type != lasagne::type_name<E>) return false;
    const auto event = lasagne::from_json<E>(message.data);
    if (event) {
      position_ = message.position;
      note(*event);
    } else {
      violation(fmt::format("{} at position {} is unreadable: {}", message.type, message.position, event.error().to_string()));
    }
    return true;
  }

  void note(const GuestCheckedIn& e);
  void note(const ChargeRecorded& e) { book(e.guest_stay_id, Money::subtract(guests_[e.guest_stay_id].balance, e.amount)); }
  void note(const PaymentRecorded& e) { book(e.guest_stay_id, Money::add(guests_[e.guest_stay_id].balance, e.amount)); }
  void note(const GuestCheckedOut& e);
  void note(const GuestCheckoutFailed& e);
  void note(const GroupCheckoutInitiated& e);
  void note(const GroupCheckoutRerunInitiated& e);
  void note(const GuestCheckoutsInitiated& e);
  void note(const GuestCheckoutCompletionRecorded& e);
  void note(const GuestCheckoutFailureRecorded& e);
  void note(const GroupCheckoutCompleted& e);
  void note(const GroupCheckoutFailed& e);
  void note(const GroupCheckoutTimedOut& e);
  void note(const lasagne::CommandRejected& e) {
    violation(fmt::format("a command on the bus was rejected: {} at position {}", lasagne::to_json(e), position_));
  }

  void book(const Uuid& guest_stay_id, std::optional<Money> balance);
  // What every end of a round must have right, whatever it was.
  GroupFacts& ends(const Uuid& id, std::uint32_t round, GroupCheckoutStatus status, const std::vector<Uuid>& completed,
                   const std::vector<Uuid>& failed, const std::vector<Uuid>& outstanding);
  void note_cause(const Message& message);
  void check_group(const Uuid& id, const GroupFacts& group);
  void check_causes();
  void check_parked(lasagne::Store& store);

  void violation(std::string text) {
    if (++violations_ <= AuditLimits::violations) result_.violations.push_back(std::move(text));
  }
  void expect(bool holds, std::string_view what, const Uuid& id, std::string_view otherwise) {
    if (!holds) violation(fmt::format("{} {}: {} (position {})", what, id.to_string(), otherwise, position_));
  }
  void expect_guest(bool holds, const Uuid& id, std::string_view otherwise) { expect(holds, "guest", id, otherwise); }
  void expect_group(bool holds, const Uuid& id, std::string_view otherwise) { expect(holds, "group", id, otherwise); }

  std::unordered_map<Uuid, GuestFacts> guests_;
  std::unordered_map<Uuid, GroupFacts> groups_;
  std::vector<std::pair<std::uint64_t, lasagne::Position>> causes_;  // of (stream, type, cause), each to be there once
  lasagne::Position position_ = 0;                                   // of the event being noted
  std::uint64_t violations_ = 0;
  AuditResult result_;
};

void Auditor::note(const GuestCheckedIn& e) {
  auto& guest = guests_[e.guest_stay_id];
  expect_guest(!guest.checked_in && !guest.out, e.guest_stay_id, "checked in twice");
  guest.checked_in = true;
}

void Auditor::book(const Uuid& guest_stay_id, std::optional<Money> balance) {
  auto& guest = guests_[guest_stay_id];
  expect_guest(guest.checked_in && !guest.out, guest_stay_id, "an amount was recorded while not there");
  expect_guest(balance.has_value(), guest_stay_id, "the balance is out of range");
  guest.balance = balance.value_or(guest.balance);
}

void Auditor::note(const GuestCheckedOut& e) {
  auto& guest = guests_[e.guest_stay_id];
  expect_guest(!guest.out, e.guest_stay_id, "checked out twice");
  expect_guest(guest.checked_in, e.guest_stay_id, "checked out without having checked in");
  expect_guest(guest.balance == Money{0}, e.guest_stay_id, "checked out with a balance that is not settled");
  guest.out = true;
  guest.out_with = e.group_checkout_id;
  if (!e.group_checkout_id) return;
  const auto& group = groups_[*e.group_checkout_id];
  expect_group(group.guests.contains(e.guest_stay_id), *e.group_checkout_id, "checked out a guest who is not of it");
}

void Auditor::note(const GuestCheckoutFailed& e) {
  const auto& guest = guests_[e.guest_stay_id];
  expect_guest(guest.must_fail().has_value(), e.guest_stay_id, "failed to check out although everything was settled");
  expect_guest(!guest.must_fail() || guest.must_fail() == e.reason, e.guest_stay_id, "failed for another reason than it had");
  if (!e.group_checkout_id) return;
  auto& group = groups_[*e.group_checkout_id];
  const bool same_group = guest.out && guest.out_with == e.group_checkout_id;
  expect_guest(!same_group, e.guest_stay_id, "has two outcomes in one group: was checked out, and then failed");
  expect_group(group.guests.contains(e.guest_stay_id), *e.group_checkout_id, "failed a guest who is not of it");
  expect_group(e.round >= 1 && e.round <= group.round, *e.group_checkout_id, "has an outcome of a round that never began");
  expect_guest(group.failed.emplace(e.round, e.guest_stay_id).second, e.guest_stay_id, "failed twice in one round");
}

void Auditor::note(const GroupCheckoutInitiated& e) {
  auto& group = groups_[e.group_checkout_id];
  expect_group(group.round == 0, e.group_checkout_id, "was initiated twice");
  expect_group(!e.guest_stay_ids.empty(), e.group_checkout_id, "was initiated for nobody");
  group.round = GroupCheckoutInitiated::round;
  group.status = GroupCheckoutStatus::InProgress;
  group.guests.insert(e.guest_stay_ids.begin(), e.guest_stay_ids.end());
  expect_group(group.guests.size() == e.guest_stay_ids.size(), e.group_checkout_id, "has a guest twice");
}

void Auditor::note(const GroupCheckoutRerunInitiated& e) {
  auto& group = groups_[e.group_checkout_id];
  const bool may = group.status == GroupCheckoutStatus::Failed || group.status == GroupCheckoutStatus::TimedOut;
  expect_group(may, e.group_checkout_id, "was rerun though it had not failed or timed out");
  expect_group(e.round == group.round + 1, e.group_checkout_id, "has a round out of order");
  for (const auto& id : group.guests) {
    const bool again = std::ranges::find(e.guest_stay_ids, id) != e.guest_stay_ids.end();
    expect_group(again != group.completed_recorded.contains(id), e.group_checkout_id, "was rerun for other guests than failed");
  }
  group.round = e.round;
  group.status = GroupCheckoutStatus::InProgress;
}

void Auditor::note(const GuestCheckoutsInitiated& e) {
  auto& group = groups_[e.group_checkout_id];
  expect_group(e.round > group.started && e.round <= group.round, e.group_checkout_id, "a round was started twice");
  group.started = e.round;
}

void Auditor::note(const GuestCheckoutCompletionRecorded& e) {
  auto& group = groups_[e.group_checkout_id];
  const auto& guest = guests_[e.guest_stay_id];
  const bool out = guest.out && guest.out_with == e.group_checkout_id;
  expect_group(out, e.group_checkout_id, "recorded a guest as completed who did not check out with it");
  expect_group(group.completed_recorded.insert(e.guest_stay_id).second, e.group_checkout_id, "recorded a completion twice");
}

void Auditor::note(const GuestCheckoutFailureRecorded& e) {
  auto& group = groups_[e.group_checkout_id];
  const std::pair outcome{e.round, e.guest_stay_id};
  expect_group(group.failed.contains(outcome), e.group_checkout_id, "recorded a failure that no guest had");
  expect_group(group.failed_recorded.insert(outcome).second, e.group_checkout_id, "recorded a failure twice");
}

void Auditor::note(const GroupCheckoutCompleted& e) {
  ends(e.group_checkout_id, e.round, GroupCheckoutStatus::Completed, e.completed_guest_stay_ids, {}, {});
}

void Auditor::note(const GroupCheckoutFailed& e) {
  ends(e.group_checkout_id, e.round, GroupCheckoutStatus::Failed, e.completed_guest_stay_ids, e.failed_guest_stay_ids, {});
  expect_group(!e.failed_guest_stay_ids.empty(), e.group_checkout_id, "failed although nobody did");
}

void Auditor::note(const GroupCheckoutTimedOut& e) {
  ends(e.group_checkout_id, e.round, GroupCheckoutStatus::TimedOut, e.completed_guest_stay_ids, e.failed_guest_stay_ids,
       e.outstanding_guest_stay_ids);
  expect_group(!e.outstanding_guest_stay_ids.empty(), e.group_checkout_id, "timed out although nobody was outstanding");
}

GroupFacts& Auditor::ends(const Uuid& id, std::uint32_t round, GroupCheckoutStatus status,
                          const std::vector<Uuid>& completed, const std::vector<Uuid>& failed,
                          const std::vector<Uuid>& outstanding) {
  auto& group = groups_[id];
  expect_group(group.status == GroupCheckoutStatus::InProgress, id, "ended twice");
  expect_group(round == group.round, id, "ended a round that is not under way");
  std::set<Uuid> listed;
  std::size_t entries = 0;
  for (const auto* list : {&completed, &failed, &outstanding}) {
    listed.insert(list->begin(), list->end());
    entries += list->size();
  }
  expect_group(listed == group.guests && entries == listed.size(), id, "ended with lists that are not its guests, each once");
  for (const auto& guest : completed) {
    expect_group(group.completed_recorded.contains(guest), id, "ended with a guest as completed who was not");
  }
  for (const auto& guest : failed) {
    const bool so = group.failed_recorded.contains({round, guest}) && !group.completed_recorded.contains(guest);
    expect_group(so, id, "ended with a guest as failed who did not");
  }
  for (const auto& guest : outstanding) {
    const bool reported = group.failed_recorded.contains({round, guest}) || group.completed_recorded.contains(guest);
    expect_group(!reported, id, "ended with a guest as outstanding who had reported");
  }
  group.status = status;
  return group;
}

void Auditor::read(lasagne::Store& store) {
  lasagne::Filter filter;
  filter.types = Noted::names();
  const auto end = store.visible_position();
  for (lasagne::Position position = 0; position < end;) {
    const auto slice = store.read_all(position, filter, AuditLimits::page);
    if (!slice) throw std::runtime_error(slice.error().message);
    for (const auto& message : slice->messages) {
      if (message->kind != lasagne::MessageKind::event) continue;
      Noted::note(*this, *message);
      note_cause(*message);
    }
    if (slice->scanned_to <= position) break;
    position = slice->scanned_to;
  }
  check_parked(store);
}

void Auditor::note_cause(const Message& message) {
  const auto& cause = message.metadata.causation_id;
  if (cause.is_nil()) return;
  const auto what = mix(std::hash<std::string_view>{}(message.stream), std::hash<std::string_view>{}(message.type));
  const std::string_view bytes(reinterpret_cast<const char*>(cause.bytes.data()), cause.bytes.size());
  causes_.emplace_back(mix(what, std::hash<std::string_view>{}(bytes)), message.position);
}

void Auditor::check_group(const Uuid& id, const GroupFacts& group) {
  if (group.round == 0) {
    violation(fmt::format("group {}: was never initiated", id.to_string()));
    return;
  }
  ++result_.groups;
  switch (group.status) {
    case GroupCheckoutStatus::Completed: ++result_.completed; break;
    case GroupCheckoutStatus::Failed: ++result_.failed; break;
    case GroupCheckoutStatus::TimedOut: ++result_.timed_out; break;
    default: ++result_.open; break;
  }
}

void Auditor::check_causes() {
  std::ranges::sort(causes_);
  for (std::size_t i = 1; i < causes_.size(); ++i) {
    if (causes_[i].first != causes_[i - 1].first) continue;
    violation(fmt::format("the events at positions {} and {} are one event twice for one cause", causes_[i - 1].second,
                          causes_[i].second));
  }
}

void Auditor::check_parked(lasagne::Store& store) {
  const auto parked = store.parked({}, 0, AuditLimits::violations);
  if (!parked) throw std::runtime_error(parked.error().message);
  for (const auto& entry : *parked) {
    if (entry.status != lasagne::ParkedMessage::Status::parked) continue;
    violation(fmt::format("{} parked the message at position {}: {}", entry.processor, entry.position, entry.error));
  }
}

AuditResult Auditor::result() {
  for (const auto& [id, group] : groups_) check_group(id, group);
  check_causes();
  if (violations_ > AuditLimits::violations) {
    result_.violations.push_back(fmt::format("... and {} more", violations_ - AuditLimits::violations));
  }
  return std::move(result_);
}

}  // namespace

AuditResult audit(lasagne::Store& store) {
  Auditor auditor;
  auditor.read(store);
  return auditor.result();
}

}  // namespace hotel
