// The message types that the modules of a runtime list: what each is, and that no two share a name.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <unordered_map>

#include "lasagne/detail/message_type.hpp"

namespace lasagne::detail {

class KnownTypes {
 public:
  // Each throws std::invalid_argument when another C++ type has the same name, or when the name would be another one
  // from another compiler.
  void add(const MessageType& type);
  void add_command(const MessageType& type);
  void add_internal_event(const MessageType& type, std::string_view module);  // recorded in a stream of the module
  void add_published_event(const MessageType& type);

  // Null: not known.
  [[nodiscard]] const std::type_info* type_of(std::string_view name) const;
  [[nodiscard]] bool is_command(std::string_view name) const;
  [[nodiscard]] bool is_event(std::string_view name) const;
  // Whether events of this type reach the reactions of the module. What nobody here lists may come from elsewhere.
  [[nodiscard]] bool reaches(std::string_view name, std::string_view module) const;
  // The module whose own event it is; empty if it is none's.
  [[nodiscard]] std::string_view owner_of(std::string_view name) const;

 private:
  struct Known {
    const std::type_info* type = nullptr;
    bool command = false;
    bool published = false;
    std::set<std::string, std::less<>> modules;  // that record it in their streams
  };
  Known& known(const MessageType& type);

  std::unordered_map<std::string_view, Known> types_;
};

// Throws std::invalid_argument when the type's name would be another one from another compiler.
void check_spelling(const MessageType& type);

}  // namespace lasagne::detail
