// What the modules of a runtime handle, and where their messages go.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <unordered_map>
#include <vector>

#include "lasagne/detail/module_access.hpp"
#include "runtime/known_types.hpp"

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
  // Null when no module here handles what a stored command of this type name is.
  [[nodiscard]] const Decider* decider_of(std::string_view command_type) const;
  // The bus stream of the module that handles such a command; empty when nobody is known to.
  [[nodiscard]] std::string_view bus_of(std::string_view command_type) const;
  [[nodiscard]] bool has_processor(const std::string& name) const { return unique_.contains("processor " + name); }
  // Every name under which messages of these types may be stored.
  [[nodiscard]] std::vector<std::string> stored_names(std::span<const MessageType> types) const;
  // The commands of the module of which a stored name may tell: the one of just this name, or those whose last part it
  // is, from before names were qualified.
  [[nodiscard]] std::vector<std::string_view> commands_named(std::string_view module, std::string_view stored) const;
  // Why a value of this C++ type cannot be sent as a command; empty when it can.
  [[nodiscard]] std::string sending_problem(std::string_view name, const std::type_info* type) const;
  // The modules that routes_to names.
  [[nodiscard]] const std::set<std::string>& routed_modules() const noexcept { return routed_modules_; }

 private:
  struct Handler {
    const Decider* decider = nullptr;
    std::string bus;
  };
  void add_unique(const std::string& name, const std::string& bearer);
  void add_module(const Module& module);
  void add_decider(const Module& module, const Decider& decider);
  void add_reaction(const Module& module, const ReactionSpec& reaction);
  void check_last_parts() const;
  void check_listed(const Module& module, const ReactionSpec& reaction) const;
  [[nodiscard]] const Handler* handler_of(std::string_view command_type) const;

  std::vector<Module> modules_;
  KnownTypes types_;
  std::unordered_map<std::string_view, Handler> handlers_;
  std::unordered_map<std::string_view, const Handler*> unqualified_;  // by the last part; null: it might be several
  std::unordered_map<std::string_view, std::string> routes_;
  std::set<std::string> routed_modules_;
  std::unordered_map<std::string, std::string> unique_;  // names that must be unique, and what bears them
};

}  // namespace lasagne::detail
