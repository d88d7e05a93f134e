// In a test framework other than GoogleTest a failure is thrown; both ways may live in one program.
#include <gtest/gtest.h>
#undef ADD_FAILURE
#include "lasagne/testing/specification.hpp"
#include "runtime/jobs_domain.hpp"

namespace {

using namespace jobs_domain;
using lasagne::testing::given;
using lasagne::testing::given_saga;
using lasagne::testing::SpecificationFailed;

const Uuid job = Uuid::derive(Uuid{}, "job");

TEST(ThrownFailure, SaysWhatDiffers) {
  try {
    given<Job>(JobOpened{job, "paint"}).when(CloseJob{job}).then_nothing();
    FAIL() << "no exception";
  } catch (const SpecificationFailed& failure) {
    EXPECT_EQ(failure.what(),
              "events differ (- expected, + came):\n"
              "  + JobClosed {\"job_id\":\"" +
                  job.to_string() + "\"}\n");
  }
}

TEST(ThrownFailure, DoesNotComeWithoutOne) {
  EXPECT_NO_THROW(given<Job>(JobOpened{job, "paint"}).when(CloseJob{job}).then(JobClosed{job}));
  EXPECT_THROW(given<Job>().when(CloseJob{job}).then_rejected("NotOpen"), SpecificationFailed);
  EXPECT_THROW(given_saga<Invoicing>().when(InvoicePaid{job}).then_nothing(), SpecificationFailed);
}

}  // namespace
