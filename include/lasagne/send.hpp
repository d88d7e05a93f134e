// What sagas, process managers, subscriptions and effects answer with: commands and timers.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lasagne/json.hpp"
#include "lasagne/message.hpp"
#include "lasagne/retry.hpp"
#include "lasagne/type_name.hpp"

namespace lasagne {

namespace detail {

// A value that would not read back from a store as it is: permanent.
class EncodeFailure : public PermanentError {
 public:
  using PermanentError::PermanentError;
};

struct Encoded {
  std::string type{};
  std::string data{};
  const std::type_info* cpp_type = nullptr;  // what it was made of
};
// An empty buffer of this thread, for the time of one call.
[[nodiscard]] std::string& scratch();

// The text takes no more memory than it needs: messages are kept. Throws EncodeFailure.
[[nodiscard]] Encoded encode_erased(const MessageType& type, const void* value, WriteValue write);

template <class T>
Encoded encode(const T& value) {
  static_assert(Struct<T>, "lasagne: a message is a struct (and not a std::variant: pass what is in it)");
  return encode_erased(message_type<T>, &value, &write_erased<T>);
}

void add_encoded(std::vector<Encoded>& all, Encoded encoded);

struct TimerRequest {
  std::string key{};
  Timestamp due{};
  Encoded command{};
};

// What one handler call asked for; the engine turns it into a commit.
struct Outbox {
  std::vector<Encoded> commands{};
  std::vector<Encoded> published{};   // external events of the handler's module
  std::vector<Encoded> own_events{};  // of a process manager's own stream
  std::vector<TimerRequest> timers{};
  std::vector<std::string> cancelled{};
};

inline Uuid new_id(const Uuid& cause, std::string_view handler, std::string_view purpose) {
  return Uuid::derive(cause, std::string(handler).append(1, ' ').append(purpose));
}

}  // namespace detail

// Collects what a handler sends. Nothing leaves before the handler has returned and its hop is committed; if the
// handler throws, all of it is dropped. Valid during the call only.
class Send {
 public:
  // `handler` is the type name of the handler that sends, `processor` the name of its processor; all must outlive it.
  Send(const Message& cause, detail::Outbox& outbox, std::string_view handler, std::string_view processor)
      : cause_(cause), outbox_(outbox), handler_(handler), processor_(processor) {}
  Send(const Send&) = delete;
  Send& operator=(const Send&) = delete;

  // Sends a command to the module that handles its type. Commands keep their order.
  template <class Command>
  void operator()(const Command& command) {
    detail::add_encoded(outbox_.commands, detail::encode(command));
  }

  // Sends `command` once at `due`, unless cancelled before. Setting the same key again replaces the timer. Keys are the
  // module's own.
  template <class Command>
  void at(Timestamp due, std::string_view key, const Command& command) {
    add_timer(due, key, detail::encode(command));
  }
  // The same, counted from when the handled message was recorded.
  template <class Command>
  void after(Duration delay, std::string_view key, const Command& command) {
    at(cause_.recorded_at + delay, key, command);
  }
  // Removes a timer, also one that this call has set; one that is not set or has fired is ignored.
  void cancel(std::string_view key);

  // An id derived from the handled message, the handler's type and the purpose: a redelivery yields the same one,
  // another handler another one. Several ids in one call need several purposes ("line 1", "line 2").
  [[nodiscard]] Uuid new_id(std::string_view purpose) const { return detail::new_id(cause_.id, handler_, purpose); }

  // The message being handled: its id, stream, revision, time of recording and metadata.
  [[nodiscard]] const Message& cause() const noexcept { return cause_; }

  // For effects: a key that is the same for every attempt of this handler at this message, even after a restart or on
  // another machine, and that differs for every other message and every other handler. A handler is known by the name
  // of its processor (HandlerOptions::name). It is the text of a UUID, fit for an Idempotency-Key header.
  [[nodiscard]] std::string idempotency_key() const {
    return detail::new_id(cause_.id, processor_, "call").to_string();
  }

 private:
  void add_timer(Timestamp due, std::string_view key, detail::Encoded command);

  const Message& cause_;
  detail::Outbox& outbox_;
  const std::string_view handler_;
  const std::string_view processor_;
};

}  // namespace lasagne
