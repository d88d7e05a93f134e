#include "saga/group_checkout_saga.hpp"

namespace hotel {

namespace {

void begin_round(const auto& initiated, lasagne::Send& send) {
  const auto& id = initiated.group_checkout_id;
  for (const auto& guest : initiated.guest_stay_ids)
    send(CheckOutGuest{guest, id, initiated.round, initiated.initiated_at});
  send(RecordGuestCheckoutsInitiation{id, initiated.round, initiated.guest_stay_ids, initiated.initiated_at});
  send.at(initiated.deadline, deadline_key(id, initiated.round),
          TimeOutGroupCheckout{id, initiated.round, initiated.deadline});
}

}  // namespace

void GroupCheckoutSaga::on(const GroupCheckoutInitiated& initiated, lasagne::Send& send) {
  begin_round(initiated, send);
}

void GroupCheckoutSaga::on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send) { begin_round(rerun, send); }

void GroupCheckoutSaga::on(const GuestCheckedOut& checked_out, lasagne::Send& send) {
  if (!checked_out.group_checkout_id) return;  // a guest alone
  send(RecordGuestCheckoutCompletion{*checked_out.group_checkout_id, checked_out.guest_stay_id,
                                     checked_out.completed_at});
}

void GroupCheckoutSaga::on(const GuestCheckoutFailed& failed, lasagne::Send& send) {
  if (!failed.group_checkout_id) return;
  send(RecordGuestCheckoutFailure{*failed.group_checkout_id, failed.round, failed.guest_stay_id, failed.reason,
                                  failed.failed_at});
}

void GroupCheckoutSaga::on(const GroupCheckoutCompleted& completed, lasagne::Send& send) {
  send.cancel(deadline_key(completed.group_checkout_id, completed.round));
}

void GroupCheckoutSaga::on(const GroupCheckoutFailed& failed, lasagne::Send& send) {
  send.cancel(deadline_key(failed.group_checkout_id, failed.round));
}

}  // namespace hotel
