// Errors that are expected are values: every fallible call returns std::expected<T, Error>.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lasagne {

// What went wrong, and so what the caller may do.
enum class ErrorCode : std::uint8_t {
  conflict,          // another commit was first: reload and decide again
  checkpoint_moved,  // another node runs this processor: do not retry, go on from the store's checkpoint
  timer_gone,        // the timer to fire was cancelled or has fired: drop it
  parked_gone,       // the parked message was settled by somebody else: drop it
  not_found,         // no such stream (or it was deleted)
  tombstoned,        // the stream is closed for good
  invalid,           // the request can never succeed as it stands: correct it
  id_reused,         // a message id was used before, for another type or other data: nothing was written; take a new id
  handler_failed,    // a handler threw, or the messages of a stream do not fold: fix the module or the stream
  unavailable,       // nothing was written; try again later
  commit_unknown,    // written or not: read back before going on
  failed,            // the store stopped after a failed flush: reopen it
  in_use,            // another process writes this store
  unsupported,       // a foreign file, one of a newer version, or files that do not belong together
};

// The name with spaces in place of underscores: "checkpoint moved".
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

struct Error {
  ErrorCode code{};
  std::string message{};  // what was wrong, where, and what to do: for a person
  std::string stream{};   // the stream concerned, where there is one
  // For conflict: the stream's actual revision; empty when there is no stream.
  std::optional<std::uint64_t> actual_revision{};
};

template <class T>
using Result = std::expected<T, Error>;

// Makes an error to return: `return fail(...)` in a function that returns a Result.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string stream = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(stream), std::nullopt});
}

}  // namespace lasagne
