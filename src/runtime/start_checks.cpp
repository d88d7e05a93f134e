#include "runtime/start_checks.hpp"

#include <map>

namespace lasagne::detail {

namespace {

constexpr std::string_view commands_suffix = "/commands";

LogEntry past_the_end(const std::string& processor, Position checkpoint, Position end) {
  return {LogEntry::Level::error,
          processor + ": its checkpoint is " + std::to_string(checkpoint) + ", but the log ends at " +
              std::to_string(end) +
              ": it handles nothing until the log is longer. Was the store put together from "
              "copies of different times?",
          processor, checkpoint};
}

LogEntry unread_bus(const std::string& module, const Message& first) {
  return {LogEntry::Level::warning,
          commands_stream(module) + ": commands wait here from position " + std::to_string(first.position) + " on (" +
              first.type + "), and no module of this runtime reads them. If the module " + module +
              " was renamed, handle them under the old name first",
          module + std::string(commands_suffix), first.position};
}

LogEntry left_behind(const std::string& unqualified, const std::string& qualified, Position first) {
  return {LogEntry::Level::error,
          unqualified + ": messages from position " + std::to_string(first) +
              " on are held under this name, which is from before type names were qualified. " + qualified +
              " did not take them over, since it had a checkpoint of its own, and nobody handles them. Look at them "
              "with `lasagne parked`, do by hand what is still to be done, and skip them (Runtime::skip_parked)",
          unqualified, first};
}

// What adopt_unqualified() has left.
void find_left_behind(Store& store, const Registry& registry, const std::function<bool(const std::string&)>& runs,
                      std::vector<LogEntry>& entries) {
  for (const auto& module : registry.modules()) {
    for (const auto& reaction : ModuleAccess::reactions(module)) {
      if (reaction.unqualified.empty() || runs(reaction.unqualified)) continue;
      const auto held = store.parked(reaction.unqualified, 0, 1);
      if (!held || held->empty()) continue;
      entries.push_back(left_behind(reaction.unqualified, reaction.processor, held->front().position));
    }
  }
}

}  // namespace

std::vector<LogEntry> what_nobody_serves(Store& store, const Registry& registry,
                                         const std::function<bool(const std::string&)>& runs) {
  std::vector<LogEntry> entries;
  const auto checkpoints = store.checkpoints();
  if (!checkpoints) return entries;
  const Position end = store.visible_position();
  std::map<std::string, Position> buses;  // of modules that this runtime does not have: where their reader stopped
  for (const auto& [processor, checkpoint] : *checkpoints) {
    if (checkpoint > end) entries.push_back(past_the_end(processor, checkpoint, end));
    if (!processor.ends_with(commands_suffix) || runs(processor)) continue;
    buses[processor.substr(0, processor.size() - commands_suffix.size())] = checkpoint;
  }
  for (const auto& module : registry.routed_modules()) {
    if (!runs(module + std::string(commands_suffix))) buses.emplace(module, 0);
  }
  for (const auto& [module, checkpoint] : buses) {
    const auto unread = store.read_all(checkpoint, {{}, {}, {commands_stream(module)}}, 1);
    if (unread && !unread->messages.empty()) entries.push_back(unread_bus(module, *unread->messages.front()));
  }
  find_left_behind(store, registry, runs, entries);
  return entries;
}

}  // namespace lasagne::detail
