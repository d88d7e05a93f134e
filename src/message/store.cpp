#include "lasagne/store.hpp"

#include <algorithm>

#include "store/system_clock.hpp"

namespace lasagne {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::string ExpectedRevision::to_string() const {
  switch (kind_) {
    case Kind::any:
      return "any";
    case Kind::no_stream:
      return "no stream";
    case Kind::stream_exists:
      return "stream exists";
    case Kind::exactly:
      break;
  }
  return "revision " + std::to_string(revision_);
}

Timestamp Store::now() const { return detail::system_now(); }

bool Filter::matches(const Message& message) const {
  if (!types.empty() && !contains(types, message.type)) return false;
  if (streams.empty() && categories.empty()) return true;
  return contains(streams, message.stream) || contains(categories, category_of(message.stream));
}

}  // namespace lasagne
