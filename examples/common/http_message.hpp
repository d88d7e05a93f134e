// What RFC 9110 and 9112 say about the parts of a request, without a socket: targets, hosts, origins, entity tags,
// dates.
#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lasagne/message.hpp"

namespace examples::http {

// Host and port. The host is in lower case, an IPv6 address without its brackets.
struct Authority {
  std::string host;
  std::string port;  // digits; empty: that of the scheme

  // "shop.example:8080", "[::1]"; empty for anything else, which includes a text without a host or with user data.
  [[nodiscard]] static std::optional<Authority> parse(std::string_view text);
  [[nodiscard]] bool is_loopback() const;  // "localhost", or an address of this machine alone
};

// What a request is about.
struct Target {
  std::vector<std::string> segments;                  // of the path, each decoded: %2F separates nothing
  std::multimap<std::string, std::string> query;      // decoded
  std::optional<Authority> authority = std::nullopt;  // of an absolute-form target, in place of Host

  // "/carts/7?all=1", or "http://shop.example/carts/7?all=1", or "*". On error: what is wrong with it.
  [[nodiscard]] static std::expected<Target, std::string> parse(std::string_view text);
  [[nodiscard]] std::string path() const;  // for people: "/carts/7"
};

// Whether a page of this origin (an Origin header) is not one of the server that is asked as `host`. Without a port the
// two may differ in the scheme: a proxy in front of the server may speak TLS.
[[nodiscard]] bool is_foreign(std::string_view origin, const Authority& host);

// "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(std::chrono::system_clock::time_point time);

struct EntityTag {
  bool weak = false;
  std::string opaque;  // without its quotes
};

// The value of If-Match or If-None-Match, its lines joined by commas.
struct EntityTags {
  bool any = false;  // "*"
  std::vector<EntityTag> tags;

  [[nodiscard]] static std::optional<EntityTags> parse(std::string_view text);
  // Strong comparison, of If-Match: a weak tag matches nothing. Weak comparison, of If-None-Match. An empty revision is
  // that of a resource that does not exist.
  [[nodiscard]] bool match_strongly(std::optional<lasagne::Revision> revision) const;
  [[nodiscard]] bool match_weakly(std::optional<lasagne::Revision> revision) const;
};

// What a request asks of its target before anything is done.
struct Preconditions {
  std::optional<EntityTags> if_match;
  std::optional<EntityTags> if_none_match;

  [[nodiscard]] bool none() const noexcept { return !if_match && !if_none_match; }
  [[nodiscard]] bool met_by(std::optional<lasagne::Revision> revision) const;
};

}  // namespace examples::http
