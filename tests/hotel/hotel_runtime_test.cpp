// The group checkout through a real runtime, in every style: outcomes, deadlines, reruns, repeats, restarts.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "audit.hpp"
#include "hotel_runtime.hpp"

namespace {

using namespace hotel_test;
using namespace std::chrono_literals;
using lasagne::Position;

class HotelRuntime : public ::testing::TestWithParam<Style> {
 protected:
  // Every test leaves a log behind that the audit finds nothing wrong with.
  void TearDown() override {
    for (const auto& violation : audit(hotel.store()).violations) {
      if (!hotel.damaged(violation)) ADD_FAILURE() << violation;
    }
  }

  Hotel hotel{GetParam()};
  std::vector<Uuid> in(GuestProgress progress) { return hotel.state().guests_in(progress); }
  std::size_t timers() {
    const auto far_off = hotel.now() + std::chrono::hours(1000);
    return hotel.store().due_timers(far_off, 100).value().size();
  }
};

INSTANTIATE_TEST_SUITE_P(Styles, HotelRuntime, ::testing::ValuesIn(all_styles), [](const auto& param) {
  auto name = std::string(to_string(param.param));
  std::erase(name, '-');
  return name;
});

TEST_P(HotelRuntime, CompletesWhenAllAreSettled) {
  for (const auto& who : {alice, bob, carol}) hotel.arrive(who);
  hotel.initiate({alice, bob, carol, alice});
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Completed);
  EXPECT_TRUE(hotel.state().started);
  EXPECT_EQ(in(GuestProgress::Completed), (std::vector{alice, bob, carol}));
  EXPECT_EQ(hotel.count("GuestCheckedOut"), 3U);
  EXPECT_EQ(hotel.count("CheckOutGuest"), 3U);
  EXPECT_EQ(hotel.count("GroupCheckoutCompleted"), 1U);
  EXPECT_EQ(hotel.count("CommandRejected"), 0U);
  EXPECT_EQ(timers(), 0U) << "the deadline is cancelled when the group ended";
}

TEST_P(HotelRuntime, FailsWithBothListsForEveryReason) {
  hotel.arrive(alice);
  hotel.arrive(bob, -1);
  hotel.arrive(carol);
  hotel.do_now(CheckOutGuest{carol, {}, 0, hotel.now()});
  const auto stranger = id_of("stranger");
  hotel.initiate({stranger, carol, bob, alice});
  hotel.settle();
  const auto state = hotel.state();
  EXPECT_EQ(state.status, GroupCheckoutStatus::Failed);
  EXPECT_EQ(in(GuestProgress::Completed), (std::vector{alice}));
  EXPECT_EQ(in(GuestProgress::Failed), (std::vector{stranger, carol, bob}));
  EXPECT_EQ(state.guests.at(stranger).reason, CheckoutFailureReason::NotCheckedIn);
  EXPECT_EQ(state.guests.at(carol).reason, CheckoutFailureReason::AlreadyCheckedOut);
  EXPECT_EQ(state.guests.at(bob).reason, CheckoutFailureReason::BalanceNotSettled);
  EXPECT_EQ(timers(), 0U);
}

TEST_P(HotelRuntime, IsRerunForThoseThatFailedOnceTheCauseIsResolved) {
  hotel.arrive(alice);
  hotel.arrive(bob, -30);
  hotel.initiate({alice, bob});
  hotel.settle();
  ASSERT_EQ(hotel.state().status, GroupCheckoutStatus::Failed);

  hotel.rerun_group();
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Failed) << "the cause is not resolved";
  EXPECT_EQ(hotel.state().round, 2U);

  hotel.do_now(RecordPayment{bob, Money{30}, hotel.now()});
  hotel.rerun_group();
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Completed);
  EXPECT_EQ(hotel.state().round, 3U);
  EXPECT_EQ(hotel.count("GuestCheckedOut"), 2U);
  EXPECT_EQ(hotel.count("GuestCheckoutFailed"), 2U);
  EXPECT_EQ(hotel.count("CheckOutGuest"), 4U) << "who is out is not asked again";
  EXPECT_EQ(timers(), 0U);
}

TEST_P(HotelRuntime, TimesOutWithWhatIsOutstanding) {
  hotel.arrive(alice);
  hotel.arrive(bob, 5);
  hotel.damage(carol);
  hotel.initiate({alice, bob, carol});
  hotel.settle();
  ASSERT_EQ(hotel.state().status, GroupCheckoutStatus::InProgress);
  EXPECT_EQ(timers(), 1U);
  hotel.now() = hotel.now() + 1h;
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::TimedOut);
  EXPECT_EQ(in(GuestProgress::Outstanding), (std::vector{carol}));
  EXPECT_EQ(hotel.count("GroupCheckoutTimedOut"), 1U);
  EXPECT_EQ(timers(), 0U);
}

// The check-outs lie on the bus while nobody handles them, until after the deadline.
TEST_P(HotelRuntime, CompletesATimedOutGroupAllTheSameWhenTheLastOutstandingGuestReportsLate) {
  for (const auto& who : {alice, bob}) hotel.arrive(who);
  hotel.initiate({alice, bob});
  hotel.do_now(TimeOutGroupCheckout{group, 1, hotel.now() + 1h});
  EXPECT_EQ(in(GuestProgress::Outstanding), (std::vector{alice, bob}));
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Completed);
  EXPECT_EQ(in(GuestProgress::Completed), (std::vector{alice, bob}));
  EXPECT_EQ(hotel.count<GuestCheckedOut>(), 2U);
  EXPECT_EQ(hotel.count<GroupCheckoutTimedOut>(), 1U);
  EXPECT_EQ(hotel.count<GroupCheckoutCompleted>(), 1U);
}

TEST_P(HotelRuntime, LeavesAGroupTimedOutWhenAGuestFailedBeforeTheLateReports) {
  hotel.arrive(alice);
  hotel.arrive(bob, 1);
  hotel.damage(carol);
  hotel.initiate({alice, bob, carol});
  hotel.settle();
  hotel.now() = hotel.now() + 2h;
  hotel.settle();
  hotel.repair(carol);
  hotel.arrive(carol);
  hotel.retry_parked();
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::TimedOut);
  EXPECT_EQ(in(GuestProgress::Completed), (std::vector{alice, carol}));
  EXPECT_EQ(in(GuestProgress::Failed), (std::vector{bob}));
}

TEST_P(HotelRuntime, RerunDoesNotFailForAGuestWhoMeanwhileLeftAlone) {
  hotel.arrive(alice);
  hotel.arrive(bob, -30);
  hotel.initiate({alice, bob});
  hotel.settle();
  ASSERT_EQ(hotel.state().status, GroupCheckoutStatus::Failed);
  hotel.do_now(RecordPayment{bob, Money{30}, hotel.now()});
  hotel.do_now(CheckOutGuest{bob, {}, 0, hotel.now()});
  hotel.rerun_group();
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Completed);
  EXPECT_EQ(in(GuestProgress::Completed), (std::vector{alice, bob}));
  EXPECT_EQ(hotel.count<GuestCheckedOut>(), 2U);
}

TEST_P(HotelRuntime, ARepeatedCheckOutOfAGuestAloneChangesNothing) {
  hotel.arrive(alice);
  hotel.do_now(CheckOutGuest{alice, {}, 0, hotel.now()});
  const auto before = hotel.log({});
  hotel.do_now(CheckOutGuest{alice, {}, 0, hotel.now()});
  EXPECT_EQ(hotel.log({}), before);
}

TEST_P(HotelRuntime, RerunsATimedOutGroupAndTakesTheLateReportOfItsFirstRound) {
  hotel.arrive(alice);
  hotel.damage(bob);
  hotel.initiate({alice, bob});
  hotel.settle();
  hotel.now() = hotel.now() + 2h;
  hotel.settle();
  ASSERT_EQ(hotel.state().status, GroupCheckoutStatus::TimedOut);

  hotel.repair(bob);
  hotel.retry_parked();  // the first round's check-out: fails late, as bob is not checked in
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::TimedOut);
  EXPECT_EQ(in(GuestProgress::Outstanding), (std::vector{bob}));

  hotel.arrive(bob);
  hotel.rerun_group();
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Completed);
  EXPECT_EQ(hotel.state().round, 2U);
}

TEST_P(HotelRuntime, ALateTimerOfAnEndedGroupChangesNothing) {
  hotel.arrive(alice, 1);
  hotel.initiate({alice});
  hotel.settle();
  ASSERT_EQ(hotel.state().status, GroupCheckoutStatus::Failed);
  hotel.rerun_group();
  hotel.send(TimeOutGroupCheckout{group, 1, deadline});
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Failed);
  EXPECT_EQ(hotel.count("GroupCheckoutTimedOut"), 0U);
  hotel.send(TimeOutGroupCheckout{group, 2, deadline});
  hotel.settle();
  EXPECT_EQ(hotel.count("GroupCheckoutTimedOut"), 0U);
  EXPECT_EQ(hotel.count("CommandRejected"), 0U);
}

TEST_P(HotelRuntime, RepeatedCheckOutsOfTheGroupChangeNothing) {
  hotel.arrive(alice);
  hotel.arrive(bob, 1);
  hotel.initiate({alice, bob});
  hotel.settle();
  const auto before = hotel.log({"GroupCheckoutCompleted", "GroupCheckoutFailed", "GuestCheckoutFailureRecorded",
                                 "GuestCheckoutCompletionRecorded", "GuestCheckedOut"});
  for (int i = 0; i < 2; ++i) {
    for (const auto& who : {alice, bob}) hotel.send(CheckOutGuest{who, group, 1, hotel.now()});
    hotel.settle();
  }
  EXPECT_EQ(hotel.log({"GroupCheckoutCompleted", "GroupCheckoutFailed", "GuestCheckoutFailureRecorded",
                       "GuestCheckoutCompletionRecorded", "GuestCheckedOut"}),
            before);
}

TEST_P(HotelRuntime, GuestsAloneConcernNoGroup) {
  hotel.arrive(alice);
  hotel.arrive(bob, 1);
  hotel.send(CheckOutGuest{alice, {}, 0, hotel.now()});
  hotel.send(CheckOutGuest{bob, {}, 0, hotel.now()});
  hotel.settle();
  EXPECT_EQ(hotel.count("GuestCheckedOut"), 1U);
  EXPECT_EQ(hotel.count("GuestCheckoutFailed"), 1U);
  EXPECT_TRUE(hotel.log({}, "hotel__command-rejections").empty());
}

TEST_P(HotelRuntime, TwoGroupsThatShareAGuestBothEnd) {
  for (const auto& who : {alice, bob}) hotel.arrive(who);
  hotel.initiate({alice, bob});
  hotel.initiate({bob, alice}, id_of("second"));
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Completed);
  EXPECT_EQ(hotel.state(id_of("second")).status, GroupCheckoutStatus::Failed);
  EXPECT_EQ(hotel.count("GuestCheckedOut"), 2U);
}

TEST_P(HotelRuntime, TakesOneCommandIdOnce) {
  hotel.arrive(alice, -7);
  const RecordPayment payment{alice, Money{7}, hotel.now()};
  hotel.send(payment, id_of("payment"));
  hotel.send(payment, id_of("payment"));
  hotel.initiate({alice});
  hotel.settle();
  EXPECT_EQ(hotel.count("PaymentRecorded"), 2U) << "one of them made at arrival";
}

TEST_P(HotelRuntime, TheStoreRemembersTheStyle) {
  EXPECT_EQ(style_of(hotel.store()), std::nullopt);
  hotel.arrive(alice);
  EXPECT_EQ(style_of(hotel.store()), std::nullopt);
  hotel.initiate({alice});
  hotel.settle();
  EXPECT_EQ(style_of(hotel.store()), GetParam());
}

TEST(Style, HasAName) {
  for (const auto style : all_styles) EXPECT_EQ(parse_style(to_string(style)), style);
  EXPECT_EQ(parse_style("process_manager"), std::nullopt);
}

TEST_P(HotelRuntime, TheWholeChainIsOneProcess) {
  hotel.arrive(alice);
  hotel.initiate({alice});
  hotel.settle();
  const auto first =
      hotel.store().read_stream(lasagne::stream_of<GroupCheckout>(group), 0, lasagne::Direction::forwards, 1);
  ASSERT_TRUE(first);
  const auto chain = hotel.store().read_process(first->correlation_id, 0, 1000);
  ASSERT_TRUE(chain);
  const auto has = [&](std::string_view type) {
    return std::ranges::any_of(*chain, [&](const auto& message) { return lasagne::last_part(message->type) == type; });
  };
  for (const auto type : {"GroupCheckoutInitiated", "CheckOutGuest", "GuestCheckedOut", "GroupCheckoutCompleted"}) {
    EXPECT_TRUE(has(type)) << type;
  }
}

TEST_P(HotelRuntime, NothingIsRepeatedAfterARestart) {
  for (const std::string url : {"memory:", "sqlite:"}) {
    const auto path = ::testing::TempDir() + "hotel-restart-" + std::string(to_string(GetParam())) + ".db";
    for (const auto* suffix : {"", "-wal", "-shm", "-lock", ".lock"}) std::filesystem::remove(path + suffix);
    Hotel again(GetParam(), url == "sqlite:" ? url + path : url);
    again.arrive(alice);
    again.arrive(bob, 1);
    again.initiate({alice, bob});
    again.restart();  // before anything was handled
    again.settle();
    EXPECT_EQ(again.state().status, GroupCheckoutStatus::Failed);
    const auto everything = again.log({});
    again.restart();
    again.settle();
    EXPECT_EQ(again.log({}), everything);
    again.initiate({bob, alice});  // the clerk's client tries again
    again.settle();
    EXPECT_EQ(again.log({}), everything);
    again.do_now(RecordPayment{bob, Money{1}, again.now()});
    EXPECT_FALSE(again.runtime().execute(RecordPayment{alice, Money{1}, again.now()}));
    again.do_now(RecordCharge{bob, Money{2}, again.now()});
    again.rerun_group();
    again.restart();
    again.settle();
    EXPECT_EQ(again.state().status, GroupCheckoutStatus::Completed);
    EXPECT_EQ(again.count("GuestCheckedOut"), 2U);
  }
}

TEST_P(HotelRuntime, TheDeadlineSurvivesARestart) {
  hotel.damage(alice);
  hotel.initiate({alice});
  hotel.settle();
  hotel.restart();
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::InProgress);
  hotel.now() = hotel.now() + 1h;
  hotel.settle();
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::TimedOut);
  hotel.restart();
  hotel.settle();
  EXPECT_EQ(hotel.count("GroupCheckoutTimedOut"), 1U);
}

TEST_P(HotelRuntime, ThreadsComeToTheSameOutcome) {
  std::vector<Uuid> guests;
  for (int i = 0; i < 40; ++i) guests.push_back(id_of("threaded " + std::to_string(i)));
  for (std::size_t i = 0; i < guests.size(); ++i) hotel.arrive(guests[i], i % 10 == 0 ? 1 : 0);
  hotel.runtime().start();
  hotel.initiate(guests);
  ASSERT_TRUE(hotel.runtime().wait_until_idle());
  ASSERT_TRUE(hotel.runtime().stop());
  EXPECT_EQ(hotel.state().status, GroupCheckoutStatus::Failed);
  EXPECT_EQ(in(GuestProgress::Completed).size(), 36U);
  EXPECT_EQ(hotel.count("GroupCheckoutFailed"), 1U);
  EXPECT_EQ(hotel.count("GuestCheckedOut") + hotel.count("GuestCheckoutFailed"), 40U);
}

}  // namespace
