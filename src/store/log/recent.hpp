// The last messages of one stream.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "lasagne/message.hpp"

namespace lasagne::detail {

// A queue in one block of memory, which a deque is not: there are many streams, most of them short.
class RecentMessages {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == messages_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return messages_.size() - first_; }
  [[nodiscard]] const MessagePtr& front() const noexcept { return messages_[first_]; }
  [[nodiscard]] const MessagePtr& operator[](std::size_t index) const noexcept { return messages_[first_ + index]; }

  void push_back(MessagePtr message) { messages_.push_back(std::move(message)); }
  void pop_front() {
    messages_[first_++].reset();
    if (first_ * 2 < messages_.size()) return;
    messages_.erase(messages_.begin(), std::next(messages_.begin(), static_cast<std::ptrdiff_t>(first_)));
    first_ = 0;
  }

 private:
  std::vector<MessagePtr> messages_;  // those before first_ are gone
  std::size_t first_ = 0;
};

}  // namespace lasagne::detail
