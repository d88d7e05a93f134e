// What handlers left in the store before type names were qualified: checkpoints and held messages under "m/saga/Saga",
// which are now those of "m/saga/shop.Saga".
#pragma once

#include "lasagne/store.hpp"
#include "runtime/registry.hpp"

namespace lasagne::detail {

// Gives each reaction what stands under its unqualified name, so that it goes on where it was. The checkpoint comes
// last and in one commit with held messages, so that a crash in between leaves nothing half done: the next call goes
// on. Throws std::invalid_argument where two handlers might be meant, std::runtime_error when the store fails.
void adopt_unqualified(Store& store, const Registry& registry);

}  // namespace lasagne::detail
