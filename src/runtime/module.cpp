#include "lasagne/module.hpp"

#include <utility>

namespace lasagne {

// Here, so that not every user's unit holds a copy of them.
Module::Module(std::string name) : name_(std::move(name)) {}
Module::Module(const Module& other) = default;
Module::Module(Module&& other) noexcept = default;
Module& Module::operator=(const Module& other) = default;
Module& Module::operator=(Module&& other) noexcept = default;
Module::~Module() = default;

Module& Module::add_decider(std::shared_ptr<const detail::Decider> decider) {
  deciders_.push_back(std::move(decider));
  return *this;
}

Module& Module::add_reaction(std::string_view kind, const detail::MessageType& handler, HandlerOptions options,
                             std::shared_ptr<const detail::Reaction> reaction) {
  std::string unqualified;
  if (options.name.empty()) {
    const std::string prefix = name_ + "/" + std::string(kind) + "/";
    options.name = prefix + std::string(handler.name);
    unqualified = prefix + std::string(last_part(handler.name));
    if (unqualified == options.name) unqualified.clear();
  }
  reactions_.push_back({std::move(options.name), std::move(unqualified), handler, std::move(options.retry),
                        options.start_from, options.calls_at_once, std::move(reaction)});
  return *this;
}

}  // namespace lasagne
