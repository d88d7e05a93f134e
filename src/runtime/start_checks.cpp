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
  return entries;
}

}  // namespace lasagne::detail
