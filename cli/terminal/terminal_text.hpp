// Text that came out of a store, made fit to be printed: it can neither steer a terminal, nor show its letters in
// another order, nor break a line or a JSON document.
#pragma once

#include <string>
#include <string_view>

namespace terminal {

// One line for people. Line breaks and tabs become spaces; other control characters, bidirectional marks and overrides,
// and bytes that are no UTF-8 become '?'.
[[nodiscard]] std::string printable(std::string_view text);

// A JSON string, with its quotes, of any bytes. What is no UTF-8 becomes U+FFFD; control characters, bidirectional
// marks and overrides are escaped.
[[nodiscard]] std::string json_string(std::string_view text);

// The same JSON value on one line, with the characters escaped that json_string escapes. A text that is no JSON becomes
// the JSON string of it.
[[nodiscard]] std::string json_line(std::string_view json);

}  // namespace terminal
