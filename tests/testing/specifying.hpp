// What the tests of specifications share: the jobs, and what a specification that does not hold reports.
#pragma once

#include <gtest/gtest.h>
//
#include <gtest/gtest-spi.h>

#include <string>

#include "lasagne/testing/specification.hpp"
#include "runtime/jobs_domain.hpp"

// Named, since clang reflects no types of an unnamed one.
namespace specifying {

using namespace jobs_domain;

inline const Uuid job = Uuid::derive(Uuid{}, "job");
inline const Uuid other = Uuid::derive(Uuid{}, "other");

inline std::string quoted(const Uuid& id) { return "\"" + id.to_string() + "\""; }

// What a specification reported: the text of its one failure, or how many there were.
template <class Use>
std::string failure_of(const Use& use) {
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    use();
  }
  if (results.size() != 1) return std::to_string(results.size()) + " failures";
  std::string text = results.GetTestPartResult(0).message();
  if (text.starts_with("Failed\n")) text.erase(0, 7);
  return text;
}

}  // namespace specifying
