#include "lasagne/message.hpp"

#include "lasagne/decider.hpp"
#include "lasagne/json.hpp"

namespace lasagne {
namespace {

void begin_member(std::string& json, std::string_view name) {
  json += json.empty() ? '{' : ',';
  json += '"';
  json += name;
  json += "\":";
}

}  // namespace

std::string metadata_to_json(const Metadata& metadata) {
  std::string json;
  if (!metadata.correlation_id.is_nil()) {
    begin_member(json, "$correlationId");
    write_json(metadata.correlation_id, json);
  }
  if (!metadata.causation_id.is_nil()) {
    begin_member(json, "$causationId");
    write_json(metadata.causation_id, json);
  }
  if (!metadata.traceparent.empty()) {
    begin_member(json, "traceparent");
    write_json(metadata.traceparent, json);
  }
  json += json.empty() ? "{}" : "}";
  return json;
}

std::string detail::stream_name(std::string_view category, const Uuid& id) {
  return std::string(category) + "-" + id.to_string();
}

}  // namespace lasagne
