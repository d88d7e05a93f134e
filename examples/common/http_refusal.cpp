#include "http_refusal.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <utility>

namespace examples::http {

namespace {

bool is_chunked(std::string_view coding) {
  constexpr std::string_view chunked = "chunked";
  return std::ranges::equal(coding, chunked, [](char have, char want) { return have == want || have == want - 32; });
}

// A body whose end nobody can tell, or that nobody here can decode: its bytes would be taken for the next request.
std::optional<Problem> framing_refusal_of(const RequestHead& head) {
  const auto& codings = head.transfer_encoding;
  if (codings.empty()) return std::nullopt;
  if (head.version < 11) return problem(400, "HTTP/1.0 has no Transfer-Encoding: send a Content-Length");
  if (codings.size() == 1 && is_chunked(codings.front())) return std::nullopt;
  return problem(501, "the only Transfer-Encoding that is supported is chunked, once");
}

std::optional<Problem> host_refusal_of(const RequestHead& head, const Hosts& hosts) {
  const auto bad_host = [](const char* what) { return Problem{400, "Bad Request", what, "Host"}; };
  if (head.host.size() > 1) return bad_host("a request has exactly one Host header, and this one has several");
  auto host = head.host.empty() ? std::nullopt : Authority::parse(head.host.front());
  // Only old clients, and no browser, may leave it out.
  if (head.host.empty() && head.version >= 11) return bad_host("a request needs a Host header");
  if (!head.host.empty() && !host) return bad_host("the Host header must be a host with an optional port");
  const auto target = Target::parse(head.target);
  if (!target) return problem(400, target.error());
  if (target->authority) host = target->authority;
  if (host && !hosts.contains(*host)) {
    return Problem{421, "Misdirected Request",
                   "this server does not answer for \"" + host->host + "\": add the name with --host if it should",
                   "Host"};
  }
  const bool writes = head.method != "GET" && head.method != "HEAD";
  const auto foreign = [&](std::string_view origin) { return !host || is_foreign(origin, *host); };
  if (writes && std::ranges::any_of(head.origin, foreign)) {
    return Problem{403, "Forbidden", "a page of another origin may not write here", "Origin"};
  }
  return std::nullopt;
}

}  // namespace

Hosts::Hosts(const Listen& listen, std::string local_address) : local_address_(std::move(local_address)) {
  const auto add = [this](const std::string& name) {
    if (const auto host = Authority::parse(name)) names_.push_back(host->host);
  };
  for (const auto& name : listen.hosts) add(name);
  add(listen.host.find(':') == std::string::npos ? listen.host : "[" + listen.host + "]");
}

bool Hosts::contains(const Authority& authority) const {
  if (authority.is_loopback() || std::ranges::find(names_, authority.host) != names_.end()) return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(authority.host, error);
  return !error && address.to_string() == local_address_;
}

std::optional<Problem> refusal_of(const RequestHead& head, const Hosts& hosts) {
  if (auto refusal = framing_refusal_of(head)) return refusal;
  if (head.target.size() > Bounds::target_bytes)
    return problem(414, "path and query may have at most " + std::to_string(Bounds::target_bytes) + " bytes");
  if (auto refusal = host_refusal_of(head, hosts)) return refusal;
  if (!head.content_encoding.empty()) {
    return Problem{415, "Unsupported Media Type", "no Content-Encoding is supported: send the body as it is",
                   "Content-Encoding"};
  }
  return std::nullopt;
}

}  // namespace examples::http
