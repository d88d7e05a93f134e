// The check-out of a group: asked for once by a clerk, recorded guest by guest, ended by the last report or the
// deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "guest_stay_account/guest_stay_account.hpp"
#include "lasagne/decider.hpp"
#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace hotel {

// Rounds. A rerun opens a new round of the same group checkout, in the same stream, for the guests that are not checked
// out yet, with a deadline of its own. What an earlier round still has under way must not disturb it:
//
// - A failure counts in its own round only. It says that a guest could not check out *then*, so CheckOutGuest,
//   GuestCheckoutFailed and the failure report all carry the round number, and one of another round changes nothing.
// - A completion counts whenever it comes, since a checked-out guest stays so: it needs no round. One that is late for
//   a round that has ended is still recorded, and a rerun then leaves that guest out. When it is the last one of a
//   group that timed out, and nobody failed, the group is completed all the same.
// - To a rerun, AlreadyCheckedOut is a completion: the guest left alone, or with another group, and is out. In the
// first
//   round it is a failure, since the clerk asked for a guest who was not there.
// - A timer carries its round, and has its round in its key: a late one changes nothing.

// ---- commands

struct InitiateGroupCheckout {
  Uuid group_checkout_id;
  Uuid clerk_id;
  std::vector<Uuid> guest_stay_ids;
  Timestamp now;
  Timestamp deadline;
};

// The round's CheckOutGuest commands are on their way.
struct RecordGuestCheckoutsInitiation {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  std::vector<Uuid> guest_stay_ids;
  Timestamp now;
};

struct RecordGuestCheckoutCompletion {
  Uuid group_checkout_id;
  Uuid guest_stay_id;
  Timestamp completed_at;
};

struct RecordGuestCheckoutFailure {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  Uuid guest_stay_id;
  CheckoutFailureReason reason{};
  Timestamp failed_at;
};

struct TimeOutGroupCheckout {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  Timestamp now;
};

struct RerunGroupCheckout {
  Uuid group_checkout_id;
  Timestamp now;
  Timestamp deadline;
};

// ---- events

struct GroupCheckoutInitiated {
  static constexpr std::uint32_t round = 1;
  Uuid group_checkout_id;
  Uuid clerk_id;
  std::vector<Uuid> guest_stay_ids;
  Timestamp initiated_at;
  Timestamp deadline;
  friend bool operator==(const GroupCheckoutInitiated&, const GroupCheckoutInitiated&) = default;
};

struct GroupCheckoutRerunInitiated {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  std::vector<Uuid> guest_stay_ids;  // only those of this round
  Timestamp initiated_at;
  Timestamp deadline;
  friend bool operator==(const GroupCheckoutRerunInitiated&, const GroupCheckoutRerunInitiated&) = default;
};

struct GuestCheckoutsInitiated {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  std::vector<Uuid> guest_stay_ids;
  Timestamp initiated_at;
  friend bool operator==(const GuestCheckoutsInitiated&, const GuestCheckoutsInitiated&) = default;
};

struct GuestCheckoutCompletionRecorded {
  Uuid group_checkout_id;
  Uuid guest_stay_id;
  Timestamp completed_at;
  friend bool operator==(const GuestCheckoutCompletionRecorded&, const GuestCheckoutCompletionRecorded&) = default;
};

struct GuestCheckoutFailureRecorded {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  Uuid guest_stay_id;
  CheckoutFailureReason reason{};
  Timestamp failed_at;
  friend bool operator==(const GuestCheckoutFailureRecorded&, const GuestCheckoutFailureRecorded&) = default;
};

// The lists of the three ends are of the whole group, those of earlier rounds included, in the order the clerk gave.
struct GroupCheckoutCompleted {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  std::vector<Uuid> completed_guest_stay_ids;
  Timestamp completed_at;
  friend bool operator==(const GroupCheckoutCompleted&, const GroupCheckoutCompleted&) = default;
};

struct GroupCheckoutFailed {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  std::vector<Uuid> completed_guest_stay_ids;
  std::vector<Uuid> failed_guest_stay_ids;
  Timestamp failed_at;
  friend bool operator==(const GroupCheckoutFailed&, const GroupCheckoutFailed&) = default;
};

struct GroupCheckoutTimedOut {
  Uuid group_checkout_id;
  std::uint32_t round = 0;
  std::vector<Uuid> completed_guest_stay_ids;
  std::vector<Uuid> failed_guest_stay_ids;
  std::vector<Uuid> outstanding_guest_stay_ids;
  Timestamp timed_out_at;
  friend bool operator==(const GroupCheckoutTimedOut&, const GroupCheckoutTimedOut&) = default;
};

// ---- the group checkout

enum class GroupCheckoutStatus : std::uint8_t { NotInitiated, InProgress, Completed, Failed, TimedOut };
enum class GuestProgress : std::uint8_t { Outstanding, Completed, Failed };

struct GuestInGroup {
  GuestProgress progress = GuestProgress::Outstanding;
  std::optional<CheckoutFailureReason> reason;  // of the latest failure
};

struct GroupCheckoutState {
  GroupCheckoutStatus status = GroupCheckoutStatus::NotInitiated;
  std::uint32_t round = 0;
  bool started = false;              // the round's check-outs are recorded as on their way
  std::vector<Uuid> guest_stay_ids;  // as the clerk gave them, each once
  std::map<Uuid, GuestInGroup> guests;

  [[nodiscard]] std::vector<Uuid> guests_in(GuestProgress progress) const;
};

// Refusals: "NoGuests", "TooManyGuests" and "AlreadyInitiated" for an initiation; "GroupCheckoutNotFound" for any other
// command to a group checkout that was never initiated, "GuestNotInGroup" for a report of a stranger; for a rerun also
// "GroupCheckoutInProgress", "GroupCheckoutCompleted" and "NothingToRerun". What merely repeats, or comes too late,
// changes nothing.
struct GroupCheckout {
  static constexpr std::string_view category = "GroupCheckout";
  static constexpr std::size_t most_guests = 1000;  // all check-outs of a round are sent in one commit
  using Command = std::variant<InitiateGroupCheckout, RecordGuestCheckoutsInitiation, RecordGuestCheckoutCompletion,
                               RecordGuestCheckoutFailure, TimeOutGroupCheckout, RerunGroupCheckout>;
  using Event = std::variant<GroupCheckoutInitiated, GroupCheckoutRerunInitiated, GuestCheckoutsInitiated,
                             GuestCheckoutCompletionRecorded, GuestCheckoutFailureRecorded, GroupCheckoutCompleted,
                             GroupCheckoutFailed, GroupCheckoutTimedOut>;
  using State = GroupCheckoutState;

  static Uuid id(const auto& command) { return command.group_checkout_id; }

  static State evolve(State state, const GroupCheckoutInitiated& event);
  static State evolve(State state, const GroupCheckoutRerunInitiated& event);
  static State evolve(State state, const GuestCheckoutsInitiated& event);
  static State evolve(State state, const GuestCheckoutCompletionRecorded& event);
  static State evolve(State state, const GuestCheckoutFailureRecorded& event);
  static State evolve(State state, const GroupCheckoutCompleted& event);
  static State evolve(State state, const GroupCheckoutFailed& event);
  static State evolve(State state, const GroupCheckoutTimedOut& event);

  static Decision<Event> decide(const InitiateGroupCheckout& command, const State& state);
  static Decision<Event> decide(const RecordGuestCheckoutsInitiation& command, const State& state);
  static Decision<Event> decide(const RecordGuestCheckoutCompletion& command, const State& state);
  static Decision<Event> decide(const RecordGuestCheckoutFailure& command, const State& state);
  static Decision<Event> decide(const TimeOutGroupCheckout& command, const State& state);
  static Decision<Event> decide(const RerunGroupCheckout& command, const State& state);
};

// The key of a round's deadline timer.
[[nodiscard]] std::string deadline_key(const Uuid& group_checkout_id, std::uint32_t round);

}  // namespace hotel
