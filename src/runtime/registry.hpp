// What the modules of a runtime handle, and where their messages go.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lasagne/module.hpp"

namespace lasagne::detail {

std::string commands_stream(std::string_view module);
std::string external_events_stream(std::string_view module);
std::string rejections_stream(std::string_view module);

// Immutable after construction.
class Registry {
 public:
  // Throws std::invalid_argument when the modules contradict one another.
  explicit Registry(std::vector<Module> modules);

  [[nodiscard]] const std::vector<Module>& modules() const noexcept { return modules_; }
  // Null when no module here handles the type.
  [[nodiscard]] const Decider* decider_of(std::string_view command_type) const;
  // The bus stream of the module that handles the type; empty when nobody is known to.
  [[nodiscard]] std::string_view bus_of(std::string_view command_type) const;

 private:
  struct Handler {
    const Decider* decider = nullptr;
    std::string bus;
  };
  void add_module(const Module& module);

  std::vector<Module> modules_;
  std::unordered_map<std::string_view, Handler> handlers_;
  std::unordered_map<std::string_view, std::string> routes_;
  std::vector<std::string> seen_;  // names that must be unique, as kind:name
};

}  // namespace lasagne::detail
