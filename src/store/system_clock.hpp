// The clock of stores that are opened by URL.
#pragma once

#include <chrono>

#include "lasagne/timestamp.hpp"

namespace lasagne::detail {

inline Timestamp system_now() {
  return {std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

}  // namespace lasagne::detail
