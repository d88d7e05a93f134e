// The three styles come to the same outcome when guests do not report, deadlines pass and reports come late.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "audit.hpp"
#include "hotel_runtime.hpp"

namespace {

using namespace hotel_test;
using namespace std::chrono_literals;

enum class Guest { settled, unsettled, stranger, gone, damaged };

struct Round {
  std::vector<std::size_t> pay;         // guests that settle before it
  std::vector<std::size_t> leave;       // guests that try to check out alone before it, some of them twice
  bool repair = false;                  // whether damaged accounts are seen to before it
  bool arrive = false;                  // whether the guests of repaired accounts then arrive, so that they report late
  bool clock = true;                    // whether the deadline of the round before passes first
  std::vector<std::size_t> duplicates;  // guests whose check-out of this round is sent once more
};

struct Input {
  std::vector<Guest> guests;
  std::vector<std::size_t> asked_for;  // indices into guests, repeats included
  std::vector<Round> rounds;           // the first one is initiated, the others are reruns
};

Uuid guest_at(std::size_t index) { return id_of("random guest " + std::to_string(index)); }

void arrive(Hotel& hotel, std::size_t index, Guest kind) {
  const auto who = guest_at(index);
  if (kind == Guest::damaged) hotel.damage(who);
  if (kind == Guest::stranger || kind == Guest::damaged) return;
  hotel.arrive(who, kind == Guest::unsettled ? -40 : 0);
  if (kind == Guest::gone) hotel.do_now(CheckOutGuest{who, {}, 0, hotel.now()});
}

void play(Hotel& hotel, const Input& input) {
  for (std::size_t i = 0; i < input.guests.size(); ++i) arrive(hotel, i, input.guests[i]);
  std::uint32_t number = 0;
  for (const auto& round : input.rounds) {
    if (round.clock) hotel.now() = hotel.now() + 2h;
    hotel.settle();
    if (round.repair) {
      for (std::size_t i = 0; i < input.guests.size(); ++i) {
        if (input.guests[i] != Guest::damaged || number != 1) continue;
        hotel.repair(guest_at(i));
        if (round.arrive) hotel.arrive(guest_at(i));
      }
      hotel.retry_parked();
      hotel.settle();
    }
    for (const auto index : round.pay) hotel.attempt(RecordPayment{guest_at(index), Money{40}, hotel.now()});
    for (const auto index : round.leave) hotel.attempt(CheckOutGuest{guest_at(index), {}, 0, hotel.now()});
    if (number == 0) {
      std::vector<Uuid> guests;
      for (const auto index : input.asked_for) guests.push_back(guest_at(index));
      hotel.attempt(InitiateGroupCheckout{group, clerk, guests, hotel.now(), hotel.now() + 1h});
    } else {
      hotel.attempt(RerunGroupCheckout{group, hotel.now(), hotel.now() + 1h});
    }
    ++number;
    for (const auto index : round.duplicates) {
      if (number <= hotel.state().round) {
        hotel.send(CheckOutGuest{guest_at(index), group, number, hotel.now()});
      }
    }
    hotel.settle();
  }
}

// What came of it: everything recorded, guest by guest, and of the group all but the order in which reports came.
std::map<std::string, std::vector<std::string>> outcome(Hotel& hotel, const Input& input) {
  std::map<std::string, std::vector<std::string>> result;
  const std::vector<std::string> ends{"GroupCheckoutInitiated", "GroupCheckoutRerunInitiated", "GroupCheckoutCompleted",
                                      "GroupCheckoutFailed", "GroupCheckoutTimedOut"};
  const std::vector<std::string> reports{"GuestCheckoutsInitiated", "GuestCheckoutCompletionRecorded",
                                         "GuestCheckoutFailureRecorded"};
  result["group"] = hotel.log(ends);
  result["reports"] = hotel.log(reports);
  std::ranges::sort(result["reports"]);
  for (std::size_t i = 0; i < input.guests.size(); ++i) {
    const auto stream = lasagne::stream_of<GuestStayAccount>(guest_at(i));
    result[stream] = hotel.log({}, stream);
  }
  return result;
}

// But for what this test damages on purpose.
std::vector<std::string> violations_of(Hotel& hotel) {
  auto violations = audit(hotel.store()).violations;
  std::erase_if(violations, [&](const auto& text) { return hotel.damaged(text); });
  return violations;
}

Input random_input() {
  const auto guests = *rc::gen::inRange<std::size_t>(1, 6);
  const auto some = [&] {
    return *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, guests));
  };
  Input input;
  // Half of the groups have nobody who fails: those are completed late.
  const bool nobody_fails = *rc::gen::arbitrary<bool>();
  for (std::size_t i = 0; i < guests; ++i) {
    input.guests.push_back(nobody_fails ? *rc::gen::weightedElement<Guest>({{3, Guest::settled}, {2, Guest::damaged}})
                                        : *rc::gen::weightedElement<Guest>({{5, Guest::settled},
                                                                            {4, Guest::unsettled},
                                                                            {1, Guest::stranger},
                                                                            {1, Guest::gone},
                                                                            {2, Guest::damaged}}));
  }
  input.asked_for = some();
  const auto rounds = *rc::gen::inRange(1, 4);
  for (int i = 0; i < rounds; ++i) {
    const auto leave = *rc::gen::weightedElement<int>({{2, 0}, {1, 1}}) == 0 ? std::vector<std::size_t>{} : some();
    input.rounds.push_back(
        {some(), leave, *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>(), some()});
  }
  return input;
}

TEST(Styles, AgreeWhenDeadlinesPass) {
  const bool passed = rc::check("the three styles agree on deadlines", [] {
    const auto input = random_input();
    Hotel saga(Style::saga);
    play(saga, input);
    const auto expected = outcome(saga, input);
    const bool timed_out = saga.count<GroupCheckoutTimedOut>() > 0;
    const bool completed = saga.state().status == GroupCheckoutStatus::Completed;
    RC_TAG(std::string(saga.state().status == GroupCheckoutStatus::NotInitiated ? "refused"
                       : timed_out && completed                                 ? "timed out and completed"
                                                                                : "handled"));
    RC_ASSERT(violations_of(saga) == std::vector<std::string>{});
    for (const auto style : {Style::choreography, Style::process_manager}) {
      Hotel other(style);
      play(other, input);
      const auto came = outcome(other, input);
      for (const auto& [what, lines] : expected) {
        if (came.at(what) != lines) RC_LOG() << to_string(style) << " differs from saga in " << what << '\n';
      }
      RC_ASSERT(came == expected);
    }
  });
  EXPECT_TRUE(passed);
}

}  // namespace
