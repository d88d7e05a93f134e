#include "runtime/known_types.hpp"

#include <stdexcept>

namespace lasagne::detail {

void check_spelling(const MessageType& type) {
  if (type.pinned) return;
  const std::string cpp = cpp_name(*type.type);
  std::string dotted;
  for (std::size_t i = 0; i < cpp.size(); ++i) {
    const bool colons = cpp[i] == ':' && i + 1 < cpp.size() && cpp[i + 1] == ':';
    dotted += colons ? '.' : cpp[i];
    if (colons) ++i;
  }
  if (dotted == type.name) return;
  throw std::invalid_argument(cpp + " is called \"" + std::string(type.name) +
                              "\" by this compiler and otherwise by others, since it is local to a function or in an "
                              "inline namespace: specialise lasagne::type_name for it");
}

KnownTypes::Known& KnownTypes::known(const MessageType& type) {
  Known& known = types_[type.name];
  if (known.type == nullptr) {
    check_spelling(type);
    known.type = type.type;
  } else if (*known.type != *type.type) {
    throw std::invalid_argument(cpp_name(*known.type) + " and " + cpp_name(*type.type) + " are both kept as \"" +
                                std::string(type.name) + "\": specialise lasagne::type_name for one of them");
  }
  return known;
}

void KnownTypes::add(const MessageType& type) { known(type); }
void KnownTypes::add_command(const MessageType& type) { known(type).command = true; }
void KnownTypes::add_internal_event(const MessageType& type, std::string_view module) {
  known(type).modules.emplace(module);
}
void KnownTypes::add_published_event(const MessageType& type) { known(type).published = true; }

const std::type_info* KnownTypes::type_of(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : found->second.type;
}

bool KnownTypes::is_command(std::string_view name) const {
  const auto found = types_.find(name);
  return found != types_.end() && found->second.command;
}

bool KnownTypes::is_event(std::string_view name) const {
  const auto found = types_.find(name);
  return found != types_.end() && (found->second.published || !found->second.modules.empty());
}

bool KnownTypes::reaches(std::string_view name, std::string_view module) const {
  const auto found = types_.find(name);
  if (found == types_.end()) return true;
  const Known& known = found->second;
  if (known.published || known.modules.contains(module)) return true;
  return known.modules.empty() && !known.command;
}

std::string_view KnownTypes::owner_of(std::string_view name) const {
  const auto found = types_.find(name);
  if (found == types_.end() || found->second.modules.empty()) return {};
  return *found->second.modules.begin();
}

}  // namespace lasagne::detail
