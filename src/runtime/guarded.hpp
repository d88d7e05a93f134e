// The one way in which the engine calls code of the user's: whatever that throws comes back as a value.
#pragma once

#include <cstdint>
#include <exception>
#include <expected>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "lasagne/error.hpp"

namespace lasagne::detail {

// An error of the store on its way through handlers, which do not know the store.
class StoreFailure : public std::runtime_error {
 public:
  explicit StoreFailure(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  [[nodiscard]] const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

// Why a message was not handled.
struct HandlerFailure {
  enum class Kind : std::uint8_t {
    thrown,             // RetryPolicy::transient says whether it may pass
    permanent,          // trying again is pointless
    undecodable,        // likewise, and there is nothing that on_failure could be given
    not_yet,            // the handler waits for another message first
    unstorable,         // the store refuses what the handler answered, for good
    answer_unstorable,  // the store refuses what on_failure answered, for good
  };
  Kind kind = Kind::thrown;
  std::string error;
  std::exception_ptr thrown = nullptr;  // null when nothing was thrown
};

// The exception under way, in a catch block. Throws a StoreFailure again that says that the store is unavailable or
// has failed: no user's code is to blame for that.
[[nodiscard]] HandlerFailure failure_under_way();

template <class F>
[[nodiscard]] auto guarded(F&& call) -> std::expected<std::invoke_result_t<F>, HandlerFailure> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
      std::forward<F>(call)();
      return {};
    } else {
      return std::forward<F>(call)();
    }
  } catch (...) {
    return std::unexpected(failure_under_way());
  }
}

}  // namespace lasagne::detail
