#include "runtime/registry.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

#include "runtime/effect_calls.hpp"

namespace lasagne::detail {

std::string commands_stream(std::string_view module) { return std::string(module) + "__commands"; }
std::string external_events_stream(std::string_view module) { return std::string(module) + "__external-events"; }
std::string rejections_stream(std::string_view module) { return std::string(module) + "__command-rejections"; }

namespace {

void check_module_name(const std::string& name) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  if (name.empty() || !std::ranges::all_of(name, plain) || name.find("__") != std::string::npos) {
    throw std::invalid_argument("module name \"" + name + "\": letters, digits and single '_' only");
  }
  if (rejections_stream(name).size() > Limits::stream_name_bytes) {
    throw std::invalid_argument("module name \"" + name + "\": longer than the names of its streams may be");
  }
}

}  // namespace

Registry::Registry(std::vector<Module> modules) : modules_(std::move(modules)) {
  for (const auto& module : modules_) add_module(module);
  for (const auto& module : modules_) {
    for (const auto& [type, target] : module.routes()) {
      check_module_name(target);
      if (!handlers_.contains(type)) routes_.emplace(type, commands_stream(target));
    }
  }
  std::set<std::string_view> unique;
  for (const auto& name : seen_) {
    if (!unique.insert(name).second) throw std::invalid_argument("modules: " + name + " is registered twice");
  }
}

void Registry::add_module(const Module& module) {
  const auto& name = module.name();
  check_module_name(name);
  seen_.push_back("module " + name);
  for (const auto& decider : module.deciders()) {
    seen_.push_back("category " + std::string(decider->category()));
    if (decider->category().empty() || decider->category().find('-') != std::string_view::npos) {
      throw std::invalid_argument("category \"" + std::string(decider->category()) + "\" must be a name without '-'");
    }
    for (const auto type : decider->command_types()) {
      const auto [other, added] = handlers_.emplace(type, Handler{decider.get(), commands_stream(name)});
      if (!added) {
        throw std::invalid_argument("command " + std::string(type) + " is handled by both " +
                                    std::string(other->second.decider->category()) + " and " +
                                    std::string(decider->category()));
      }
    }
  }
  for (const auto& reaction : module.reactions()) {
    if (reaction.processor.empty() || reaction.processor.size() > Limits::key_bytes) {
      throw std::invalid_argument("processor \"" + reaction.processor + "\": its name must have 1 to " +
                                  std::to_string(Limits::key_bytes) + " bytes");
    }
    seen_.push_back("processor " + reaction.processor);
    if (reaction.calls_at_once < 1 || reaction.calls_at_once > EffectLimits::most_calls_at_once) {
      throw std::invalid_argument("processor \"" + reaction.processor + "\": calls_at_once must be 1 to " +
                                  std::to_string(EffectLimits::most_calls_at_once));
    }
    const auto category = reaction.reaction->category();
    if (category.empty()) continue;
    // A process manager may keep its state in a stream that a decider of its own module answers commands on.
    const auto is_its = [&](const auto& decider) { return decider->category() == category; };
    const bool shared = std::ranges::any_of(module.deciders(), is_its);
    seen_.push_back((shared ? "process manager of category " : "category ") + std::string(category));
  }
}

const Decider* Registry::decider_of(std::string_view command_type) const {
  const auto found = handlers_.find(command_type);
  return found == handlers_.end() ? nullptr : found->second.decider;
}

std::string_view Registry::bus_of(std::string_view command_type) const {
  if (const auto found = handlers_.find(command_type); found != handlers_.end()) return found->second.bus;
  const auto route = routes_.find(command_type);
  return route == routes_.end() ? std::string_view{} : std::string_view(route->second);
}

}  // namespace lasagne::detail
