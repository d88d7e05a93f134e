// That commands are answered once: read from the log, whatever became of them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "lasagne/store.hpp"
#include "lasagne/type_name.hpp"

namespace simulate {

// How many messages each message caused.
inline std::unordered_map<lasagne::Uuid, std::size_t> effects_in(const std::vector<lasagne::MessagePtr>& log) {
  std::unordered_map<lasagne::Uuid, std::size_t> effects;
  for (const auto& message : log) ++effects[message->metadata.causation_id];
  return effects;
}

inline std::vector<lasagne::MessagePtr> read_log(lasagne::Store& store) {
  std::vector<lasagne::MessagePtr> log;
  for (lasagne::Position after = 0;;) {
    const auto slice = store.read_all(after, {}, 1000);
    if (!slice || slice->scanned_to == after) return log;
    log.insert(log.end(), slice->messages.begin(), slice->messages.end());
    after = slice->scanned_to;
  }
}

// One violation for each command of these types (without their namespaces) that did not cause exactly one event or
// rejection.
inline std::vector<std::string> not_answered_once(const std::vector<lasagne::MessagePtr>& log,
                                                  const std::vector<std::string_view>& types) {
  const auto effects = effects_in(log);
  std::vector<std::string> violations;
  for (const auto& message : log) {
    if (std::ranges::find(types, lasagne::last_part(message->type)) == types.end()) continue;
    const auto found = effects.find(message->id);
    const auto count = found == effects.end() ? 0 : found->second;
    if (count == 1) continue;
    violations.push_back(message->type + " at position " + std::to_string(message->position) + " was answered " +
                         (count == 0 ? "never" : "more than once"));
  }
  return violations;
}

}  // namespace simulate
