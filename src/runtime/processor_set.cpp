#include "runtime/processor_set.hpp"

#include <utility>

#include "runtime/effect_processor.hpp"
#include "runtime/log_processor.hpp"
#include "runtime/timer_processor.hpp"

namespace lasagne::detail {

std::vector<std::unique_ptr<Processor>> make_processors(Store& store, const Registry& registry, StateCache& cache,
                                                        const RuntimeLog& log) {
  std::vector<std::unique_ptr<Processor>> processors;
  const auto add = [&](ProcessorSpec spec) {
    processors.push_back(std::make_unique<LogProcessor>(store, registry, cache, std::move(spec), log));
  };
  for (const auto& module : registry.modules()) {
    std::vector<std::string> categories;
    for (const auto& decider : ModuleAccess::deciders(module)) categories.emplace_back(decider->category());
    for (const auto& reaction : ModuleAccess::reactions(module)) {
      if (!reaction.reaction->category().empty()) categories.emplace_back(reaction.reaction->category());
    }
    if (!ModuleAccess::deciders(module).empty()) {
      add({module.name(), module.name() + "/commands", ModuleAccess::command_retry(module),
           std::make_unique<CommandHandler>(registry, module.name())});
    }
    for (const auto& reaction : ModuleAccess::reactions(module)) {
      const auto kind = reaction.reaction->kind();
      ProcessorSpec spec{module.name(),
                         reaction.processor,
                         reaction.retry,
                         std::make_unique<ReactionHandler>(registry, reaction.reaction, categories),
                         kind == Reaction::Kind::forwarder,
                         reaction.start_from};
      if (kind == Reaction::Kind::effect) {
        processors.push_back(
            std::make_unique<EffectProcessor>(store, registry, cache, std::move(spec), reaction.calls_at_once, log));
      } else {
        add(std::move(spec));
      }
    }
  }
  processors.push_back(std::make_unique<TimerProcessor>(store, log));
  return processors;
}

}  // namespace lasagne::detail
