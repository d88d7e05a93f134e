#include "store/log/tail.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace lasagne::detail {

// Messages that follow one another are often of one kind: `like` is tried first.
Tail::Index::pointer Tail::enter(Index& index, std::string_view name, Index::pointer like) {
  if (like != nullptr && like->first == name) return like;
  const auto found = index.find(name);
  return &*(found != index.end() ? found : index.emplace(name, Positions{}).first);
}

void Tail::leave(Index& index, Index::pointer entry) {
  entry->second.pop_front();
  if (entry->second.empty()) index.erase(index.find(entry->first));
}

void Tail::push_back(MessagePtr message) {
  const Entry* last = entries_.empty() ? nullptr : &entries_.back();
  const auto type = enter(types_, message->type, last != nullptr ? last->type : nullptr);
  const auto category = enter(categories_, category_of(message->stream), last != nullptr ? last->category : nullptr);
  type->second.push_back(message->position);
  category->second.push_back(message->position);
  entries_.push_back({std::move(message), type, category});
}

void Tail::pop_front() {
  leave(types_, entries_.front().type);
  leave(categories_, entries_.front().category);
  entries_.pop_front();
}

void Tail::clear() {
  entries_.clear();
  types_.clear();
  categories_.clear();
}

void Tail::read(const Filter& filter, std::size_t limit, LogSlice& slice) const {
  if (entries_.empty() || slice.messages.size() >= limit) return;
  const Position first_position = first();
  const Position last = first_position + entries_.size() - 1;
  if (slice.scanned_to >= last) return;
  const auto at = [&](Position position) -> const MessagePtr& { return entries_[position - first_position].message; };
  if (filter.empty()) {
    while (slice.scanned_to < last && slice.messages.size() < limit) slice.messages.push_back(at(++slice.scanned_to));
    return;
  }

  // The positions that may match, of several names at once in their order.
  struct Walk {
    Positions::const_iterator next;
    Positions::const_iterator end;
  };
  std::vector<Walk> walks;
  const auto add = [&](const Index& index, std::string_view name) {
    const auto found = index.find(name);
    if (found == index.end()) return;
    const auto& positions = found->second;
    if (positions.back() <= slice.scanned_to) return;
    walks.push_back({std::ranges::upper_bound(positions, slice.scanned_to), positions.end()});
  };
  const bool by_type = !filter.types.empty();
  std::vector<std::string_view> names;
  if (by_type) {
    names.assign(filter.types.begin(), filter.types.end());
  } else {
    names.assign(filter.categories.begin(), filter.categories.end());
    for (const auto& stream : filter.streams) names.push_back(category_of(stream));
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  for (const auto name : names) add(by_type ? types_ : categories_, name);

  const bool exact = by_type && filter.streams.empty() && filter.categories.empty();
  while (!walks.empty()) {
    const auto least = std::ranges::min_element(walks, {}, [](const Walk& walk) { return *walk.next; });
    const auto& message = at(*least->next);
    if (++least->next == least->end) walks.erase(least);
    if (!exact && !filter.matches(*message)) continue;
    slice.messages.push_back(message);
    if (slice.messages.size() == limit) {
      slice.scanned_to = message->position;
      return;
    }
  }
  slice.scanned_to = last;
}

}  // namespace lasagne::detail
