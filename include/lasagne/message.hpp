// A message as it travels and as it is kept: an event or a command, with its metadata.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/timestamp.hpp"
#include "lasagne/uuid.hpp"

namespace lasagne {

// Place in the store's one global order: 1, 2, 3, ... without gaps. 0 is before the first message.
using Position = std::uint64_t;
// 0-based index in a stream.
using Revision = std::uint64_t;

enum class MessageKind : std::uint8_t { event, command };

struct Metadata {
  Uuid correlation_id{};      // $correlationId: the process this message belongs to; nil: one of its own, of its id
  Uuid causation_id{};        // $causationId: the message that caused it; nil for the first one
  std::string traceparent{};  // W3C trace context, or empty
  friend bool operator==(const Metadata&, const Metadata&) = default;
};

// A message about to be appended. `data` is JSON text.
struct NewMessage {
  Uuid id{};
  MessageKind kind = MessageKind::event;
  std::string type{};
  std::string data{};
  Metadata metadata{};
};

// A message of the log. Immutable, shared by all its readers.
struct Message {
  Position position = 0;
  Revision revision = 0;
  Uuid id{};
  MessageKind kind = MessageKind::event;
  Timestamp recorded_at{};  // when it was appended; goes back along the log only after a clock was ahead by a day
  std::string stream{};
  std::string type{};
  std::string data{};
  Metadata metadata{};
};

using MessagePtr = std::shared_ptr<const Message>;

// `Order-<uuid>` has category `Order`; a name without '-' is its own category.
[[nodiscard]] inline std::string_view category_of(std::string_view stream) noexcept {
  return stream.substr(0, stream.find('-'));
}

// The metadata as JSON: {"$correlationId":"...","$causationId":"...","traceparent":"..."}, absent members left out.
[[nodiscard]] std::string metadata_to_json(const Metadata& metadata);

// The bounds of what a store accepts. Past one of them, append answers `invalid` and says which bound it is.
struct Limits {
  static constexpr std::size_t stream_name_bytes = 256;
  static constexpr std::size_t type_name_bytes = 256;
  static constexpr std::size_t message_bytes = 1 << 20;
  static constexpr std::size_t messages_per_commit = 10'000;
  static constexpr std::size_t entries_per_commit = 10'000;  // timers and parked messages, put and removed
  static constexpr std::size_t commit_bytes = 32 << 20;      // of data, and of what is kept of parked messages
  static constexpr std::size_t key_bytes = 1024;             // of a timer, of a parked message, and a processor's name
  static constexpr std::size_t traceparent_bytes = 256;
  static constexpr std::size_t error_bytes = 64 << 10;       // of a parked message
  static constexpr std::size_t recent_ids_per_stream = 128;  // how far back an append under `any` looks for its ids
  // A clock that is behind the last message by more than that corrects one that was ahead; by less, it is waited for.
  // A clock that jumps ahead by more is told of.
  static constexpr Duration clock_tolerance = std::chrono::days(1);
};

}  // namespace lasagne
