#include "store/log/tail.hpp"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace lasagne::detail {

namespace {
constexpr std::size_t names_kept = 1'024;  // of which no message is in the tail
}

// Messages that follow one another are often of one kind: `like` is tried first.
Tail::Named* Tail::enter(Index& index, std::string_view name, Named* like) {
  if (like != nullptr && like->name == name) return like;
  if (const auto found = index.find(name); found != index.end()) return found->second.get();
  auto named = std::make_unique<Named>(Named{std::string(name), {}});
  const std::string_view key = named->name;
  return index.emplace(key, std::move(named)).first->second.get();
}

void Tail::leave(Index& index, Named* named) {
  assert(!named->positions.empty());
  named->positions.pop_front();
  if (named->positions.empty() && index.size() > names_kept) index.erase(index.find(named->name));
}

void Tail::push_back(MessagePtr message) {
  assert(entries_.empty() || message->position > entries_.back().message->position);
  const Entry* last = entries_.empty() ? nullptr : &entries_.back();
  const auto type = enter(types_, message->type, last != nullptr ? last->type : nullptr);
  const auto category = enter(categories_, category_of(message->stream), last != nullptr ? last->category : nullptr);
  type->positions.push_back(message->position);
  category->positions.push_back(message->position);
  entries_.push_back({std::move(message), type, category});
}

void Tail::pop_front() {
  assert(!entries_.empty());
  leave(types_, entries_.front().type);
  leave(categories_, entries_.front().category);
  entries_.pop_front();
}

void Tail::clear() {
  entries_.clear();
  types_.clear();
  categories_.clear();
}

// The lists of positions after `after` in which everything is that may match: by type, else by category.
template <class Visit>
void Tail::visit_lists(const Filter& filter, Position after, Visit visit) const {
  const auto one = [&](const Index& index, std::string_view name) {
    const auto found = index.find(name);
    if (found == index.end() || found->second->positions.empty()) return;
    const auto& positions = found->second->positions;
    if (positions.back() > after) visit(positions);
  };
  if (!filter.types.empty()) {
    for (const auto& type : filter.types) one(types_, type);
    return;
  }
  for (const auto& category : filter.categories) one(categories_, category);
  for (const auto& stream : filter.streams) one(categories_, category_of(stream));
}

bool Tail::any_after(Position after, const Filter& filter) const {
  if (filter.empty() || entries_.empty() || after + 1 < first()) return true;
  bool any = false;
  visit_lists(filter, after, [&](const Positions&) { any = true; });
  return any;
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

  // Several lists at once, in the order of their positions. A name that the filter says twice gives equal ones.
  struct Walk {
    Positions::const_iterator next;
    Positions::const_iterator end;
  };
  std::vector<Walk> walks;
  visit_lists(filter, slice.scanned_to, [&](const Positions& positions) {
    walks.push_back({std::ranges::upper_bound(positions, slice.scanned_to), positions.end()});
  });
  const bool exact = !filter.types.empty() && filter.streams.empty() && filter.categories.empty();
  while (!walks.empty()) {
    const auto least = std::ranges::min_element(walks, {}, [](const Walk& walk) { return *walk.next; });
    const Position position = *least->next;
    if (++least->next == least->end) walks.erase(least);
    if (position == slice.scanned_to) continue;
    slice.scanned_to = position;
    const auto& message = at(position);
    if (!exact && !filter.matches(*message)) continue;
    slice.messages.push_back(message);
    if (slice.messages.size() == limit) return;
  }
  slice.scanned_to = last;
}

}  // namespace lasagne::detail
