// The server: httplib parses and writes HTTP/1.1, this decides what it may cost.
#include <httplib.h>
#include <pthread.h>
#include <sys/socket.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <thread>

#include "connection.hpp"
#include "http.hpp"
#include "http_queue.hpp"

namespace examples::http {

namespace {

constexpr std::chrono::milliseconds keep_alive_slice{50};

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void write_reply(Reply reply, httplib::Response& response) {
  response.status = reply.status;
  for (auto& [name, value] : reply.headers) response.set_header(name, value);
  if (!reply.body.empty()) response.set_content(std::move(reply.body), reply.content_type);
}

std::optional<std::string> header_of(const httplib::Request& request, const char* name) {
  if (!request.has_header(name)) return std::nullopt;
  return request.get_header_value(name);
}

// What is refused before the body is read. Empty: read on.
std::optional<Problem> refusal_of(const httplib::Request& request) {
  if (request.path.size() > Bounds::path_bytes) return Problem{414, "URI Too Long", "the path is too long", {}};
  const auto length = header_of(request, "Content-Length");
  if (length) {
    std::size_t bytes = 0;
    const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), bytes);
    if (length->empty() || end != length->data() + length->size() || error == std::errc::invalid_argument) {
      return Problem{400, "Bad Request", "Content-Length is not a number", "Content-Length"};
    }
    if (error != std::errc{} || bytes > Bounds::body_bytes) {
      return Problem{413, "Content Too Large", "at most " + std::to_string(Bounds::body_bytes) + " bytes", {}};
    }
  }
  if (request.has_header("Content-Encoding")) {
    return Problem{415, "Unsupported Media Type", "no Content-Encoding is supported", "Content-Encoding"};
  }
  if (request.is_multipart_form_data() ||
      request.get_header_value("Content-Type").starts_with("application/x-www-form-urlencoded")) {
    const bool has_body = length.value_or("0") != "0" || request.has_header("Transfer-Encoding");
    if (has_body) return Problem{415, "Unsupported Media Type", "expected Content-Type: application/json", {}};
  }
  return std::nullopt;
}

class HttpServer final : public Server, private httplib::Server {
 public:
  HttpServer(const Router& router, Listen listen) : router_(router), listen_(std::move(listen)) {
    new_task_queue = [this] { return new BoundedQueue(pressure_); };
    set_payload_max_length(Bounds::body_bytes);
    set_socket_options([](socket_t socket) {  // not SO_REUSEPORT, which lets two servers share a port unnoticed
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      const auto refusal = refusal_of(request);
      if (!refusal) return HandlerResponse::Unhandled;
      write_reply(*refusal, response);
      response.set_header("Connection", "close");
      return HandlerResponse::Handled;
    });
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      write_reply(router_.handle(RawRequest{request.method, request.path, request.params,
                                            [&](const char* name) { return header_of(request, name); }, request.body}),
                  response);
    };
    Get(".*", handler);
    Post(".*", handler);
    Put(".*", handler);
    Patch(".*", handler);
    Delete(".*", handler);
    Options(".*", handler);
    set_error_handler(httplib::Server::Handler(&HttpServer::complete_error));
  }

  bool bind() {
    const bool bound = listen_.port == 0 ? (listen_.port = bind_to_any_port(listen_.host)) > 0
                                         : bind_to_port(listen_.host, listen_.port);
    if (bound) ::listen(svr_sock_, Bounds::backlog);  // httplib's own is 5
    return bound;
  }

  int port() const override { return listen_.port; }

  bool run() override {
    const bool v6 = listen_.host.find(':') != std::string::npos;
    std::printf(v6 ? "listening on http://[%s]:%d\n" : "listening on http://%s:%d\n", listen_.host.c_str(),
                listen_.port);
    std::fflush(stdout);
    const auto waiter = ::pthread_self();
    bool served = false;
    std::thread acceptor([&] {
      served = listen_after_bind();
      ::pthread_kill(waiter, SIGTERM);
    });
    const auto signals = stop_signals();
    int signal = 0;
    while (::sigwait(&signals, &signal) != 0) {
    }
    pressure_.stopping = true;
    httplib::Server::stop();
    acceptor.join();
    return served;
  }

 private:
  // httplib's own answers (a request it cannot parse, a body that was cut short) as problems too.
  static void complete_error(const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return;
    if (current_ != nullptr) {
      current_->give_up();  // nobody knows where the next request would begin
      if (current_->over_limit()) response.status = 413;
    }
    const bool too_large = response.status == 413;
    Problem problem{response.status, "Bad Request", "the request is not well-formed HTTP, or was cut short", {}};
    if (too_large) problem.title = "Content Too Large", problem.detail = "the request is too large";
    if (response.status == 414) problem.title = "URI Too Long", problem.detail = "the request line is too long";
    if (response.status >= 500) problem.title = "Internal Server Error", problem.detail = "the server failed";
    write_reply(problem, response);
    response.set_header("Connection", "close");
  }

  bool process_and_close_socket(socket_t socket) override {
    if (BoundedQueue::refusing()) {
      refuser_.refuse(socket);
      return false;
    }
    Connection connection(socket);
    current_ = &connection;
    for (std::size_t served = 0; served < Bounds::requests_per_connection && wait_for_request(connection); ++served) {
      connection.begin_request();
      const bool last = served + 1 == Bounds::requests_per_connection || crowded();
      bool closed = false;
      bool refused = false;
      const bool handled = process_request(connection, last, closed, [&](httplib::Request& request) {
        refused = refusal_of(request).has_value();
        // RFC 9112 section 6.3: without both headers there is no body. httplib would read until the connection ends.
        if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
          request.set_header("Content-Length", "0");
        }
      });
      if (!connection.flush() || !handled || closed || last || refused || connection.given_up()) break;
    }
    current_ = nullptr;
    Connection::close_politely(socket, std::chrono::milliseconds(crowded() ? 1 : 100));
    return true;
  }

  [[nodiscard]] bool crowded() const { return pressure_.waiting > 0 || pressure_.stopping; }

  // Sliced, since a worker that only waits should leave at once for those who wait for it.
  bool wait_for_request(const Connection& connection) const {
    auto left = Bounds::keep_alive_idle;
    do {
      if (connection.wait_readable(keep_alive_slice)) return true;
      left -= keep_alive_slice;
    } while (left.count() > 0 && !crowded());
    return false;
  }

  static thread_local Connection* current_;  // of this worker; httplib's error handler is not told

  const Router& router_;
  Listen listen_;
  Pressure pressure_;
  Refuser refuser_;
};

thread_local Connection* HttpServer::current_ = nullptr;

}  // namespace

void block_stop_signals() {
  const auto signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::expected<std::unique_ptr<Server>, std::string> Server::bind(const Router& router, const Listen& listen) {
  auto server = std::make_unique<HttpServer>(router, listen);
  if (!server->bind()) {
    return std::unexpected("cannot listen on " + listen.host + ":" + std::to_string(listen.port) +
                           ": the address is in use or not ours");
  }
  return server;
}

}  // namespace examples::http
