// Where a handler begins that has never run.
#pragma once

#include <string>

#include "lasagne/handler_options.hpp"
#include "lasagne/store.hpp"

namespace lasagne::detail {

// The processor's checkpoint. At its first start, when none was ever recorded, it is put where `start` says; that is
// durable on return, so that no later start moves it.
[[nodiscard]] Result<Position> first_checkpoint(Store& store, const std::string& processor, const StartFrom& start);

}  // namespace lasagne::detail
