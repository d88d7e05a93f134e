// The expected-revision table, row by row: what is appended, what is a repeat, and what is refused.
#pragma once

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreExpectedRevision, AnyAppendsToAMissingStreamAndToAnExistingOne) {
  EXPECT_EQ(append("S", ExpectedRevision::any(), {"a"})->revisions, std::vector<Revision>{0});
  EXPECT_EQ(append("S", ExpectedRevision::any(), {"b", "c"})->revisions, std::vector<Revision>{2});
}

LASAGNE_STORE_TEST(StoreExpectedRevision, StreamExistsAppendsToAnExistingStream) {
  fill("S", 1);
  EXPECT_EQ(append("S", ExpectedRevision::stream_exists(), {"b"})->revisions, std::vector<Revision>{1});
}

LASAGNE_STORE_TEST(StoreExpectedRevision, StreamExistsOnAMissingStreamIsAConflict) {
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::stream_exists(), {"a"}), std::nullopt));
  EXPECT_TRUE(refused(read("S"), ErrorCode::not_found));
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyTheHeadAppends) {
  fill("S", 3);
  EXPECT_EQ(append("S", ExpectedRevision::exactly(2), {"a"})->revisions, std::vector<Revision>{3});
  reopen();
  EXPECT_EQ(append("S", ExpectedRevision::exactly(3), {"b"})->revisions, std::vector<Revision>{4});
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyPastTheHeadIsAConflict) {
  fill("S", 3);
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(3), {"a"}), 2));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(~0ull), {"a"}), 2));
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyOnAMissingStreamIsAConflictWithoutRevision) {
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(0), {"a"}), std::nullopt));
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyBeforeTheHeadWithTheSameIdsIsARepeat) {
  fill("S", 2);
  const auto first = append("S", ExpectedRevision::exactly(1), {"a", "b"});
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::exactly(1), {"a", "b"}), first));  // right away
  fill("S", 6);
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::exactly(1), {"a", "b"}), first));  // later on
  EXPECT_EQ(readable("S").size(), 10u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, ExactlyBeforeTheHeadWithOtherIdsIsAConflict) {
  fill("S", 4);
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(1), {"a"}), 3));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::exactly(0), {"S/2"}), 3));  // there, but not at revision 1
  EXPECT_EQ(readable("S").size(), 4u);
}

LASAGNE_STORE_TEST(StoreExpectedRevision, NoStreamOnAnExistingStreamIsARepeatOrAConflict) {
  const auto first = append("S", ExpectedRevision::no_stream(), {"a", "b"});
  fill("S", 5);
  EXPECT_TRUE(repeats(append("S", ExpectedRevision::no_stream(), {"a", "b"}), first));
  EXPECT_TRUE(conflict(append("S", ExpectedRevision::no_stream(), {"x"}), 6));
}

}  // namespace lasagne::testing
