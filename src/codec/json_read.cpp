#include <algorithm>
#include <cmath>
#include <vector>

#include "lasagne/detail/json_reader.hpp"

namespace lasagne::detail {
namespace {

constexpr std::size_t shown_bytes = 64;  // of a foreign text in a problem

std::string shown(std::string_view text) {
  std::string quoted;
  JsonWriter writer{quoted};
  if (text.size() <= shown_bytes) {
    write_string(text, writer);
    return quoted;
  }
  std::size_t end = shown_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  write_string(text.substr(0, end), writer);
  return quoted + "...";
}

bool prepend(DecodeError& error, std::string step) {
  if (!error.path.empty() && error.path.front() != '[') step += '.';
  error.path.insert(0, step);
  return false;
}

}  // namespace

bool refuse(DecodeError& error, std::string_view problem) {
  error.path.clear();
  error.problem = problem;
  return false;
}

bool refuse_name(DecodeError& error, std::string_view name, std::span<const std::string_view> expected) {
  refuse(error, "unknown name " + shown(name) + ", expected one of ");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i > 0) error.problem += ", ";
    error.problem += expected[i];
  }
  return false;
}

bool within_member(DecodeError& error, std::string_view name) { return prepend(error, std::string(name)); }

bool within_element(DecodeError& error, std::size_t index) { return prepend(error, "[" + std::to_string(index) + "]"); }

bool within_entry(DecodeError& error, std::string_view key) { return prepend(error, "[" + shown(key) + "]"); }

bool require(const JsonNode& node, JsonNode::Kind kind, DecodeError& error) {
  if (node.kind() == kind) return true;
  return refuse(error, kind == JsonNode::Kind::object ? "expected object" : "expected array");
}

bool read_bool(const JsonNode& node, bool& value, DecodeError& error) {
  if (node.kind() != JsonNode::Kind::boolean) return refuse(error, "expected boolean");
  value = node.as_bool();
  return true;
}

bool read_signed(const JsonNode& node, std::int64_t min, std::int64_t max, std::int64_t& value, DecodeError& error) {
  switch (node.kind()) {
    case JsonNode::Kind::integer:
      value = node.as_int64();
      return (value >= min && value <= max) || refuse(error, "integer out of range");
    case JsonNode::Kind::unsigned_integer:
    case JsonNode::Kind::huge_integer:
      return refuse(error, "integer out of range");
    default:
      return refuse(error, "expected integer");
  }
}

bool read_unsigned(const JsonNode& node, std::uint64_t max, std::uint64_t& value, DecodeError& error) {
  switch (node.kind()) {
    case JsonNode::Kind::integer:
      if (node.as_int64() < 0) return refuse(error, "integer out of range");
      value = static_cast<std::uint64_t>(node.as_int64());
      break;
    case JsonNode::Kind::unsigned_integer:
      value = node.as_uint64();
      break;
    case JsonNode::Kind::huge_integer:
      return refuse(error, "integer out of range");
    default:
      return refuse(error, "expected integer");
  }
  return value <= max || refuse(error, "integer out of range");
}

namespace {

bool is_number(JsonNode::Kind kind) {
  return kind == JsonNode::Kind::integer || kind == JsonNode::Kind::unsigned_integer ||
         kind == JsonNode::Kind::huge_integer || kind == JsonNode::Kind::number;
}

}  // namespace

bool read_double(const JsonNode& node, double& value, DecodeError& error) {
  if (node.is_null()) {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (!is_number(node.kind())) return refuse(error, "expected number");
  value = node.as_double();
  return !std::isinf(value) || refuse(error, "number out of range");
}

bool read_float(const JsonNode& node, float& value, DecodeError& error) {
  if (node.is_null()) {
    value = std::numeric_limits<float>::quiet_NaN();
    return true;
  }
  if (!is_number(node.kind())) return refuse(error, "expected number");
  value = node.as_float();
  return !std::isinf(value) || refuse(error, "number out of range");
}

bool read_string(const JsonNode& node, std::string_view& value, DecodeError& error) {
  if (node.kind() != JsonNode::Kind::string) return refuse(error, "expected string");
  value = node.as_string();
  return true;
}

bool read_uuid(std::string_view text, Uuid& value, DecodeError& error) {
  const auto id = Uuid::parse(text);
  if (!id) return refuse(error, "expected UUID");
  value = *id;
  return true;
}

bool read_timestamp(const JsonNode& node, Timestamp& value, DecodeError& error) {
  std::string_view text;
  if (!read_string(node, text, error)) return false;
  const auto time = Timestamp::parse(text);
  if (!time) return refuse(error, "expected ISO 8601 time");
  value = *time;
  return true;
}

bool find_name(std::string_view text, std::span<const std::string_view> names, std::size_t& index, DecodeError& error) {
  for (index = 0; index < names.size(); ++index)
    if (names[index] == text) return true;
  return refuse_name(error, text, names);
}

namespace {

// Per name the last member called so, or null. Best when the members come in the order of the names.
template <class NameOf>
void match_members(const JsonNode& object, std::size_t count, NameOf name_of, const JsonNode** found) {
  std::size_t next = 0;
  for (const JsonNode& member : object.children()) {
    for (std::size_t tried = 0; tried < count; ++tried) {
      const std::size_t index = next + tried < count ? next + tried : next + tried - count;
      if (name_of(index) != member.key()) continue;
      found[index] = &member;
      next = index + 1 < count ? index + 1 : 0;
      break;
    }
  }
}

}  // namespace

bool read_members(const JsonNode& node, std::span<const MemberReader> readers, void* const* members,
                  DecodeError& error) {
  if (!require(node, JsonNode::Kind::object, error)) return false;
  std::array<const JsonNode*, most_members> found;
  std::fill_n(found.begin(), readers.size(), nullptr);
  match_members(node, readers.size(), [&](std::size_t i) { return readers[i].name; }, found.data());
  for (std::size_t i = 0; i < readers.size(); ++i) {
    const MemberReader& reader = readers[i];
    if (found[i] != nullptr) {
      if (!reader.read(*found[i], members[i], error)) return within_member(error, reader.name);
    } else if (reader.absent != nullptr) {
      reader.absent(members[i]);
    } else {
      refuse(error, "required member is missing");
      return within_member(error, reader.name);
    }
  }
  return true;
}

bool read_tagged(const JsonNode& node, std::span<const MessageType> types, std::size_t& index, const JsonNode*& data,
                 DecodeError& error) {
  static constexpr std::array<std::string_view, 2> members{"type", "data"};
  if (!require(node, JsonNode::Kind::object, error)) return false;
  std::array<const JsonNode*, 2> found{};
  match_members(node, members.size(), [](std::size_t i) { return members[i]; }, found.data());
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i] == nullptr) return refuse(error, "required member is missing") || within_member(error, members[i]);

  std::string_view type;
  if (!read_string(*found[0], type, error)) return within_member(error, "type");
  index = find_type(type, types);
  if (index == no_type) {
    std::vector<std::string_view> names;
    for (const MessageType& each : types) names.push_back(each.name);
    return refuse_name(error, type, names) || within_member(error, "type");
  }
  data = found[1];
  return true;
}

}  // namespace lasagne::detail
