// Handlers that throw as the schedule says, around real ones.
#pragma once

#include <memory>

#include "lasagne/module.hpp"

namespace lasagne::testing::detail {

class Interference;

// The same module; each call of a handler asks `interference` first and last, which must outlive the module.
[[nodiscard]] Module with_faults(const Module& module, Interference& interference);

}  // namespace lasagne::testing::detail
