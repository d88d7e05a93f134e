// Ids, times and messages that the hotel's tests speak of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"

namespace hotel_test {

using namespace hotel;

inline Uuid id_of(const std::string& name) { return Uuid::derive(Uuid{}, "hotel test " + name); }

inline const Uuid guest = id_of("guest");
inline const Uuid alice = id_of("alice");
inline const Uuid bob = id_of("bob");
inline const Uuid carol = id_of("carol");
inline const Uuid group = id_of("group");
inline const Uuid clerk = id_of("clerk");

inline Timestamp at(std::int64_t second) { return Timestamp{1'700'000'000'000'000 + second * 1'000'000}; }
inline const Timestamp deadline = at(3600);

// The biography of an account, at seconds 0, 1, 2.
inline GuestCheckedIn checked_in(Uuid who = guest) { return {who, at(0)}; }
inline ChargeRecorded charged(std::int64_t amount, Uuid who = guest) { return {who, Money{amount}, at(1)}; }
inline PaymentRecorded paid(std::int64_t amount, Uuid who = guest) { return {who, Money{amount}, at(2)}; }

// The biography of a group checkout.
inline GroupCheckoutInitiated initiated(std::vector<Uuid> guests) {
  return {group, clerk, std::move(guests), at(10), deadline};
}
inline GuestCheckoutsInitiated started(std::vector<Uuid> guests, std::uint32_t round = 1) {
  return {group, round, std::move(guests), at(round == 1 ? 10 : 100)};
}
inline GuestCheckoutCompletionRecorded completion(Uuid who) { return {group, who, at(11)}; }
inline GuestCheckoutFailureRecorded failure(Uuid who, std::uint32_t round = 1) {
  return {group, round, who, CheckoutFailureReason::BalanceNotSettled, at(12)};
}
inline GroupCheckoutFailed group_failed(std::vector<Uuid> completed, std::vector<Uuid> failed,
                                        std::uint32_t round = 1) {
  return {group, round, std::move(completed), std::move(failed), at(12)};
}
inline GroupCheckoutRerunInitiated rerun(std::vector<Uuid> guests, std::uint32_t round = 2) {
  return {group, round, std::move(guests), at(100), at(200)};
}

// Reports and requests about it.
inline RecordGuestCheckoutCompletion report_completion(Uuid who) { return {group, who, at(11)}; }
inline RecordGuestCheckoutFailure report_failure(Uuid who, std::uint32_t round = 1) {
  return {group, round, who, CheckoutFailureReason::BalanceNotSettled, at(12)};
}

}  // namespace hotel_test
