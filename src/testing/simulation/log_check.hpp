// What must hold of the log of any modules.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "lasagne/store.hpp"

namespace lasagne::testing::detail {

struct LogCheck {
  std::vector<std::string> problems;
  std::string digest;  // of all messages with all they hold
};

// Ids are there once, but for those of `again` and of what they caused; positions and revisions have no gaps; time does
// not go back; a cause stands before its effect, which is of its process.
[[nodiscard]] LogCheck check_log(Store& store, std::set<Uuid> again);

}  // namespace lasagne::testing::detail
