// A commit in words.
#pragma once

#include <string>

#include "lasagne/store.hpp"

namespace lasagne::testing::detail {

[[nodiscard]] std::string narrate(const Commit& commit, const Result<Committed>& outcome);

}  // namespace lasagne::testing::detail
