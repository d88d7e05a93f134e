#include "runtime/processor.hpp"

namespace lasagne::detail {

Refused meaning_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::conflict:
      return Refused::decide_again;
    case ErrorCode::checkpoint_moved:
    case ErrorCode::parked_gone:
    case ErrorCode::commit_unknown:
      return Refused::read_again;
    case ErrorCode::unavailable:
    case ErrorCode::failed:
      return Refused::wait;
    default:
      return Refused::for_good;
  }
}

}  // namespace lasagne::detail
