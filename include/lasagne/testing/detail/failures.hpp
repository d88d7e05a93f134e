// Behind specification.hpp: how a specification that does not hold is reported.
#pragma once

#include <stdexcept>
#include <string>

#include "lasagne/testing/detail/specified.hpp"

// Both kinds of failure may live in one program: they are different functions.
#ifdef ADD_FAILURE
#define LASAGNE_SPECIFICATION_FAILURES add_failure
#else
#define LASAGNE_SPECIFICATION_FAILURES throw_failure
#endif

namespace lasagne::testing {

class SpecificationFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline namespace LASAGNE_SPECIFICATION_FAILURES {

inline void fail_specification(const std::string& text) {
#ifdef ADD_FAILURE
  ADD_FAILURE() << text;
#else
  throw SpecificationFailed(text);
#endif
}

inline void expect_same(const std::string& what, const detail::Lines& expected, const detail::Lines& came) {
  if (expected == came) return;
  fail_specification(what + " differ (- expected, + came):\n" + detail::difference(expected, came));
}

}  // namespace LASAGNE_SPECIFICATION_FAILURES
}  // namespace lasagne::testing
