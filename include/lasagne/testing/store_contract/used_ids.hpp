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

LASAGNE_STORE_TEST(StoreRepeat, AnIdThatComesTwiceInWhatIsDecidedIsRefused) {
  EXPECT_TRUE(refused(append("S", ExpectedRevision::no_stream(), {"new", "new"}), ErrorCode::id_reused));
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a"})));
  EXPECT_TRUE(refused(append("S", ExpectedRevision::exactly(0), {"b", "new", "new"}), ErrorCode::id_reused));
  EXPECT_EQ(readable_ids("S"), ids({"a"}));
}

// It was decided anew, at a later revision.
LASAGNE_STORE_TEST(StoreRepeat, WhatIsDecidedAtTheHeadIsNewThoughItsIdStandsBeforeIt) {
  ASSERT_TRUE(ok(append("S", ExpectedRevision::no_stream(), {"a"})));
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    const auto head = readable("S").size() - 1;
    const auto again = append("S", ExpectedRevision::exactly(head), {"a"});
    ASSERT_TRUE(ok(again));
    EXPECT_FALSE(again->repeated);
    auto other = commit_of({to("S", ExpectedRevision::exactly(head + 1), {})});
    other.appends[0].messages.push_back(message("a", "Else"));
    EXPECT_TRUE(ok(store().append(other)));
  }
  EXPECT_EQ(readable_ids("S"), ids({"a", "a", "a", "a", "a"}));
}

}  // namespace lasagne::testing
