// All processors that a set of modules needs.
#pragma once

#include <memory>
#include <vector>

#include "runtime/processor.hpp"
#include "runtime/registry.hpp"
#include "runtime/runtime_log.hpp"
#include "runtime/state_cache.hpp"

namespace lasagne::detail {

// They keep references to all arguments.
std::vector<std::unique_ptr<Processor>> make_processors(Store& store, const Registry& registry, StateCache& cache,
                                                        const RuntimeLog& log);

}  // namespace lasagne::detail
