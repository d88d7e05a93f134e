// Where the simulator gets between a processor, its store and its handlers.
#pragma once

#include <cstddef>
#include <optional>

#include "lasagne/send.hpp"
#include "lasagne/store.hpp"

namespace lasagne::testing::detail {

// The node whose call this was is gone. No std::exception, so that nobody takes it for an error of a handler.
struct NodeCrash {};

class FaultPoints {
 public:
  virtual ~FaultPoints() = default;
  // Does what becomes of the commit. Throws NodeCrash.
  virtual Result<Committed> commit(const Commit& commit, Await await) = 0;
  // The error of the read that is about to happen.
  virtual std::optional<Error> before_read() = 0;
  // How many messages a read along the log gives that asks for `limit`.
  virtual std::size_t slice(std::size_t limit) = 0;
  // An effect is about to tell the outside world of this message.
  virtual void before_effect(const Message& message) = 0;
  // Throw what a handler would.
  virtual void before_handler() = 0;
  virtual void after_handler() = 0;
  // What a reaction wants done for this message.
  virtual void reacted(const Message& message, const lasagne::detail::Outbox& outbox) = 0;
};

}  // namespace lasagne::testing::detail
