#include "fuzz/requests.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "fuzz/targets.hpp"
#include "lasagne/json.hpp"

namespace fuzz {

namespace {

using examples::http::RawRequest;

constexpr std::size_t most_requests = 24;

std::string_view cut(std::string_view& text, std::string_view separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
  return part;
}

RawRequest request_of(std::string_view text, const std::string& id) {
  RawRequest request;
  auto head = cut(text, "\n\n");
  auto line = cut(head, "\n");
  request.method = cut(line, " ");
  request.target = line;
  for (auto at = request.target.find("{1}"); at != std::string::npos; at = request.target.find("{1}", at + 1))
    request.target.replace(at, 3, id);
  std::map<std::string, std::string, std::less<>> headers;
  while (!head.empty()) {
    auto header = cut(head, "\n");
    const auto name = cut(header, ": ");
    headers.emplace(name, header);
  }
  request.header = [headers](const char* name) -> std::optional<std::string> {
    const auto found = headers.find(std::string_view{name});
    return found == headers.end() ? std::nullopt : std::optional(found->second);
  };
  request.body = text;
  return request;
}

std::string first_id_in(const std::string& text) {
  constexpr std::size_t length = 36;
  for (std::size_t at = 0; at + length <= text.size(); ++at)
    if (lasagne::Uuid::parse(text.substr(at, length))) return text.substr(at, length);
  return {};
}

}  // namespace

void give_requests(std::string_view text, const examples::http::Router& router) {
  std::string id;
  for (std::size_t count = 0; !text.empty() && count < most_requests; ++count) {
    const auto request = request_of(cut(text, "\n===\n"), id);
    const auto reply = router.handle(request);
    must(reply.status >= 200 && reply.status < 504, "an odd status: " + std::to_string(reply.status));
    must(reply.status != 500, "500: " + reply.body);
    must(reply.body.empty() || !lasagne::json_problem(reply.body), "an answer that is not JSON");
    if (auto found = first_id_in(reply.body); reply.status < 300 && !found.empty()) id = std::move(found);
  }
}

}  // namespace fuzz
