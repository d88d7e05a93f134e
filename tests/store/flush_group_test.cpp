// Threads that wait for one write.
#include <gtest/gtest.h>

#include "store/log/flush_group.hpp"

namespace flush_group_test {

using lasagne::Error;
using lasagne::ErrorCode;
using lasagne::detail::FlushGroup;

TEST(FlushGroup, CallsOneThreadToLead) {
  FlushGroup group;
  group.call_a_leader();
  EXPECT_EQ(group.wait(), FlushGroup::lead);
  group.end(std::nullopt);
  EXPECT_EQ(group.wait(), FlushGroup::durable);
}

// Whoever comes late with it would lead a write that has ended, and the group would never hear the end again.
TEST(FlushGroup, CallsNobodyToLeadOnceTheWriteHasEnded) {
  FlushGroup written;
  written.end(std::nullopt);
  written.call_a_leader();
  EXPECT_EQ(written.wait(), FlushGroup::durable);
  FlushGroup lost;
  lost.end(Error{ErrorCode::failed, "the disk is gone", {}, {}});
  lost.call_a_leader();
  ASSERT_EQ(lost.wait(), FlushGroup::failed);
  EXPECT_EQ(lost.error().message, "the disk is gone");
}

}  // namespace flush_group_test
