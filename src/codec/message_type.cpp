#include "lasagne/detail/message_type.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace lasagne::detail {

std::size_t find_type(std::string_view stored, std::span<const MessageType> types) noexcept {
  for (std::size_t i = 0; i < types.size(); ++i)
    if (types[i].name == stored) return i;
  if (stored.find('.') != std::string_view::npos) return no_type;
  std::size_t found = no_type;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (last_part(types[i].name) != stored) continue;
    if (found != no_type) return no_type;
    found = i;
  }
  return found;
}

std::size_t index_of(const std::type_info& type, std::span<const MessageType> types) noexcept {
  for (std::size_t i = 0; i < types.size(); ++i)
    if (*types[i].type == type) return i;
  return no_type;
}

std::string cpp_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 && name ? std::string(name.get()) : std::string(type.name());
}

}  // namespace lasagne::detail
