// Out of stored names and texts; what cannot be read is permanent.
#include "lasagne/detail/typed_messages.hpp"

namespace lasagne::detail {

AnyCommand::~AnyCommand() {
  if (destroy_ != nullptr) destroy_(value);
}

void throw_unknown_type(std::string_view type, std::string_view wanted_by) {
  throw DecodeFailure(std::string(wanted_by) + " knows no message type " + std::string(type) +
                      ": if it was renamed, keep its old name with lasagne::type_name");
}

std::size_t listed_type(std::string_view type, std::span<const MessageType> types, std::string_view wanted_by) {
  const std::size_t index = find_type(type, types);
  if (index != no_type) return index;
  std::string candidates;
  for (const auto& each : types) {
    if (last_part(each.name) != type) continue;
    candidates += (candidates.empty() ? "" : " or ") + std::string(each.name);
  }
  if (candidates.empty()) throw_unknown_type(type, wanted_by);
  throw DecodeFailure(std::string(wanted_by) + " cannot tell what a stored " + std::string(type) + " is: it may be " +
                      candidates + ". Keep the one that is meant under this name with lasagne::type_name");
}

void decode_erased(std::string_view type, std::string_view data, ReadNode read, void* value) {
  DecodeError error;
  if (read_document(data, read, value, error)) return;
  throw DecodeFailure(std::string(type) + " does not decode: " + error.to_string());
}

}  // namespace lasagne::detail
