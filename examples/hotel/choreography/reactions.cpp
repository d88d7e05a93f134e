#include "choreography/reactions.hpp"

namespace hotel {

namespace {

void check_out_guests(const auto& initiated, lasagne::Send& send) {
  for (const auto& guest : initiated.guest_stay_ids) {
    send(CheckOutGuest{guest, initiated.group_checkout_id, initiated.round, initiated.initiated_at});
  }
  send(RecordGuestCheckoutsInitiation{initiated.group_checkout_id, initiated.round, initiated.guest_stay_ids,
                                      initiated.initiated_at});
}

void set_deadline(const auto& initiated, lasagne::Send& send) {
  send.at(initiated.deadline, deadline_key(initiated.group_checkout_id, initiated.round),
          TimeOutGroupCheckout{initiated.group_checkout_id, initiated.round, initiated.deadline});
}

}  // namespace

void CheckOutGuestsOfGroup::on(const GroupCheckoutInitiated& initiated, lasagne::Send& send) {
  check_out_guests(initiated, send);
}

void CheckOutGuestsOfGroup::on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send) {
  check_out_guests(rerun, send);
}

void RecordGuestCheckouts::on(const GuestCheckedOut& checked_out, lasagne::Send& send) {
  if (!checked_out.group_checkout_id) return;  // a guest alone
  send(RecordGuestCheckoutCompletion{*checked_out.group_checkout_id, checked_out.guest_stay_id,
                                     checked_out.completed_at});
}

void RecordGuestCheckouts::on(const GuestCheckoutFailed& failed, lasagne::Send& send) {
  if (!failed.group_checkout_id) return;
  send(RecordGuestCheckoutFailure{*failed.group_checkout_id, failed.round, failed.guest_stay_id, failed.reason,
                                  failed.failed_at});
}

void KeepGroupCheckoutDeadline::on(const GroupCheckoutInitiated& initiated, lasagne::Send& send) {
  set_deadline(initiated, send);
}

void KeepGroupCheckoutDeadline::on(const GroupCheckoutRerunInitiated& rerun, lasagne::Send& send) {
  set_deadline(rerun, send);
}

void KeepGroupCheckoutDeadline::on(const GroupCheckoutCompleted& completed, lasagne::Send& send) {
  send.cancel(deadline_key(completed.group_checkout_id, completed.round));
}

void KeepGroupCheckoutDeadline::on(const GroupCheckoutFailed& failed, lasagne::Send& send) {
  send.cancel(deadline_key(failed.group_checkout_id, failed.round));
}

}  // namespace hotel
