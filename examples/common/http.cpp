#include "http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <limits>
#include <stdexcept>

namespace examples::http {

namespace {

std::string_view words_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 428:
      return "Precondition Required";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return status < 500 ? "Bad Request" : "Internal Server Error";
  }
}

// RFC 9457 members, and one of ours.
struct ProblemBody {
  std::string type;
  std::string title;
  int status = 0;
  std::string detail;
};
struct FieldProblemBody {
  std::string type;
  std::string title;
  int status = 0;
  std::string detail;
  std::string field;
};
constexpr const char* no_type = "about:blank";

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const auto end = std::min(path.find('/'), path.size());
    if (end > 0) segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_placeholder(std::string_view segment) { return segment.starts_with('{'); }

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::ranges::equal(pattern, path,
                            [](const auto& want, const auto& have) { return is_placeholder(want) || want == have; });
}

// "application/json", with or without parameters.
bool is_json(std::string_view content_type) {
  constexpr std::string_view json = "application/json";
  if (content_type.size() < json.size()) return false;
  const auto same = std::ranges::equal(content_type.substr(0, json.size()), json, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
  if (!same) return false;
  return content_type.size() == json.size() || content_type[json.size()] == ';' || content_type[json.size()] == ' ';
}

// W3C trace context, version 00. Anything else is as good as none.
bool is_traceparent(std::string_view text) {
  constexpr std::string_view form = "hh-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
  return std::ranges::equal(text, form, [](char have, char want) {
    if (want == '-') return have == '-';
    return (have >= '0' && have <= '9') || (have >= 'a' && have <= 'f');
  });
}

std::expected<std::optional<EntityTags>, Problem> tags_of(const RawRequest& raw, const char* name) {
  const auto text = raw.header(name);
  if (!text) return std::nullopt;
  auto tags = EntityTags::parse(*text);
  if (tags) return tags;
  return std::unexpected(
      Problem{400, "Bad Request",
              std::string(name) + R"( must be * or a list of ETags as the server answered them, such as "7")", name});
}

std::expected<Preconditions, Problem> preconditions_of(const RawRequest& raw, IfMatch rule) {
  auto if_match = tags_of(raw, "If-Match");
  if (!if_match) return std::unexpected(if_match.error());
  auto if_none_match = tags_of(raw, "If-None-Match");
  if (!if_none_match) return std::unexpected(if_none_match.error());
  if (rule == IfMatch::required && !*if_match) {
    return std::unexpected(
        problem(428, "this request needs If-Match with the ETag of the state that it was decided on"));
  }
  return Preconditions{*std::move(if_match), *std::move(if_none_match)};
}

// What to expect at first. A revision that no stream has finds out where the stream is.
lasagne::ExpectedRevision first_guess(const Preconditions& preconditions) {
  using lasagne::ExpectedRevision;
  const auto nowhere = ExpectedRevision::exactly(std::numeric_limits<lasagne::Revision>::max());
  if (!preconditions.if_match) return preconditions.if_none_match->any ? ExpectedRevision::no_stream() : nowhere;
  if (preconditions.if_match->any) return preconditions.if_none_match ? nowhere : ExpectedRevision::stream_exists();
  for (const auto& tag : preconditions.if_match->tags) {
    const auto etag = lasagne::ETag::parse('"' + tag.opaque + '"');
    if (etag && preconditions.met_by(etag->revision)) return ExpectedRevision::exactly(etag->revision);
  }
  return nowhere;
}

constexpr int most_reloads = 32;

Problem precondition_failed(std::optional<lasagne::Revision> revision) {
  return problem(412,
                 revision ? fmt::format("its ETag is now \"{}\"", *revision) : std::string("it does not exist yet"));
}

// A read that the client has already, or whose condition does not hold.
Reply conditional(Reply reply, const Preconditions& preconditions) {
  const auto header = std::ranges::find(reply.headers, "ETag", [](const auto& entry) { return entry.first; });
  if (reply.status != 200 || header == reply.headers.end()) return reply;
  const auto revision = lasagne::ETag::parse(header->second)->revision;
  if (preconditions.met_by(revision)) return reply;
  const bool changed = preconditions.if_match && !preconditions.if_match->match_strongly(revision);
  if (changed) return Reply(precondition_failed(revision)).header("ETag", header->second);
  reply.status = 304;
  reply.body.clear();
  return reply;
}

}  // namespace

Problem problem(int status, std::string detail) {
  return Problem{status, std::string(words_of(status)), std::move(detail), {}};
}

std::string Problem::to_json() const {
  if (field.empty()) return lasagne::to_json(ProblemBody{no_type, title, status, detail});
  return lasagne::to_json(FieldProblemBody{no_type, title, status, detail, field});
}

Reply::Reply(const Problem& problem)
    : status(problem.status), body(problem.to_json()), content_type("application/problem+json") {
  if (status == 503) header("Retry-After", std::to_string(Bounds::retry_after_seconds));
}

lasagne::Uuid Request::id(std::string_view placeholder) const {
  const auto found =
      std::ranges::find(ids_, placeholder, [](const auto& entry) { return std::string_view(entry.first); });
  if (found == ids_.end()) throw std::logic_error("the route has no {" + std::string(placeholder) + "}");
  return found->second;
}

std::optional<std::string> Request::query(std::string_view name) const {
  const auto found = query_.find(std::string(name));
  if (found == query_.end()) return std::nullopt;
  return found->second;
}

Problem not_found(std::string detail) { return problem(404, std::move(detail)); }

Problem bad_field(std::string field, std::string what) {
  return Problem{400, "Bad Request", field.empty() ? std::move(what) : field + ": " + what, field};
}

Problem problem_of(const lasagne::Error& error) {
  using enum lasagne::ErrorCode;
  switch (error.code) {
    case not_found:
      return problem(404, error.message);
    case tombstoned:
      return problem(410, error.message);
    case conflict:
      return problem(412, error.message);
    case invalid:
      return problem(400, error.message);
    case unavailable:
    case commit_unknown:
    case failed:
    case in_use:  // why is for the operator, who is told by the program's log
      return problem(503,
                     "the store is not available now: try again later, and read first whether a write came through");
    default:
      return problem(500, error.message);
  }
}

lasagne::ExecuteResult execute_if(
    const Preconditions& preconditions, lasagne::ExecuteOptions options,
    const std::function<lasagne::ExecuteResult(const lasagne::ExecuteOptions&)>& execute) {
  if (preconditions.none()) return execute(options);
  options.expected = first_guess(preconditions);
  for (int reloads = 0;; ++reloads) {
    auto result = execute(options);
    if (result || result.error().kind != lasagne::Refusal::Kind::conflict || reloads == most_reloads) return result;
    const auto& actual = result.error().error.actual_revision;
    if (!preconditions.met_by(actual)) return result;
    options.expected = actual ? lasagne::ExpectedRevision::exactly(*actual) : lasagne::ExpectedRevision::no_stream();
  }
}

Reply answer(const Request& request, const lasagne::ExecuteResult& result, int status, std::string body) {
  if (result) {
    Reply reply;
    reply.status = body.empty() && status == 200 ? 204 : status;
    reply.body = std::move(body);
    reply.etag(result->etag);
    if (!result->correlation_id.is_nil()) reply.header("X-Correlation-Id", result->correlation_id.to_string());
    return reply;
  }
  const auto& refusal = result.error();
  using enum lasagne::Refusal::Kind;
  if (refusal.kind == rejected) {
    const int code = refusal.rejection.reason.ends_with("NotFound") ? 404 : 409;
    return Problem{code, refusal.rejection.reason, refusal.rejection.detail, {}};
  }
  if (refusal.kind == conflict) {
    const auto& actual = refusal.error.actual_revision;
    if (request.preconditions().met_by(actual)) return problem(503, refusal.error.message);
    Reply reply = precondition_failed(actual);
    if (actual) reply.etag(lasagne::ETag{*actual});
    return reply;
  }
  return problem_of(refusal.error);
}

void Router::get(std::string pattern, Handler handler) {
  add("GET", std::move(pattern), std::move(handler), IfMatch::optional, false);
}
void Router::post(std::string pattern, Handler handler, IfMatch if_match) {
  add("POST", std::move(pattern), std::move(handler), if_match, false);
}
void Router::remove(std::string pattern, Handler handler, IfMatch if_match) {
  add("DELETE", std::move(pattern), std::move(handler), if_match, false);
}

void Router::add(std::string method, std::string pattern, Handler handler, IfMatch if_match, bool needs_json) {
  routes_.push_back({std::move(method), segments_of(pattern), std::move(handler), if_match, needs_json});
}

std::vector<std::string> Router::operations() const {
  std::vector<std::string> all;
  for (const auto& route : routes_) {
    auto operation = route.method + " ";
    for (const auto& segment : route.segments) operation += "/" + segment;
    all.push_back(std::move(operation));
  }
  return all;
}

Reply Router::handle(const RawRequest& raw) const try {
  const auto target = Target::parse(raw.target);
  if (!target) return problem(400, target.error());
  const auto method = raw.method == "HEAD" ? std::string("GET") : raw.method;
  std::string allowed;
  for (const auto& route : routes_) {
    if (!matches(route.segments, target->segments)) continue;
    if (route.method == method) return run(route, *target, raw);
    allowed += (allowed.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
  }
  if (allowed.empty()) return problem(404, "there is nothing at " + target->path());
  return Reply(problem(405, raw.method + " is not allowed here; allowed are " + allowed)).header("Allow", allowed);
} catch (const std::exception& error) {
  return problem(500, error.what());
} catch (...) {
  return problem(500, "unknown error");
}

Reply Router::run(const Route& route, const Target& target, const RawRequest& raw) {
  Request request;
  for (std::size_t i = 0; i < target.segments.size(); ++i) {
    if (!is_placeholder(route.segments[i])) continue;
    auto name = route.segments[i].substr(1, route.segments[i].size() - 2);
    const auto id = lasagne::Uuid::parse(target.segments[i]);
    if (!id) return bad_field(name, "expected a UUID in the path");
    request.ids_.emplace_back(std::move(name), *id);
  }
  auto preconditions = preconditions_of(raw, route.if_match);
  if (!preconditions) return preconditions.error();
  request.preconditions_ = *std::move(preconditions);
  if (auto trace = raw.header("traceparent"); trace && is_traceparent(*trace))
    request.options_.traceparent = *std::move(trace);
  if (route.needs_json) {
    if (!is_json(raw.header("Content-Type").value_or("")))
      return problem(415, "expected Content-Type: application/json");
    if (raw.body.size() > Bounds::body_bytes)
      return problem(413, fmt::format("a body may have at most {} bytes", Bounds::body_bytes));
  }
  request.query_ = target.query;
  request.body_ = raw.body;
  auto reply = route.handler(request);
  return route.method == "GET" ? conditional(std::move(reply), request.preconditions_) : reply;
}

namespace {
struct HealthView {
  std::string status;
};
}  // namespace

void add_health(Router& router, const lasagne::Runtime& runtime) {
  router.get("/health", [&runtime](const Request&) -> Reply {
    if (const auto failure = runtime.failure()) return problem(503, failure->message);
    return Reply::json(HealthView{"ok"});
  });
}

std::optional<Listen> Listen::parse(std::string_view text) {
  Listen listen;
  const auto colon = text.rfind(':');
  auto port = text;
  if (colon != std::string_view::npos) {
    auto host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']'))
      host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
      return std::nullopt;
    if (!host.empty()) listen.host = std::string(host);
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  if (listen.port < 0 || listen.port > 65535) return std::nullopt;
  return listen;
}

std::string problem_of_host(const std::string& host) {
  const auto authority = Authority::parse(host);
  return authority && authority->port.empty() ? std::string() : "takes a host without a port, not \"" + host + "\"";
}

}  // namespace examples::http
