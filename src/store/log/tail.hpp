// The end of the log in memory, and where in it the messages of each type and category are.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lasagne/store.hpp"

namespace lasagne::detail {

// Messages with consecutive positions. Many processors read along, each a few types: none of them looks at what does
// not concern it.
class Tail {
 public:
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] Position first() const noexcept { return entries_.front().message->position; }

  void push_back(MessagePtr message);
  void pop_front();
  void clear();

  // Whether anything after this position may match; true when that is for others to say.
  [[nodiscard]] bool any_after(Position after, const Filter& filter) const;
  // Goes on with a slice that was read up to a position within the tail, or just before it.
  void read(const Filter& filter, std::size_t limit, LogSlice& slice) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };
  using Positions = std::deque<Position>;
  using Index = std::unordered_map<std::string, Positions, Hash, std::equal_to<>>;
  struct Entry {
    MessagePtr message;
    Index::pointer type;
    Index::pointer category;
  };

  template <class Visit>
  void visit_lists(const Filter& filter, Position after, Visit visit) const;
  static Index::pointer enter(Index& index, std::string_view name, Index::pointer like);
  static void leave(Index& index, Index::pointer entry);

  std::deque<Entry> entries_;
  Index types_;  // a name that no message in the tail has is not in it
  Index categories_;
};

}  // namespace lasagne::detail
