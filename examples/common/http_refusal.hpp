// What the server refuses of a request when it has read its head.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http.hpp"

namespace examples::http {

// Whom requests may be for.
class Hosts {
 public:
  // `local_address`: the one that the client has reached.
  Hosts(const Listen& listen, std::string local_address);
  [[nodiscard]] bool contains(const Authority& authority) const;

 private:
  std::vector<std::string> names_;
  std::string local_address_;
};

// The head as it came; a header has as many values as lines.
struct RequestHead {
  int version = 11;  // 10: HTTP/1.0
  std::string_view method;
  std::string_view target;
  std::vector<std::string_view> host;
  std::vector<std::string_view> origin;
  std::vector<std::string_view> transfer_encoding;
  std::vector<std::string_view> content_encoding;
};

// Empty: the body may be read. After a refusal the connection ends, since nobody knows where the next request begins.
[[nodiscard]] std::optional<Problem> refusal_of(const RequestHead& head, const Hosts& hosts);

}  // namespace examples::http
