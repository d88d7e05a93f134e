// The bounds of what a store takes (Limits), checked before anything else and without a lock.
#pragma once

#include <string_view>

#include "lasagne/store.hpp"

namespace lasagne::detail {

[[nodiscard]] Result<void> check_bounds(const Commit& commit);
[[nodiscard]] Result<void> check_stream_name(std::string_view name);

}  // namespace lasagne::detail
