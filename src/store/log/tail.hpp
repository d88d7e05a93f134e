// The end of the log in memory, and where in it the messages of each type and category are.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

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
  using Positions = std::deque<Position>;
  struct Named {
    std::string name;
    Positions positions;
  };
  using Index = boost::unordered_flat_map<std::string_view, std::unique_ptr<Named>, std::hash<std::string_view>>;
  struct Entry {
    MessagePtr message;
    Named* type;
    Named* category;
  };

  template <class Visit>
  void visit_lists(const Filter& filter, Position after, Visit visit) const;
  static Named* enter(Index& index, std::string_view name, Named* like);
  static void leave(Index& index, Named* named);

  std::deque<Entry> entries_;
  // A name that no message in the tail has any more may stay a while, for the next message that has it.
  Index types_;
  Index categories_;
};

}  // namespace lasagne::detail
