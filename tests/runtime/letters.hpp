// A tiny domain for effects: letters are written, an effect posts them and confirms each.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
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

inline constexpr std::chrono::seconds patience{60};  // of what must happen; nobody waits so long unless it does not

// Counts calls, also those under way at once.
class Calls {
 public:
  class Under {
   public:
    explicit Under(Calls& calls) : calls_(calls) {
      const std::scoped_lock lock(calls_.mutex_);
      calls_.most_ = std::max(calls_.most_, ++calls_.now_);
      ++calls_.all_;
      calls_.changed_.notify_all();
    }
    Under(const Under&) = delete;
    Under& operator=(const Under&) = delete;
    ~Under() {
      const std::scoped_lock lock(calls_.mutex_);
      --calls_.now_;
      calls_.changed_.notify_all();
    }

   private:
    Calls& calls_;
  };

  // False if it did not come to so many at once.
  bool await_at_once(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return most_ >= count; });
  }
  bool await_all(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return all_ >= count; });
  }
  int all() {
    const std::scoped_lock lock(mutex_);
    return all_;
  }
  int most_at_once() {
    const std::scoped_lock lock(mutex_);
    return most_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int now_ = 0;
  int most_ = 0;
  int all_ = 0;
};

inline void write(lasagne::Store& store, std::size_t n, const std::string& text) {
  lasagne::Runtime writer(store, {lasagne::Module{"letters"}.decider<Letter>()});
  ASSERT_TRUE(writer.execute(WriteLetter{letter(n), text}));
}

template <class Effect = Post>
lasagne::Module letters_with(std::function<void(const LetterWritten&, Send&, std::stop_token)> post,
                             lasagne::HandlerOptions options = {}) {
  Effect effect;
  effect.post = std::move(post);
  return lasagne::Module{"letters"}.decider<Letter>().template effect<Effect>(effect, std::move(options));
}

class EffectsTest : public ::testing::Test {
 protected:
  void write_letters(std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) write(*store, n, std::to_string(n));
  }
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  Calls calls;
};

}  // namespace letters
