#include "runtime/adoption.hpp"

#include <map>
#include <stdexcept>
#include <utility>

namespace lasagne::detail {

namespace {

constexpr std::size_t page = 1000;

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error("taking over a processor's checkpoint: " + result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

struct Adoption {
  std::string from;
  std::string to;
};

void adopt(Store& store, const Adoption& adoption) {
  const Position left = value_of(store.checkpoint(adoption.from));
  const Position own = value_of(store.checkpoint(adoption.to));
  // One that has begun by itself may be another handler: what is held stays where it is then.
  if (own != 0 && !value_of(store.parked(adoption.from, 0, 1)).empty()) return;
  for (bool more = true; more;) {
    const auto held = value_of(store.parked(adoption.from, 0, page));
    more = held.size() >= page;
    Commit commit;
    std::size_t bytes = 0;
    for (const auto& entry : held) {
      if (bytes > Limits::commit_bytes / 2) {
        more = true;
        break;
      }
      bytes += entry.error.size() + entry.edited_data.size();
      commit.parked_removed.push_back({entry.processor, entry.position});
      commit.parked_put.push_back(entry);
      commit.parked_put.back().processor = adoption.to;
    }
    if (!more && own == 0) commit.checkpoint = CheckpointMove{adoption.to, 0, left};
    if (!held.empty() || commit.checkpoint) (void)value_of(store.append(commit, Await::durable));
  }
  // A later change of names must not find it again.
  Commit retired;
  retired.checkpoint = CheckpointMove{adoption.from, left, 0};
  (void)value_of(store.append(retired, Await::durable));
}

}  // namespace

void adopt_unqualified(Store& store, const Registry& registry) {
  std::map<std::string, std::string> heirs;  // by the unqualified name
  std::map<std::string, std::string> rivals;
  for (const auto& module : registry.modules()) {
    for (const auto& reaction : ModuleAccess::reactions(module)) {
      if (reaction.unqualified.empty() || registry.has_processor(reaction.unqualified)) continue;
      const auto [heir, first] = heirs.emplace(reaction.unqualified, reaction.processor);
      if (!first) rivals.emplace(reaction.unqualified, reaction.processor);
    }
  }
  for (const auto& [from, to] : heirs) {
    if (value_of(store.checkpoint(from)) == 0) continue;  // then it holds no message either
    if (const auto rival = rivals.find(from); rival != rivals.end()) {
      throw std::invalid_argument("the store has a processor " + from +
                                  ", from before type names were qualified, and it "
                                  "may be " +
                                  to + " or " + rival->second +
                                  " today: give the one that is meant HandlerOptions::name = \"" + from + "\"");
    }
    adopt(store, {from, to});
  }
}

}  // namespace lasagne::detail
