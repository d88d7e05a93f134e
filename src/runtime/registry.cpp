#include "runtime/registry.hpp"

#include <algorithm>
#include <cctype>
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
    throw std::invalid_argument("module name \"" + name + "\": it may have letters, digits and single '_' only");
  }
  if (rejections_stream(name).size() > Limits::stream_name_bytes) {
    throw std::invalid_argument("module name \"" + name + "\": it is too long for the names of its streams");
  }
}

}  // namespace

Registry::Registry(std::vector<Module> modules) : modules_(std::move(modules)) {
  for (const auto& module : modules_) add_module(module);
  for (const auto& module : modules_) {
    for (const auto& [type, target] : ModuleAccess::routes(module)) {
      check_module_name(target);
      types_.add(type);
      routed_modules_.insert(target);
      if (!handlers_.contains(type.name)) routes_.emplace(type.name, commands_stream(target));
    }
  }
  for (const auto& module : modules_) {
    for (const auto& reaction : ModuleAccess::reactions(module)) check_listed(module, reaction);
  }
  check_last_parts();
  for (const auto& [name, handler] : handlers_) {
    const auto [entry, first] = unqualified_.emplace(last_part(name), &handler);
    if (!first) entry->second = nullptr;
  }
}

void Registry::add_unique(const std::string& name, const std::string& bearer) {
  const auto [other, first] = unique_.emplace(name, bearer);
  if (first) return;
  throw std::invalid_argument("modules: " + name + " is registered twice, by " + other->second + " and by " + bearer);
}

void Registry::add_module(const Module& module) {
  check_module_name(module.name());
  add_unique("module " + module.name(), "one Module");
  for (const auto& decider : ModuleAccess::deciders(module)) add_decider(module, *decider);
  for (const auto& reaction : ModuleAccess::reactions(module)) add_reaction(module, reaction);
}

void Registry::add_decider(const Module& module, const Decider& decider) {
  const std::string category(decider.category());
  if (category.empty() || category.find('-') != std::string::npos) {
    throw std::invalid_argument("category \"" + category + "\" must be a name without '-'");
  }
  add_unique("category " + category, "a decider of module " + module.name());
  for (const auto& type : decider.event_types()) types_.add_internal_event(type, module.name());
  for (const auto& type : decider.command_types()) {
    types_.add_command(type);
    const auto [other, added] = handlers_.emplace(type.name, Handler{&decider, commands_stream(module.name())});
    if (!added) {
      throw std::invalid_argument("command " + std::string(type.name) + " is handled by both " +
                                  std::string(other->second.decider->category()) + " and " + category);
    }
  }
}

void Registry::add_reaction(const Module& module, const ReactionSpec& reaction) {
  if (reaction.processor.empty() || reaction.processor.size() > Limits::key_bytes) {
    throw std::invalid_argument("processor \"" + reaction.processor + "\": its name must have 1 to " +
                                std::to_string(Limits::key_bytes) + " bytes");
  }
  if (reaction.calls_at_once < 1 || reaction.calls_at_once > EffectLimits::most_calls_at_once) {
    throw std::invalid_argument("processor \"" + reaction.processor + "\": calls_at_once must be 1 to " +
                                std::to_string(EffectLimits::most_calls_at_once));
  }
  check_spelling(reaction.handler);
  const std::string bearer = cpp_name(*reaction.handler.type) + " in module " + module.name();
  add_unique("processor " + reaction.processor, bearer);
  for (const auto& type : reaction.reaction->types()) types_.add(type);
  for (const auto& type : reaction.reaction->published_types()) types_.add_published_event(type);
  for (const auto& type : reaction.reaction->own_event_types()) types_.add_internal_event(type, module.name());
  const auto category = reaction.reaction->category();
  if (category.empty()) return;
  // A process manager may keep its state in a stream that a decider of its own module answers commands on.
  const auto is_its = [&](const auto& decider) { return decider->category() == category; };
  const bool shared = std::ranges::any_of(ModuleAccess::deciders(module), is_its);
  add_unique((shared ? "process manager of category " : "category ") + std::string(category), bearer);
}

// CommandRejected::as takes the last part of a name for the name, since older stores hold that.
void Registry::check_last_parts() const {
  const auto check = [&](std::string_view name) {
    const auto last = last_part(name);
    if (last == name || (!handlers_.contains(last) && !routes_.contains(last))) return;
    throw std::invalid_argument(
        "command " + cpp_name(*types_.type_of(last)) + " is kept as \"" + std::string(last) +
        "\", which is also the last part of \"" + std::string(name) + "\", and so what " +
        cpp_name(*types_.type_of(name)) +
        " was called before names were qualified: a rejection of the first would be taken for one of the second. "
        "Specialise lasagne::type_name for one of them");
  };
  for (const auto& [name, unused] : handlers_) check(name);
  for (const auto& [name, unused] : routes_) check(name);
}

void Registry::check_listed(const Module& module, const ReactionSpec& reaction) const {
  for (const auto& type : reaction.reaction->types()) {
    if (types_.reaches(type.name, module.name())) continue;
    const std::string what = "processor " + reaction.processor + " lists " + std::string(type.name);
    if (const auto owner = types_.owner_of(type.name); !owner.empty()) {
      throw std::invalid_argument(what + ", which never comes to it: it is an internal event of module " +
                                  std::string(owner) + ". Let a forwarder there publish an external event");
    }
    throw std::invalid_argument(what + ", which never comes to it: it is a command, and handlers react to events");
  }
}

const Registry::Handler* Registry::handler_of(std::string_view command_type) const {
  if (const auto found = handlers_.find(command_type); found != handlers_.end()) return &found->second;
  if (types_.type_of(command_type) != nullptr) return nullptr;
  const auto found = unqualified_.find(command_type);
  return found == unqualified_.end() ? nullptr : found->second;
}

const Decider* Registry::decider_of(std::string_view command_type) const {
  const Handler* handler = handler_of(command_type);
  return handler == nullptr ? nullptr : handler->decider;
}

std::string_view Registry::bus_of(std::string_view command_type) const {
  if (const Handler* handler = handler_of(command_type)) return handler->bus;
  const auto route = routes_.find(command_type);
  return route == routes_.end() ? std::string_view{} : std::string_view(route->second);
}

std::vector<std::string> Registry::stored_names(std::span<const MessageType> types) const {
  std::vector<std::string> names;
  for (const auto& type : types) {
    names.emplace_back(type.name);
    const auto unqualified = last_part(type.name);
    const bool other = types_.type_of(unqualified) != nullptr;  // and with the name of a type of its own
    if (!other && std::ranges::find(names, unqualified) == names.end()) names.emplace_back(unqualified);
  }
  return names;
}

std::vector<std::string_view> Registry::commands_named(std::string_view module, std::string_view stored) const {
  const auto bus = commands_stream(module);
  std::set<std::string_view> names;
  const auto add = [&](std::string_view name, const std::string& its_bus) {
    if (its_bus == bus && (name == stored || last_part(name) == stored)) names.insert(name);
  };
  for (const auto& [name, handler] : handlers_) add(name, handler.bus);
  for (const auto& [name, its_bus] : routes_) add(name, its_bus);
  if (names.contains(stored)) return {*names.find(stored)};
  return {names.begin(), names.end()};
}

std::string Registry::sending_problem(std::string_view name, const std::type_info* type) const {
  const std::type_info* known = types_.type_of(name);
  if (known != nullptr && type != nullptr && *known != *type) {
    return cpp_name(*type) + " is kept as \"" + std::string(name) + "\", and so is " + cpp_name(*known) +
           ", which is another type: specialise lasagne::type_name for one of them";
  }
  if (handlers_.contains(name) || routes_.contains(name)) return {};
  const std::string what = type == nullptr ? std::string(name) : cpp_name(*type);
  if (types_.is_event(name)) {
    return what +
           " is an event, which deciders and forwarders record, and not a command: send the command that "
           "brings it about";
  }
  return "no module of this runtime handles the command " + what + ": register its decider, or add routes_to<" + what +
         ">(module)";
}

}  // namespace lasagne::detail
