// Threads that wait for one and the same write.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "lasagne/error.hpp"

namespace lasagne::detail {

// They sleep on a word of their own and not on the store's mutex: when the write ends, one call wakes them all, and
// none has to wait for another.
class FlushGroup {
 public:
  enum State : std::uint32_t { waiting, lead, durable, failed };

  // Until the write has ended (durable, failed), or nobody is there to begin it and this thread shall (lead).
  State wait() noexcept;
  // Why it failed; for those whom wait() told so.
  [[nodiscard]] const Error& error() const noexcept { return *error_; }
  // Tells one of those who wait to begin the write. Nothing once the write has ended.
  void call_a_leader() noexcept;
  void end(std::optional<Error> error);

  std::uint32_t size = 0;  // threads that joined; guarded by the store's mutex

 private:
  std::atomic<std::uint32_t> state_{waiting};
  std::optional<Error> error_;  // written once, before state_ says that the write failed
};

}  // namespace lasagne::detail
