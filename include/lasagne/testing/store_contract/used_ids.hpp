// Messages with ids that were used before, for something else.
#pragma once

#include <string>
#include <utility>

#include "lasagne/testing/store_contract/fixture.hpp"

namespace lasagne::testing {

LASAGNE_STORE_TEST(StoreRepeat, AnIdUsedBeforeForSomethingElseIsRefused) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a", "b"})));
  const auto other = [](const std::string& name, std::string type, std::string data, MessageKind kind) {
    auto changed = message(name, std::move(type));
    if (!data.empty()) changed.data = std::move(data);
    changed.kind = kind;
    return changed;
  };
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    for (const auto& changed :
         {other("a", "Happened", "{\"name\":\"x\"}", MessageKind::event), other("a", "Else", {}, MessageKind::event),
          other("a", "Happened", {}, MessageKind::command)}) {
      for (const auto expected :
           {ExpectedRevision::any(), ExpectedRevision::stream_exists(), ExpectedRevision::no_stream()}) {
        const auto commit = commit_of({Append{"S", expected, {changed}}});
        EXPECT_TRUE(refused(store().append(commit), ErrorCode::id_reused)) << expected.to_string();
      }
      const auto later = commit_of(
          {Append{"S", ExpectedRevision::exactly(0), {other("b", changed.type, changed.data, changed.kind)}}});
      EXPECT_TRUE(refused(store().append(later), ErrorCode::id_reused));
      const auto both = commit_of({Append{"T", ExpectedRevision::any(), {message("a"), changed}}});
      EXPECT_TRUE(refused(store().append(both), ErrorCode::id_reused));
    }
  }
  EXPECT_EQ(readable("S").size(), 2u);
  EXPECT_TRUE(refused(read("T"), ErrorCode::not_found));
}

LASAGNE_STORE_TEST(StoreRepeat, AnIdUsedForSomethingElseBeforeTheExpectedRevisionIsRefused) {
  const auto at = [&](Revision revision, const Ids& same, const Ids& other) {
    auto commit = commit_of({to("S", ExpectedRevision::exactly(revision), same)});
    for (const auto& name : other) commit.appends[0].messages.push_back(message(name, "Else"));
    return store().append(commit);
  };
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a"})));
  EXPECT_TRUE(refused(at(0, {}, {"a"}), ErrorCode::id_reused));
  fill("S", 2);
  ASSERT_TRUE(ok(append("S", ExpectedRevision::exactly(2), {"b", "c"})));
  fill("S", Limits::recent_ids_per_stream - 2);
  const auto head = Limits::recent_ids_per_stream + 2;
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    EXPECT_TRUE(refused(at(head, {}, {"b"}), ErrorCode::id_reused));
    EXPECT_TRUE(refused(at(head, {"new"}, {"c"}), ErrorCode::id_reused));
    EXPECT_TRUE(refused(at(head, {"new", "new"}, {}), ErrorCode::id_reused));
    EXPECT_TRUE(refused(append("T", ExpectedRevision::no_stream(), {"new", "new"}), ErrorCode::id_reused));
    EXPECT_EQ(readable("S").size(), head + 1);
  }
  ASSERT_TRUE(ok(at(head, {"new"}, {"newer"})));
  EXPECT_TRUE(ok(at(head + 2, {}, {"b"}))) << "it is further back than the last ids";
  ASSERT_TRUE(ok(store().delete_stream("S", ExpectedRevision::any())));
  EXPECT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"newer"}))) << "what was deleted is not there";
}

// It was decided anew, at a later revision.
LASAGNE_STORE_TEST(StoreRepeat, TheSameMessageAtALaterRevisionIsWrittenAgain) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a"})));
  const auto again = append("S", ExpectedRevision::exactly(0), {"a"});
  ASSERT_TRUE(ok(again));
  EXPECT_FALSE(again->repeated);
  EXPECT_EQ(readable_ids("S"), ids({"a", "a"}));
}

}  // namespace lasagne::testing
