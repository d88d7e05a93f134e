#include "runtime/processor_set.hpp"

#include <utility>

namespace lasagne::detail {

std::vector<std::unique_ptr<Processor>> make_processors(Store& store, const Registry& registry, StateCache& cache,
                                                        const Log& log) {
  std::vector<std::unique_ptr<Processor>> processors;
  const auto add = [&](LogProcessor::Handler handler) {
    processors.push_back(std::make_unique<LogProcessor>(store, registry, cache, std::move(handler), log));
  };
  for (const auto& module : registry.modules()) {
    std::vector<std::string> categories;
    for (const auto& decider : module.deciders()) categories.emplace_back(decider->category());
    for (const auto& reaction : module.reactions()) {
      if (!reaction.reaction->category().empty()) categories.emplace_back(reaction.reaction->category());
    }
    if (!module.deciders().empty()) {
      Filter bus;
      bus.streams.push_back(commands_stream(module.name()));
      add({module.name(), module.name() + "/commands", module.command_retry(), std::move(bus), {}, nullptr});
    }
    for (const auto& reaction : module.reactions()) {
      Filter types;
      for (const auto type : reaction.reaction->types()) types.types.emplace_back(type);
      add({module.name(), reaction.processor, reaction.retry, std::move(types), categories, reaction.reaction});
    }
  }
  processors.push_back(std::make_unique<TimerProcessor>(store));
  return processors;
}

}  // namespace lasagne::detail
