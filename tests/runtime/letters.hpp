// A tiny domain for effects: letters are written, an effect posts them and confirms each.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "lasagne/runtime.hpp"

namespace letters {

using lasagne::Decision;
using lasagne::Send;
using lasagne::Uuid;

struct WriteLetter {
  Uuid letter_id;
  std::string text;
};
struct ConfirmLetter {
  Uuid letter_id;
  std::string note;
};
struct LetterWritten {
  Uuid letter_id;
  std::string text;
};
struct LetterConfirmed {
  Uuid letter_id;
  std::string note;
};

struct Letter {
  static constexpr std::string_view category = "Letter";
  using Command = std::variant<WriteLetter, ConfirmLetter>;
  using Event = std::variant<LetterWritten, LetterConfirmed>;
  using State = int;
  static Uuid id(const auto& command) { return command.letter_id; }
  static State evolve(State written, const LetterWritten&) { return written + 1; }
  static State evolve(State written, const LetterConfirmed&) { return written; }
  static Decision<Event> decide(const WriteLetter& command, const State&) {
    return LetterWritten{command.letter_id, command.text};
  }
  static Decision<Event> decide(const ConfirmLetter& command, const State&) {
    return LetterConfirmed{command.letter_id, command.note};
  }
};

// Posts letters by whatever the test puts in.
struct Post {
  using Event = std::variant<LetterWritten>;
  std::function<void(const LetterWritten&, Send&, std::stop_token)> post;
  void on(const LetterWritten& event, Send& send, std::stop_token stop) const { post(event, send, std::move(stop)); }
};
// Another one.
struct Archive : Post {};
// The same with one key for all letters of one text.
struct PostByText : Post {
  static std::string key(const LetterWritten& event) { return event.text; }
};

inline Uuid letter(std::size_t n) { return Uuid::derive(Uuid{}, "letter " + std::to_string(n)); }

// Of all messages of type T, in the log's order.
template <class T>
std::vector<T> all(lasagne::Store& store) {
  std::vector<T> found;
  const auto slice = store.read_all(0, {{std::string(lasagne::type_name<T>)}, {}, {}}, 100'000);
  for (const auto& message : slice->messages) {
    found.push_back(*lasagne::from_json<T>(message->data));
  }
  return found;
}

}  // namespace letters
