// How much of a stream is kept: truncated, bounded in number and age.
#pragma once

#include <string>
#include <vector>

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreStreamLimits, AreNoneAtFirst) {
  EXPECT_EQ(store().stream_limits("S").value(), StreamLimits{});
  fill("S", 1);
  EXPECT_EQ(store().stream_limits("S").value(), StreamLimits{});
}

LASAGNE_STORE_TEST(StoreStreamLimits, TruncateBeforeHidesWhatIsOlder) {
  fill("S", 6);
  ASSERT_TRUE(ok(store().set_stream_limits("S", {.truncate_before = 4, .max_count = {}, .max_age = {}})));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(readable("S"), (std::vector<Revision>{4, 5}));
    const auto backwards = read("S", 5, Direction::backwards);
    EXPECT_EQ(revisions_of(backwards->messages), (std::vector<Revision>{5, 4}));
    EXPECT_TRUE(backwards->end);
    EXPECT_EQ(backwards->first, 4u);
    EXPECT_EQ(backwards->head, 5u);
    reopen();
  }
  EXPECT_EQ(append("S", ExpectedRevision::exactly(5), {"next"})->revisions, std::vector<Revision>{6});
}

LASAGNE_STORE_TEST(StoreStreamLimits, TruncateBeforeNeverGoesBack) {
  fill("S", 6);
  ASSERT_TRUE(ok(store().set_stream_limits("S", {.truncate_before = 4, .max_count = {}, .max_age = {}})));
  ASSERT_TRUE(ok(store().set_stream_limits("S", {.truncate_before = 2, .max_count = {}, .max_age = {}})));
  EXPECT_EQ(readable("S"), (std::vector<Revision>{4, 5}));
  ASSERT_TRUE(ok(store().set_stream_limits("S", {})));
  EXPECT_EQ(store().stream_limits("S")->truncate_before, 4u);
  reopen();
  EXPECT_EQ(readable("S"), (std::vector<Revision>{4, 5}));
}

LASAGNE_STORE_TEST(StoreStreamLimits, TruncatedPastTheHeadIsEmptyAndGoesOn) {
  fill("S", 3);
  ASSERT_TRUE(ok(store().set_stream_limits("S", {.truncate_before = 4, .max_count = {}, .max_age = {}})));
  ASSERT_TRUE(ok(read("S")));
  EXPECT_EQ(readable("S"), std::vector<Revision>{});
  EXPECT_TRUE(read("S")->end);
  EXPECT_TRUE(read("S", 2, Direction::backwards)->messages.empty());
  fill("S", 2);
  EXPECT_EQ(readable("S"), (std::vector<Revision>{4}));
}

LASAGNE_STORE_TEST(StoreStreamLimits, MaxCountKeepsTheLatest) {
  fill("S", 6);
  ASSERT_TRUE(ok(store().set_stream_limits("S", {.truncate_before = {}, .max_count = 2, .max_age = {}})));
  EXPECT_EQ(readable("S"), (std::vector<Revision>{4, 5}));
  fill("S", 3);
  EXPECT_EQ(readable("S"), (std::vector<Revision>{7, 8}));
  EXPECT_EQ(read("S")->first, 7u);
  reopen();
  EXPECT_EQ(readable("S"), (std::vector<Revision>{7, 8}));
  EXPECT_EQ(store().stream_limits("S")->max_count, 2u);
}

LASAGNE_STORE_TEST(StoreStreamLimits, MaxAgeHidesWhatIsTooOld) {
  fill("S", 3);
  advance(Duration{1'000'000});
  fill("S", 2);
  ASSERT_TRUE(
      ok(store().set_stream_limits("S", {.truncate_before = {}, .max_count = {}, .max_age = Duration{1'500'000}})));
  EXPECT_EQ(readable("S").size(), 5u);
  advance(Duration{1'000'000});
  EXPECT_EQ(readable("S"), (std::vector<Revision>{3, 4}));
  EXPECT_EQ(read("S")->first, 3u);
  EXPECT_EQ(revisions_of(read("S", 0, Direction::forwards, 1)->messages), std::vector<Revision>{3}) << "pages skip it";
  EXPECT_TRUE(read("S", 4, Direction::backwards, 2)->end);
  reopen();
  EXPECT_EQ(readable("S"), (std::vector<Revision>{3, 4}));
  advance(Duration{1'000'000});
  EXPECT_EQ(readable("S"), std::vector<Revision>{});
  fill("S", 1);
  EXPECT_EQ(readable("S"), (std::vector<Revision>{5}));
}

// A clock that was ahead recorded some of the messages in the middle: they are as old as what follows them.
LASAGNE_STORE_TEST(StoreStreamLimits, MaxAgeCutsAStreamAtOnePlaceAlsoWhereTimeWentBack) {
  constexpr Duration second{1'000'000};
  const StreamLimits limits{.truncate_before = {}, .max_count = {}, .max_age = 10 * second};
  fill("S", 3);
  advance(second * 3'000'000);
  fill("S", 4);
  advance(second * 5 - second * 3'000'000);
  fill("S", 2);
  advance(second * 2);
  fill("S", 1);
  ASSERT_TRUE(ok(store().set_stream_limits("S", limits)));
  const auto expect_first = [&](Revision first) {
    std::vector<Revision> expected;
    for (auto revision = first; revision < 10; ++revision) expected.push_back(revision);
    EXPECT_EQ(readable("S"), expected);
    EXPECT_EQ(read("S")->first, first);
    ASSERT_TRUE(ok(store().scavenge()));
    EXPECT_EQ(readable("S"), expected);
    reopen();
    EXPECT_EQ(readable("S"), expected);
  };
  expect_first(0);
  advance(second * 5);
  expect_first(3);
  advance(second * 4);
  expect_first(9);
  advance(second * 5);
  expect_first(10);
}

LASAGNE_STORE_TEST(StoreStreamLimits, MayBeSetBeforeTheFirstMessage) {
  const StreamLimits limits{.truncate_before = {}, .max_count = 1, .max_age = Duration{5'000'000}};
  ASSERT_TRUE(ok(store().set_stream_limits("S", limits)));
  EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
  reopen();
  EXPECT_EQ(store().stream_limits("S").value(), limits);
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a", "b"})));
  EXPECT_EQ(readable("S"), std::vector<Revision>{1});
}

}  // namespace lasagne::testing
