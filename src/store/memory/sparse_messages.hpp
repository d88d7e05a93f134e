// Messages by consecutive numbers, some of which are gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "lasagne/message.hpp"

namespace lasagne::detail {

// An array where a map would do: most of the numbers are there.
class SparseMessages {
 public:
  // The one after the last number that was ever there.
  [[nodiscard]] std::uint64_t end() const noexcept { return first_ + messages_.size(); }
  // The first number from `from` on that is there, or end().
  [[nodiscard]] std::uint64_t next(std::uint64_t from) const noexcept {
    if (from < first_) from = first_;
    while (from < end() && messages_[from - first_] == nullptr) ++from;
    return from < end() ? from : end();
  }
  // Null when it is gone, or never was there.
  [[nodiscard]] MessagePtr find(std::uint64_t number) const {
    return number < first_ || number >= end() ? nullptr : messages_[number - first_];
  }
  void put(std::uint64_t number, MessagePtr message) {
    if (messages_.empty()) first_ = number;
    while (end() <= number) messages_.emplace_back();
    messages_[number - first_] = std::move(message);
  }
  void remove(std::uint64_t number) {
    if (number < first_ || number >= end()) return;
    messages_[number - first_].reset();
    while (!messages_.empty() && messages_.front() == nullptr) {
      messages_.pop_front();
      ++first_;
    }
  }

 private:
  std::uint64_t first_ = 0;
  std::deque<MessagePtr> messages_;
};

}  // namespace lasagne::detail
