#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cstring>
#include <functional>
#include <limits>
#include <memory_resource>
#include <vector>

#include "lasagne/detail/json_reader.hpp"

namespace lasagne {
namespace detail {
namespace {

using boost::json::error_code;

constexpr std::size_t stack_bytes = 4096;  // a usual message is parsed without an allocation
constexpr std::size_t first_nodes = 96;
constexpr long long exponent_past_all = 1'000'000'000'000;  // in place of one that is past the integers

// What Boost's parser asks of a handler beside the events.
struct Unbounded {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
};

struct Checker : Unbounded {
  using Text = boost::json::string_view;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(Text, std::size_t, error_code&) { return true; }
  bool on_key(Text, std::size_t, error_code&) { return true; }
  bool on_string_part(Text, std::size_t, error_code&) { return true; }
  bool on_string(Text, std::size_t, error_code&) { return true; }
  bool on_number_part(Text, error_code&) { return true; }
  bool on_int64(std::int64_t, Text, error_code&) { return true; }
  bool on_uint64(std::uint64_t, Text, error_code&) { return true; }
  bool on_double(double, Text, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }
};

template <class T>
T parsed(std::string_view digits) noexcept {
  T value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc{}) return value;
  // Past the range, at one end or the other: the decimal exponent of the first digit that is not 0 says which.
  const std::size_t mark = std::min(digits.find_first_of("eE"), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  const std::size_t point = std::min(digits.substr(0, mark).find('.'), mark);
  long long exponent = 0;
  if (mark < digits.size()) {
    const std::string_view power = digits.substr(mark + (digits[mark + 1] == '+' ? 2 : 1));
    if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec != std::errc{})
      exponent = power.front() == '-' ? -exponent_past_all : exponent_past_all;
  }
  exponent += static_cast<long long>(point) - static_cast<long long>(first);
  value = exponent > 0 ? std::numeric_limits<T>::infinity() : T{0};
  return digits.front() == '-' ? -value : value;
}

}  // namespace

double JsonNode::as_double() const noexcept {
  if (kind_ == Kind::integer) return static_cast<double>(payload_.integer);
  if (kind_ == Kind::unsigned_integer) return static_cast<double>(payload_.unsigned_integer);
  return parsed<double>(as_string());
}

float JsonNode::as_float() const noexcept {
  if (kind_ == Kind::integer) return static_cast<float>(payload_.integer);
  if (kind_ == Kind::unsigned_integer) return static_cast<float>(payload_.unsigned_integer);
  return parsed<float>(as_string());
}

// Gathers the parser's events into an array of nodes.
class JsonNodeBuilder : public Unbounded {
 public:
  using Text = boost::json::string_view;
  using Kind = JsonNode::Kind;

  JsonNodeBuilder(std::string_view text, std::pmr::memory_resource& memory)
      : text_(text), memory_(memory), nodes_(&memory), open_(&memory), parts_(&memory) {
    nodes_.reserve(first_nodes);
  }

  [[nodiscard]] const JsonNode& root() const noexcept { return nodes_.front(); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(Kind::object); }
  bool on_object_end(std::size_t count, error_code&) { return close(count); }
  bool on_array_begin(error_code&) { return open(Kind::array); }
  bool on_array_end(std::size_t count, error_code&) { return close(count); }
  bool on_key_part(Text part, std::size_t, error_code&) { return keep_part(part); }
  bool on_key(Text rest, std::size_t, error_code&) {
    key_ = whole(rest);
    return true;
  }
  bool on_string_part(Text part, std::size_t, error_code&) { return keep_part(part); }
  bool on_string(Text rest, std::size_t, error_code&) {
    const std::string_view string = whole(rest);
    JsonNode& node = add(Kind::string);
    node.payload_.text = string.data();
    node.size_ = static_cast<std::uint32_t>(string.size());
    return true;
  }
  bool on_number_part(Text part, error_code&) {
    if (number_ == nullptr) number_ = part.data();
    return true;
  }
  bool on_int64(std::int64_t value, Text, error_code&) {
    number_ = nullptr;
    add(Kind::integer).payload_.integer = value;
    return true;
  }
  bool on_uint64(std::uint64_t value, Text, error_code&) {
    number_ = nullptr;
    // The parser also calls small positive integers unsigned at times.
    JsonNode& node = add(std::in_range<std::int64_t>(value) ? Kind::integer : Kind::unsigned_integer);
    node.payload_.unsigned_integer = value;
    return true;
  }
  bool on_double(double, Text rest, error_code&) {
    const char* const begin = number_ != nullptr ? number_ : rest.data();
    number_ = nullptr;
    const std::string_view digits{begin, rest.data() + rest.size()};
    const bool integer = digits.find_first_of(".eE") == std::string_view::npos;
    JsonNode& node = add(integer ? Kind::huge_integer : Kind::number);
    node.payload_.text = digits.data();
    node.size_ = static_cast<std::uint32_t>(digits.size());
    return true;
  }
  bool on_bool(bool value, error_code&) {
    add(Kind::boolean).payload_.integer = value ? 1 : 0;
    return true;
  }
  bool on_null(error_code&) {
    add(Kind::null);
    return true;
  }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

 private:
  JsonNode& add(Kind kind) {
    JsonNode& node = nodes_.emplace_back();
    node.kind_ = kind;
    node.key_ = key_.data();
    node.key_size_ = static_cast<std::uint32_t>(key_.size());
    key_ = {};
    return node;
  }

  bool open(Kind kind) {
    open_.push_back(nodes_.size());
    add(kind);
    return true;
  }

  bool close(std::size_t count) {
    JsonNode& node = nodes_[open_.back()];
    node.size_ = static_cast<std::uint32_t>(count);
    node.span_ = static_cast<std::uint32_t>(nodes_.size() - open_.back());
    open_.pop_back();
    return true;
  }

  bool keep_part(Text part) {
    parts_.append(part.data(), part.size());
    return true;
  }

  // Text without escapes is used where it lies; unescaped text lies in the parser's own buffer, and is copied.
  std::string_view whole(Text rest) {
    if (parts_.empty() && is_in_text(rest)) return {rest.data(), rest.size()};
    const std::size_t size = parts_.size() + rest.size();
    if (size == 0) return {};
    auto* const copy = static_cast<char*>(memory_.allocate(size, 1));
    std::memcpy(copy, parts_.data(), parts_.size());
    if (!rest.empty()) std::memcpy(copy + parts_.size(), rest.data(), rest.size());
    parts_.clear();
    return {copy, size};
  }

  [[nodiscard]] bool is_in_text(Text part) const noexcept {
    const std::less_equal<const char*> before;
    return before(text_.data(), part.data()) && before(part.data() + part.size(), text_.data() + text_.size());
  }

  std::string_view text_;
  std::pmr::memory_resource& memory_;
  std::pmr::vector<JsonNode> nodes_;
  std::pmr::vector<std::size_t> open_;  // the containers around the next value
  std::pmr::string parts_;              // of a string that comes in several
  std::string_view key_;                // of the next value
  const char* number_ = nullptr;        // where a number that comes in several parts begins
};

namespace {

std::string describe(const error_code& code, std::size_t byte) {
  if (code == boost::json::error::too_deep)
    return "JSON is nested deeper than " + std::to_string(JsonLimits::nesting) + " levels at byte " +
           std::to_string(byte);
  return "malformed JSON at byte " + std::to_string(byte) + ": " + code.message();
}

// What is wrong with the text, if anything.
template <class Handler>
std::optional<std::string> parse(std::string_view text, boost::json::basic_parser<Handler>& parser) {
  if (text.size() > JsonLimits::bytes) return "JSON is longer than " + std::to_string(JsonLimits::bytes) + " bytes";
  error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  if (!code && used < text.size()) code = boost::json::error::extra_data;
  if (code) return describe(code, used);
  return std::nullopt;
}

boost::json::parse_options parse_options() {
  boost::json::parse_options options;
  options.max_depth = JsonLimits::nesting;
  return options;
}

}  // namespace

bool read_document(std::string_view text, ReadNode read, void* value, DecodeError& error) {
  std::array<std::byte, stack_bytes> buffer;
  std::pmr::monotonic_buffer_resource memory{buffer.data(), buffer.size()};
  boost::json::basic_parser<JsonNodeBuilder> parser{parse_options(), text, memory};
  if (const auto problem = parse(text, parser)) return refuse(error, *problem);
  return read(parser.handler().root(), value, error);
}

}  // namespace detail

std::optional<std::string> json_problem(std::string_view text) {
  boost::json::basic_parser<detail::Checker> parser{detail::parse_options()};
  return detail::parse(text, parser);
}

}  // namespace lasagne
