// What a module says about one of its handlers, beside its type.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "lasagne/message.hpp"
#include "lasagne/retry.hpp"

namespace lasagne {

// Where in the log a handler begins that has never run. Its place is recorded durably when the handler first starts, in
// Runtime::start or run_until_idle. From then on its checkpoint says where it is: another start, or another StartFrom,
// changes nothing.
class StartFrom {
 public:
  // Everything that was ever recorded is handled, too.
  static constexpr StartFrom beginning() noexcept { return StartFrom(Position{0}); }
  // Only what is recorded after the handler first started: a new effect that sends mail does not write to the customers
  // of the past.
  static constexpr StartFrom now() noexcept { return StartFrom(std::nullopt); }
  // What comes after this position. A position past the log's end means now(), so that nothing later is missed.
  static constexpr StartFrom after(Position position) noexcept { return StartFrom(position); }

  // The position after which the handler begins; empty: the log's end.
  [[nodiscard]] constexpr std::optional<Position> position() const noexcept { return position_; }
  friend bool operator==(const StartFrom&, const StartFrom&) = default;

 private:
  constexpr explicit StartFrom(std::optional<Position> position) noexcept : position_(position) {}
  std::optional<Position> position_;
};

struct HandlerOptions {
  RetryPolicy retry = {};
  // Name of the processor, by which its checkpoint is kept; unset: <module>/<kind>/<type_name of the handler>. Renaming
  // a handler type without pinning the old name, here or by lasagne::type_name, starts a new processor, which begins at
  // `start_from`.
  std::string name = {};
  StartFrom start_from = StartFrom::beginning();
  // For effects: how many calls may be under way at once, each on a thread of its own, from 1 to 1,024. Messages of one
  // key are still called one after the other. A crash may repeat up to that many calls. With 1, only one thread at a
  // time calls the object. Other handlers are pure and need no threads, so they ignore this.
  std::size_t calls_at_once = 16;
};

}  // namespace lasagne
