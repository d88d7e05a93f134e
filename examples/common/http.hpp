// The HTTP edge of the example programs: typed requests, problem answers, conditional writes, a bounded server.
//
//   http::Router router;
//   router.post<AddItem>("/carts/{cart_id}/items", [&](const http::Request& request, const AddItem& body) {
//     const AddProduct command{request.id("cart_id"), body.product_id};
//     return http::answer(request, http::execute(runtime, request, command));
//   });
//   router.get("/carts/{cart_id}", [&](const http::Request& request) -> http::Reply { ... });
//   http::block_stop_signals();                      // first in main, before any thread
//   auto server = http::Server::bind(router, *http::Listen::parse("127.0.0.1:8080"));
//   server->run();                                   // prints the address; returns on SIGTERM or SIGINT
//
// What is wrong is answered as application/problem+json with type, title, status, detail and, where one field is to
// blame, field. The router itself answers 304, 404, 405 (with Allow), 400 (ids in the path, If-Match, JSON: with the
// path of the bad field), 412, 413, 415, 428 and 500; the server 400, 403, 413, 414, 415, 421, 431, 501 and 503 (with
// Retry-After).
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http_message.hpp"
#include "lasagne/error.hpp"
#include "lasagne/etag.hpp"
#include "lasagne/json.hpp"
#include "lasagne/runtime.hpp"

namespace examples::http {

// Past one of these a client is told so, or is dropped; the server never grows. A client that is slow, idle or does not
// read its answer costs one connection and no worker; at most `connections` * (2 * `head_bytes` + `body_bytes`) of
// memory, and what the allocator adds.
struct Bounds {
  static constexpr std::size_t workers = 16;            // requests handled at the same time
  static constexpr std::size_t waiting_requests = 128;  // arrived whole, not handled yet; over it: 503 with Retry-After
  static constexpr std::size_t connections = 512;       // over it: the one that has kept us waiting longest is closed
  static constexpr std::size_t body_bytes = 64 * 1024;  // over it: 413
  static constexpr std::size_t head_bytes = 32 * 1024;  // request line and headers; over it, at twice it at last: 431
  static constexpr std::size_t target_bytes = 1024;     // path and query; over it: 414
  static constexpr std::chrono::milliseconds request_time{10'000};   // to receive one request, however it trickles in
  static constexpr std::chrono::milliseconds response_time{10'000};  // for the client to take its answer
  static constexpr std::chrono::milliseconds keep_alive_idle{30'000};
  static constexpr std::chrono::milliseconds linger_time{500};  // for a refused client to stop sending
  static constexpr std::chrono::milliseconds stop_time{1'000};  // like request_time and response_time, once it stops
  static constexpr int backlog = connections;                   // that the kernel may hold until they are accepted
  static constexpr int retry_after_seconds = 1;
};

// How long the server waits; tests wait shorter.
struct Deadlines {
  std::chrono::milliseconds request = Bounds::request_time;
  std::chrono::milliseconds response = Bounds::response_time;
  std::chrono::milliseconds idle = Bounds::keep_alive_idle;
  std::chrono::milliseconds stop = Bounds::stop_time;
};

// What was wrong, as RFC 9457 has it.
struct Problem {
  int status = 500;
  std::string title;   // stable for programs: a rejection's reason, or the status in words
  std::string detail;  // for people
  std::string field;   // "items[2].quantity", if one field is to blame

  [[nodiscard]] std::string to_json() const;
};

// Titled by the status in words.
[[nodiscard]] Problem problem(int status, std::string detail);

// An answer. Makes itself from a Problem, so that handlers may return either.
struct Reply {
  int status = 200;
  std::string body;  // JSON; empty: none
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;

  Reply() = default;
  Reply(const Problem& problem);  // NOLINT(google-explicit-constructor)

  template <class T>
  [[nodiscard]] static Reply json(const T& value, int status = 200) {
    Reply reply;
    reply.status = status;
    reply.body = lasagne::to_json(value);
    return reply;
  }
  Reply& header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  Reply& etag(const std::optional<lasagne::ETag>& tag) { return tag ? header("ETag", tag->to_string()) : *this; }
};

// A request as a handler sees it: routed, its ids and its preconditions well-formed.
class Request {
 public:
  // Of a {placeholder} of the route.
  [[nodiscard]] lasagne::Uuid id(std::string_view placeholder) const;
  [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
  // The traceparent; the preconditions are for `execute`.
  [[nodiscard]] const lasagne::ExecuteOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Preconditions& preconditions() const noexcept { return preconditions_; }
  [[nodiscard]] const std::string& body() const noexcept { return body_; }

 private:
  friend class Router;
  std::vector<std::pair<std::string, lasagne::Uuid>> ids_;
  std::multimap<std::string, std::string> query_;
  lasagne::ExecuteOptions options_;
  Preconditions preconditions_;
  std::string body_;
};

enum class IfMatch { optional, required };  // required and missing: 428

// Executes once the target meets the request's preconditions, at the revision that meets them; else it is a conflict
// that names the actual one.
[[nodiscard]] lasagne::ExecuteResult execute_if(
    const Preconditions& preconditions, lasagne::ExecuteOptions options,
    const std::function<lasagne::ExecuteResult(const lasagne::ExecuteOptions&)>& execute);
template <class Command>
[[nodiscard]] lasagne::ExecuteResult execute(lasagne::Runtime& runtime, const Request& request,
                                             const Command& command) {
  return execute_if(request.preconditions(), request.options(),
                    [&](const lasagne::ExecuteOptions& options) { return runtime.execute(command, options); });
}

// How a command came out, as an answer: `status` with ETag, X-Correlation-Id and `body` when it was handled; 409 with
// the reason when it was rejected (404 when the reason ends in "NotFound"); 412 when the target does not meet its
// preconditions; 503 with Retry-After when the store cannot take it now, or the stream stays contended.
// A 200 without a body is 204.
[[nodiscard]] Reply answer(const Request& request, const lasagne::ExecuteResult& result, int status = 200,
                           std::string body = {});
// What a failed read or send answers: 404, 503, ...
[[nodiscard]] Problem problem_of(const lasagne::Error& error);
[[nodiscard]] Problem not_found(std::string detail);
[[nodiscard]] Problem bad_field(std::string field, std::string problem);

// What arrives before routing.
struct RawRequest {
  std::string method;
  std::string target;
  std::function<std::optional<std::string>(const char* name)> header;  // several lines of one name, joined by commas
  std::string body;
};

// The routes. Filled before the server runs; then read by its threads.
class Router {
 public:
  using Handler = std::function<Reply(const Request&)>;

  // `pattern`: "/carts/{cart_id}/items"; every placeholder is an id.
  void get(std::string pattern, Handler handler);
  // Writes without a body: one that is sent is ignored.
  void post(std::string pattern, Handler handler, IfMatch if_match = IfMatch::optional);
  void remove(std::string pattern, Handler handler, IfMatch if_match = IfMatch::optional);  // DELETE
  // Writes with a JSON body of type Body.
  template <class Body, class F>
  void post(std::string pattern, F handler, IfMatch if_match = IfMatch::optional) {
    add("POST", std::move(pattern), with_body<Body>(std::move(handler)), if_match, true);
  }
  template <class Body, class F>
  void put(std::string pattern, F handler, IfMatch if_match = IfMatch::optional) {
    add("PUT", std::move(pattern), with_body<Body>(std::move(handler)), if_match, true);
  }
  template <class Body, class F>
  void remove(std::string pattern, F handler, IfMatch if_match = IfMatch::optional) {
    add("DELETE", std::move(pattern), with_body<Body>(std::move(handler)), if_match, true);
  }

  // "GET /carts/{cart_id}" of each.
  [[nodiscard]] std::vector<std::string> operations() const;
  // Never throws: what a handler throws is 500.
  [[nodiscard]] Reply handle(const RawRequest& raw) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;  // a placeholder keeps its braces
    Handler handler;
    IfMatch if_match = IfMatch::optional;
    bool needs_json = false;
  };

  template <class Body, class F>
  static Handler with_body(F handler) {
    return [handler = std::move(handler)](const Request& request) -> Reply {
      const auto body = lasagne::from_json<Body>(request.body());
      if (!body) return bad_field(body.error().path, body.error().problem);
      return handler(request, *body);
    };
  }
  void add(std::string method, std::string pattern, Handler handler, IfMatch if_match, bool needs_json);
  [[nodiscard]] static Reply run(const Route& route, const Target& target, const RawRequest& raw);

  std::vector<Route> routes_;
};

// GET /health: 200 while requests are handled, 503 with the cause once the runtime's store has failed.
void add_health(Router& router, const lasagne::Runtime& runtime);

// Where to listen, and as whom. A request for another host is answered with 421: it may come from a page whose name was
// made to resolve to this machine (DNS rebinding). The address itself and the names of this machine alone always do.
struct Listen {
  std::string host = "127.0.0.1";
  int port = 0;                      // 0: any free one
  std::vector<std::string> hosts{};  // other names of the server

  // "HOST:PORT", ":PORT" or "PORT"; [v6]:PORT.
  [[nodiscard]] static std::optional<Listen> parse(std::string_view text);
};

// What is wrong with a host on a command line; empty: nothing.
[[nodiscard]] std::string problem_of_host(const std::string& host);

// SIGTERM and SIGINT wait for Server::run in this thread and all that it starts from now on; SIGPIPE is ignored.
void block_stop_signals();

class Server {
 public:
  // The router must outlive it. On error: why the address cannot be had.
  [[nodiscard]] static std::expected<std::unique_ptr<Server>, std::string> bind(const Router& router,
                                                                                const Listen& listen,
                                                                                const Deadlines& deadlines = {});
  virtual ~Server() = default;
  [[nodiscard]] virtual int port() const = 0;
  // Prints "listening on http://HOST:PORT" to stdout and serves until SIGTERM or SIGINT (block_stop_signals). Then it
  // takes no new connection, closes the idle ones, handles every request that arrives whole within Deadlines::stop,
  // and returns when the last answer is sent, or was not taken for so long. False if it ended by an error.
  virtual bool run() = 0;
};

}  // namespace examples::http
