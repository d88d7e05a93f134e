// The three styles come to the same outcome on the same input.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "audit.hpp"
#include "hotel_runtime.hpp"

namespace {

using namespace hotel_test;

constexpr int guests_there = 5;
constexpr int groups_there = 2;

struct Step {
  enum class Kind : std::uint8_t {
    check_in,
    charge,
    pay,
    check_out_alone,
    initiate,
    repeat_check_out,
    rerun,
    time_out,
    settle,
    restart
  };
  Kind kind{};
  int guest = 0;
  int group = 0;
  std::int64_t amount = 0;
  unsigned guests = 0;  // a set, by bit
};

Uuid guest_number(int number) { return id_of("guest " + std::to_string(number)); }
Uuid group_number(int number) { return id_of("group " + std::to_string(number)); }

std::vector<Uuid> members(unsigned bits) {
  std::vector<Uuid> found;
  for (int i = 0; i < guests_there; ++i) {
    if (bits & (1U << i)) found.push_back(guest_number(i));
  }
  return found;
}

void take(Hotel& hotel, const Step& step) {
  const auto guest = guest_number(step.guest);
  const auto group = group_number(step.group);
  using enum Step::Kind;
  switch (step.kind) {
    case check_in:
      hotel.attempt(CheckInGuest{guest, at(0)});
      break;
    case charge:
      hotel.attempt(RecordCharge{guest, Money{step.amount}, at(1)});
      break;
    case pay:
      hotel.attempt(RecordPayment{guest, Money{step.amount}, at(2)});
      break;
    case check_out_alone:
      hotel.attempt(CheckOutGuest{guest, {}, 0, at(3)});
      break;
    case initiate:
      hotel.attempt(InitiateGroupCheckout{group, clerk, members(step.guests), at(10), deadline});
      break;
    case repeat_check_out: {
      // Of one that succeeded: one that failed would be asked for, and fail, a second time.
      const auto state = hotel.state(group);
      const auto found = state.guests.find(guest);
      const bool succeeded = found != state.guests.end() && found->second.progress == GuestProgress::Completed;
      if (succeeded) hotel.send(CheckOutGuest{guest, group, state.round, at(10)});
      break;
    }
    case rerun:
      hotel.attempt(RerunGroupCheckout{group, at(20), deadline});
      break;
    case time_out:
      hotel.attempt(TimeOutGroupCheckout{group, hotel.state(group).round, deadline});
      break;
    case settle:
      hotel.settle();
      break;
    case restart:
      hotel.restart();
      break;
  }
}

// What each style must agree on: every event of every guest and every group, the group's in any order between two ends,
// since how fast reports travel is where the styles differ.
std::map<std::string, std::vector<std::string>> outcome(Hotel& hotel) {
  std::map<std::string, std::vector<std::string>> streams;
  for (int i = 0; i < guests_there; ++i) {
    const auto stream = lasagne::stream_of<GuestStayAccount>(guest_number(i));
    streams[stream] = hotel.events_of(stream);
  }
  for (int i = 0; i < groups_there; ++i) {
    const auto stream = lasagne::stream_of<GroupCheckout>(group_number(i));
    streams[stream] = hotel.events_of(stream);
    std::ranges::sort(streams[stream]);
  }
  return streams;
}

rc::Gen<Step> any_step() {
  using enum Step::Kind;
  const auto kind = rc::gen::weightedElement<Step::Kind>({{4, check_in},
                                                          {2, charge},
                                                          {3, pay},
                                                          {1, check_out_alone},
                                                          {4, initiate},
                                                          {1, repeat_check_out},
                                                          {2, rerun},
                                                          {1, time_out},
                                                          {3, settle},
                                                          {1, restart}});
  return rc::gen::build<Step>(rc::gen::set(&Step::kind, kind),
                              rc::gen::set(&Step::guest, rc::gen::inRange(0, guests_there)),
                              rc::gen::set(&Step::group, rc::gen::inRange(0, groups_there)),
                              rc::gen::set(&Step::amount, rc::gen::inRange<std::int64_t>(1, 3)),
                              rc::gen::set(&Step::guests, rc::gen::inRange(0U, 1U << guests_there)));
}

// Steps that write a group settle first: what is under way then differs between the styles, and with it what such a
// step finds.
std::vector<Step> settled_between(const std::vector<Step>& steps) {
  std::vector<Step> plan;
  for (const auto& step : steps) {
    if (step.kind != Step::Kind::restart) plan.push_back({Step::Kind::settle, 0, 0, 0, 0});
    plan.push_back(step);
  }
  plan.push_back({Step::Kind::settle, 0, 0, 0, 0});
  return plan;
}

TEST(Styles, AgreeOnEveryOutcome) {
  EXPECT_TRUE(rc::check("the three styles agree", [] {
    const auto plan = settled_between(*rc::gen::container<std::vector<Step>>(any_step()));
    std::vector<std::map<std::string, std::vector<std::string>>> outcomes;
    for (const auto style : all_styles) {
      Hotel hotel(style);
      for (const auto& step : plan) take(hotel, step);
      const auto audited = audit(hotel.store());
      RC_ASSERT(audited.violations == std::vector<std::string>{});
      RC_ASSERT(audited.open == 0U);
      outcomes.push_back(outcome(hotel));
    }
    RC_ASSERT(outcomes[0] == outcomes[1]);
    RC_ASSERT(outcomes[0] == outcomes[2]);
  }));
}

// Without settling in between, everything is under way at once. What then is decided may differ with the speed of the
// reports, but how a group that is asked for once ends may not.
TEST(Styles, AgreeOnTheEndOfGroupsUnderWayAtOnce) {
  EXPECT_TRUE(rc::check("groups under way at once end alike", [] {
    const auto debts =
        *rc::gen::container<std::vector<std::int64_t>>(guests_there, rc::gen::inRange<std::int64_t>(0, 2));
    const auto first = *rc::gen::inRange(1U, 1U << guests_there);
    const auto second = *rc::gen::inRange(0U, 1U << guests_there) & ~first;
    const bool rerun_it = *rc::gen::arbitrary<bool>();
    std::vector<std::map<std::string, std::vector<std::string>>> outcomes;
    for (const auto style : all_styles) {
      Hotel hotel(style);
      for (int i = 0; i < guests_there; ++i) hotel.arrive(guest_number(i), -debts[static_cast<std::size_t>(i)]);
      hotel.initiate(members(first), group_number(0));
      if (second != 0) hotel.initiate(members(second), group_number(1));
      hotel.settle();
      if (rerun_it) {
        for (int i = 0; i < guests_there; ++i) hotel.attempt(RecordPayment{guest_number(i), Money{1}, at(15)});
        hotel.attempt(RerunGroupCheckout{group_number(0), at(20), deadline});
        hotel.attempt(RerunGroupCheckout{group_number(1), at(20), deadline});
        hotel.restart();
        hotel.settle();
      }
      RC_ASSERT(audit(hotel.store()).violations.empty());
      RC_ASSERT(audit(hotel.store()).open == 0U);
      outcomes.push_back(outcome(hotel));
    }
    RC_ASSERT(outcomes[0] == outcomes[1]);
    RC_ASSERT(outcomes[0] == outcomes[2]);
  }));
}

}  // namespace
