#include "process_manager/group_checkout_process.hpp"

#include <algorithm>

namespace hotel {

namespace {

using Events = std::vector<GroupCheckoutProcess::Event>;

// What the group records of it. A report that it does not know what to do with is none of its business.
Events recorded(const Decision<GroupCheckout::Event>& decision, const Uuid& id, const GroupCheckoutState& state,
                lasagne::Send& send) {
  if (decision.rejected()) return {};
  const bool ended = std::ranges::any_of(decision.events(), [](const auto& event) {
    return std::holds_alternative<GroupCheckoutCompleted>(event) || std::holds_alternative<GroupCheckoutFailed>(event);
  });
  if (ended) send.cancel(deadline_key(id, state.round));
  return decision.events();
}

Events begin_round(const auto& initiated, const GroupCheckoutState& state, lasagne::Send& send) {
  const auto& id = initiated.group_checkout_id;
  for (const auto& guest : initiated.guest_stay_ids)
    send(CheckOutGuest{guest, id, initiated.round, initiated.initiated_at});
  send.at(initiated.deadline, deadline_key(id, initiated.round),
          TimeOutGroupCheckout{id, initiated.round, initiated.deadline});
  const RecordGuestCheckoutsInitiation started{id, initiated.round, initiated.guest_stay_ids, initiated.initiated_at};
  return recorded(GroupCheckout::decide(started, state), id, state, send);
}

}  // namespace

Events GroupCheckoutProcess::on(const GroupCheckoutInitiated& initiated, const State& state, lasagne::Send& send) {
  return begin_round(initiated, state, send);
}

Events GroupCheckoutProcess::on(const GroupCheckoutRerunInitiated& rerun, const State& state, lasagne::Send& send) {
  return begin_round(rerun, state, send);
}

Events GroupCheckoutProcess::on(const GuestCheckedOut& checked_out, const State& state, lasagne::Send& send) {
  const auto& id = *checked_out.group_checkout_id;
  const RecordGuestCheckoutCompletion report{id, checked_out.guest_stay_id, checked_out.completed_at};
  return recorded(GroupCheckout::decide(report, state), id, state, send);
}

Events GroupCheckoutProcess::on(const GuestCheckoutFailed& failed, const State& state, lasagne::Send& send) {
  const auto& id = *failed.group_checkout_id;
  const RecordGuestCheckoutFailure report{id, failed.round, failed.guest_stay_id, failed.reason, failed.failed_at};
  return recorded(GroupCheckout::decide(report, state), id, state, send);
}

}  // namespace hotel
