// Handlers that throw as the schedule says, around real ones.
#pragma once

#include <memory>

#include "lasagne/module.hpp"

namespace lasagne::testing::detail {

class FaultPoints;

// The same module; each call of a handler asks `fault_points` first and last, which must outlive the module.
[[nodiscard]] Module with_faults(const Module& module, FaultPoints& fault_points);

}  // namespace lasagne::testing::detail
