// All processors that a set of modules needs.
#pragma once

#include <memory>
#include <vector>

#include "runtime/processor.hpp"

namespace lasagne::detail {

// They keep references to all arguments.
std::vector<std::unique_ptr<Processor>> make_processors(Store& store, const Registry& registry, StateCache& cache,
                                                        const Log& log);

}  // namespace lasagne::detail
