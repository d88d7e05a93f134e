#include "lasagne/error.hpp"

namespace lasagne {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::checkpoint_moved:
      return "checkpoint moved";
    case ErrorCode::timer_gone:
      return "timer gone";
    case ErrorCode::parked_gone:
      return "parked gone";
    case ErrorCode::not_found:
      return "not found";
    case ErrorCode::tombstoned:
      return "tombstoned";
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::id_reused:
      return "id reused";
    case ErrorCode::handler_failed:
      return "handler failed";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::commit_unknown:
      return "commit unknown";
    case ErrorCode::failed:
      return "failed";
    case ErrorCode::in_use:
      return "in use";
    case ErrorCode::unsupported:
      return "unsupported";
  }
  return "unknown error";
}

}  // namespace lasagne
