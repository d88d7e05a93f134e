#include <gtest/gtest.h>

namespace {

TEST(Assertions, AreOnInTests) {
#ifdef NDEBUG
  FAIL() << "this build leaves out assertions";
#endif
}

}  // namespace
