#include "group_checkout/group_checkout.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace hotel {

namespace {

using State = GroupCheckout::State;
using Events = std::vector<GroupCheckout::Event>;

Rejection not_found() { return {"GroupCheckoutNotFound", "no such group checkout was initiated"}; }
Rejection not_in_group() { return {"GuestNotInGroup", "the guest is not of this group"}; }

std::vector<Uuid> each_once(const std::vector<Uuid>& ids) {
  std::set<Uuid> seen;
  std::vector<Uuid> unique;
  for (const auto& id : ids) {
    if (seen.insert(id).second) unique.push_back(id);
  }
  return unique;
}

// Whether nobody but this guest, whose report is being recorded, is still to report.
bool is_last_report(const State& state, const Uuid& reporting) {
  return std::ranges::none_of(state.guests, [&](const auto& guest) {
    return guest.first != reporting && guest.second.progress == GuestProgress::Outstanding;
  });
}

// How the group ends with this report, which `state` does not know yet. Empty: it does not.
std::optional<GroupCheckout::Event> outcome(State state, const Uuid& reporting, GuestProgress progress, const Uuid& id,
                                            Timestamp now) {
  const bool in_progress = state.status == GroupCheckoutStatus::InProgress;
  if (!in_progress && state.status != GroupCheckoutStatus::TimedOut) return std::nullopt;
  if (!is_last_report(state, reporting)) return std::nullopt;
  state.guests[reporting].progress = progress;
  auto completed = state.guests_in(GuestProgress::Completed);
  auto failed = state.guests_in(GuestProgress::Failed);
  if (failed.empty()) return GroupCheckoutCompleted{id, state.round, std::move(completed), now};
  if (!in_progress) return std::nullopt;
  return GroupCheckoutFailed{id, state.round, std::move(completed), std::move(failed), now};
}

}  // namespace

std::vector<Uuid> GroupCheckoutState::guests_in(GuestProgress progress) const {
  std::vector<Uuid> found;
  for (const auto& id : guest_stay_ids) {
    if (guests.at(id).progress == progress) found.push_back(id);
  }
  return found;
}

State GroupCheckout::evolve(State state, const GroupCheckoutInitiated& event) {
  state.status = GroupCheckoutStatus::InProgress;
  state.round = GroupCheckoutInitiated::round;
  state.guest_stay_ids = event.guest_stay_ids;
  for (const auto& id : event.guest_stay_ids) state.guests[id] = {};
  return state;
}

State GroupCheckout::evolve(State state, const GroupCheckoutRerunInitiated& event) {
  state.status = GroupCheckoutStatus::InProgress;
  state.round = event.round;
  state.started = false;
  for (const auto& id : event.guest_stay_ids) state.guests[id] = {};
  return state;
}

State GroupCheckout::evolve(State state, const GuestCheckoutsInitiated&) {
  state.started = true;
  return state;
}

State GroupCheckout::evolve(State state, const GuestCheckoutCompletionRecorded& event) {
  state.guests[event.guest_stay_id] = {GuestProgress::Completed, std::nullopt};
  return state;
}

State GroupCheckout::evolve(State state, const GuestCheckoutFailureRecorded& event) {
  state.guests[event.guest_stay_id] = {GuestProgress::Failed, event.reason};
  return state;
}

State GroupCheckout::evolve(State state, const GroupCheckoutCompleted&) {
  state.status = GroupCheckoutStatus::Completed;
  return state;
}

State GroupCheckout::evolve(State state, const GroupCheckoutFailed&) {
  state.status = GroupCheckoutStatus::Failed;
  return state;
}

State GroupCheckout::evolve(State state, const GroupCheckoutTimedOut&) {
  state.status = GroupCheckoutStatus::TimedOut;
  return state;
}

Decision<GroupCheckout::Event> GroupCheckout::decide(const InitiateGroupCheckout& command, const State& state) {
  auto guests = each_once(command.guest_stay_ids);
  if (state.status != GroupCheckoutStatus::NotInitiated) {
    if (std::ranges::is_permutation(guests, state.guest_stay_ids)) return {};
    return Rejection{"AlreadyInitiated", "this group checkout was initiated for other guests"};
  }
  if (guests.empty()) return Rejection{"NoGuests", "a group checkout needs at least one guest"};
  if (guests.size() > most_guests) {
    return Rejection{"TooManyGuests", "a group checkout takes at most " + std::to_string(most_guests) + " guests"};
  }
  return GroupCheckoutInitiated{command.group_checkout_id, command.clerk_id, std::move(guests), command.now,
                                command.deadline};
}

Decision<GroupCheckout::Event> GroupCheckout::decide(const RecordGuestCheckoutsInitiation& command,
                                                     const State& state) {
  if (state.status == GroupCheckoutStatus::NotInitiated) return not_found();
  if (command.round != state.round || state.started) return {};
  return GuestCheckoutsInitiated{command.group_checkout_id, command.round, command.guest_stay_ids, command.now};
}

Decision<GroupCheckout::Event> GroupCheckout::decide(const RecordGuestCheckoutCompletion& command, const State& state) {
  if (state.status == GroupCheckoutStatus::NotInitiated) return not_found();
  const auto guest = state.guests.find(command.guest_stay_id);
  if (guest == state.guests.end()) return not_in_group();
  if (guest->second.progress == GuestProgress::Completed) return {};
  Events events{
      GuestCheckoutCompletionRecorded{command.group_checkout_id, command.guest_stay_id, command.completed_at}};
  if (auto end = outcome(state, command.guest_stay_id, GuestProgress::Completed, command.group_checkout_id,
                         command.completed_at)) {
    events.push_back(*std::move(end));
  }
  return events;
}

Decision<GroupCheckout::Event> GroupCheckout::decide(const RecordGuestCheckoutFailure& command, const State& state) {
  if (state.status == GroupCheckoutStatus::NotInitiated) return not_found();
  const auto guest = state.guests.find(command.guest_stay_id);
  if (guest == state.guests.end()) return not_in_group();
  const bool is_rerun = command.round > GroupCheckoutInitiated::round;
  if (is_rerun && command.reason == CheckoutFailureReason::AlreadyCheckedOut) {
    return decide(RecordGuestCheckoutCompletion{command.group_checkout_id, command.guest_stay_id, command.failed_at},
                  state);
  }
  const bool counts = state.status == GroupCheckoutStatus::InProgress && command.round == state.round &&
                      guest->second.progress == GuestProgress::Outstanding;
  if (!counts) return {};
  Events events{GuestCheckoutFailureRecorded{command.group_checkout_id, command.round, command.guest_stay_id,
                                             command.reason, command.failed_at}};
  if (auto end =
          outcome(state, command.guest_stay_id, GuestProgress::Failed, command.group_checkout_id, command.failed_at)) {
    events.push_back(*std::move(end));
  }
  return events;
}

Decision<GroupCheckout::Event> GroupCheckout::decide(const TimeOutGroupCheckout& command, const State& state) {
  if (state.status != GroupCheckoutStatus::InProgress || command.round != state.round) return {};
  return GroupCheckoutTimedOut{command.group_checkout_id,
                               state.round,
                               state.guests_in(GuestProgress::Completed),
                               state.guests_in(GuestProgress::Failed),
                               state.guests_in(GuestProgress::Outstanding),
                               command.now};
}

Decision<GroupCheckout::Event> GroupCheckout::decide(const RerunGroupCheckout& command, const State& state) {
  switch (state.status) {
    case GroupCheckoutStatus::NotInitiated:
      return not_found();
    case GroupCheckoutStatus::InProgress:
      return Rejection{"GroupCheckoutInProgress", "it can be rerun once it has failed or timed out"};
    case GroupCheckoutStatus::Completed:
      return Rejection{"GroupCheckoutCompleted", "every guest has checked out"};
    case GroupCheckoutStatus::Failed:
    case GroupCheckoutStatus::TimedOut:
      break;
  }
  std::vector<Uuid> unfinished;
  for (const auto& id : state.guest_stay_ids) {
    if (state.guests.at(id).progress != GuestProgress::Completed) unfinished.push_back(id);
  }
  if (unfinished.empty()) return Rejection{"NothingToRerun", "every guest has checked out since it ended"};
  return GroupCheckoutRerunInitiated{command.group_checkout_id, state.round + 1, std::move(unfinished), command.now,
                                     command.deadline};
}

std::string deadline_key(const Uuid& group_checkout_id, std::uint32_t round) {
  return "group-checkout-deadline/" + group_checkout_id.to_string() + "/" + std::to_string(round);
}

}  // namespace hotel
