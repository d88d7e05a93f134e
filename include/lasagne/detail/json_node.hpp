// A parsed JSON text, as the typed readers see it. The parser itself stays out of the headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lasagne {
struct DecodeError;
}
namespace lasagne::detail {
struct MessageType;
}

namespace lasagne::detail {

// One value. The document is an array of nodes in the text's order: a container is followed by its elements, each by
// its own. All text is of the document and lives as long as the read callback runs.
class JsonNode {
 public:
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,           // fits std::int64_t
    unsigned_integer,  // past it, fits std::uint64_t
    huge_integer,      // past both: only as_double
    number,            // written with a fraction or an exponent
    string,
    array,
    object,
  };

  class Iterator {
   public:
    explicit Iterator(const JsonNode* node) noexcept : node_(node) {}
    const JsonNode& operator*() const noexcept { return *node_; }
    Iterator& operator++() noexcept {
      node_ += node_->span_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const JsonNode* node_;
  };

  struct Children {
    const JsonNode* first;
    const JsonNode* last;
    [[nodiscard]] Iterator begin() const noexcept { return Iterator{first}; }
    [[nodiscard]] Iterator end() const noexcept { return Iterator{last}; }
  };

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::null; }
  // The member's name, for a value in an object.
  [[nodiscard]] std::string_view key() const noexcept { return {key_, key_size_}; }

  // Each only for its kind; as_double and as_float for every number, rounded once from its text. What is past the range
  // is infinite, or 0 where it is too small.
  [[nodiscard]] bool as_bool() const noexcept { return payload_.integer != 0; }
  [[nodiscard]] std::int64_t as_int64() const noexcept { return payload_.integer; }
  [[nodiscard]] std::uint64_t as_uint64() const noexcept { return payload_.unsigned_integer; }
  [[nodiscard]] double as_double() const noexcept;
  [[nodiscard]] float as_float() const noexcept;
  [[nodiscard]] std::string_view as_string() const noexcept { return {payload_.text, size_}; }
  // Elements of an array, members of an object.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] Children children() const noexcept { return {this + 1, this + span_}; }

 private:
  friend class JsonNodeBuilder;

  union Payload {
    std::int64_t integer = 0;
    std::uint64_t unsigned_integer;
    const char* text;  // of a string, and of a number that is no such integer
  };

  Payload payload_;
  std::uint32_t size_ = 0;  // bytes of a text, children of a container
  std::uint32_t span_ = 1;  // nodes of this value, itself included
  const char* key_ = nullptr;
  std::uint32_t key_size_ = 0;
  Kind kind_ = Kind::null;
};

// Parses the text and calls `read` with its root; false, with `error` filled, when either refuses.
using ReadNode = bool (*)(const JsonNode& root, void* value, DecodeError& error);
[[nodiscard]] bool read_document(std::string_view text, ReadNode read, void* value, DecodeError& error);

// The readers' untyped half. All that give bool give false with `error` filled; `refuse` always does.
bool refuse(DecodeError& error, std::string_view problem);
bool refuse_name(DecodeError& error, std::string_view name, std::span<const std::string_view> expected);
bool within_member(DecodeError& error, std::string_view name);  // puts "name." before the path
bool within_element(DecodeError& error, std::size_t index);     // puts "[index]." before it
bool within_entry(DecodeError& error, std::string_view key);    // puts ["key"]. before it

// The index of the text among the names.
bool find_name(std::string_view text, std::span<const std::string_view> names, std::size_t& index, DecodeError& error);
// An object of "type" and "data": which of the types it is, and the data.
bool read_tagged(const JsonNode& node, std::span<const MessageType> types, std::size_t& index, const JsonNode*& data,
                 DecodeError& error);

}  // namespace lasagne::detail
