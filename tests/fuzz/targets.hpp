// What is fuzzed. A target takes any bytes and throws when something that must hold does not; it leaves nothing behind.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz {

using Target = void (*)(std::string_view bytes);

void message_json(std::string_view bytes);
void text_values(std::string_view bytes);
void store_url(std::string_view bytes);
void damaged_file(std::string_view bytes);
void shop_requests(std::string_view bytes);
void hotel_requests(std::string_view bytes);
void http_bytes(std::string_view bytes);
void command_line(std::string_view bytes);

// By the names of their folders in corpus/.
inline const std::vector<std::pair<std::string_view, Target>>& targets() {
  static const std::vector<std::pair<std::string_view, Target>> all{
      {"message_json", message_json}, {"text_values", text_values},     {"store_url", store_url},
      {"damaged_file", damaged_file}, {"shop_requests", shop_requests}, {"hotel_requests", hotel_requests},
      {"http_bytes", http_bytes},     {"command_line", command_line},
  };
  return all;
}

inline void must(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace fuzz
