// What the engine sees of a module. Not for users.
#pragma once

#include "lasagne/module.hpp"

namespace lasagne::detail {

struct ModuleAccess {
  static const auto& deciders(const Module& module) noexcept { return module.deciders_; }
  static const auto& reactions(const Module& module) noexcept { return module.reactions_; }
  static const auto& routes(const Module& module) noexcept { return module.routes_; }
  static const RetryPolicy& command_retry(const Module& module) noexcept { return module.command_retry_; }
  // The same module, with what the functions make of its handlers in their place.
  static Module with_handlers(Module module, const auto& decider, const auto& reaction) {
    for (auto& each : module.deciders_) each = decider(each);
    for (auto& each : module.reactions_) each.reaction = reaction(each.reaction);
    return module;
  }
};

}  // namespace lasagne::detail
