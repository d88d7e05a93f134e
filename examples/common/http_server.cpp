// The server. One thread speaks with all clients (Boost.Beast); a request that has arrived whole goes to one of a few
// workers, which handle it. So a client that is slow, or silent, keeps no worker from the others.
#include <pthread.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <list>
#include <memory>
#include <thread>

#include "http.hpp"
#include "http_refusal.hpp"

namespace examples::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = beast::http::request_parser<beast::http::string_body>;
using Response = beast::http::response<beast::http::string_body>;

constexpr std::chrono::milliseconds accept_pause{50};  // when nobody can be accepted now
constexpr std::size_t buffer_bytes = 2 * Bounds::head_bytes;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// What a parser's error answers.
Problem problem_of(const error_code& failure) {
  using beast::http::error;
  const auto at_most = [](std::size_t bytes) { return " may have at most " + std::to_string(bytes) + " bytes"; };
  if (failure == error::body_limit) return problem(413, "a body" + at_most(Bounds::body_bytes));
  if (failure == error::header_limit || failure == error::buffer_overflow)
    return problem(431, "request line and headers" + at_most(Bounds::head_bytes));
  return problem(400, "the request is not well-formed HTTP, or was cut short: " + failure.message());
}

RequestHead head_of(const Parser::value_type& request) {
  using beast::http::field;
  const auto lines = [&](field name) {
    std::vector<std::string_view> values;
    for (auto [line, end] = request.equal_range(name); line != end; ++line) values.push_back(line->value());
    return values;
  };
  return {static_cast<int>(request.version()),
          request.method_string(),
          request.target(),
          lines(field::host),
          lines(field::origin),
          lines(field::transfer_encoding),
          lines(field::content_encoding)};
}

class Session;

// What the sessions share. Everything but `handle` is of the server's thread, which is why it needs no lock.
struct Shared {
  Shared(const Router& to, Listen at, const Deadlines& until)
      : router(to),
        listen(std::move(at)),
        deadlines(until),
        workers(Bounds::workers),
        busy(asio::make_work_guard(io)) {}

  // To the workers; false when too many requests wait for one. `answer` comes back on the server's thread.
  bool handle(RawRequest request, std::function<void(Reply)> answer) {
    if (admitted >= Bounds::workers + Bounds::waiting_requests) return false;
    ++admitted;
    asio::post(workers, [this, request = std::move(request), answer = std::move(answer)]() mutable {
      asio::post(io, [this, reply = router.handle(request), answer = std::move(answer)]() mutable {
        --admitted;
        answer(std::move(reply));
        end_if_done();
      });
    });
    return true;
  }
  void end_if_done() {
    if (stopping && admitted == 0 && sessions == 0) io.stop();
  }

  const Router& router;
  Listen listen;
  const Deadlines deadlines;
  asio::io_context io{1};
  asio::thread_pool workers;
  asio::executor_work_guard<asio::io_context::executor_type> busy;
  std::list<Session*> waiting;  // for their client, the longest first
  std::size_t sessions = 0;     // with an open socket
  std::size_t admitted = 0;     // requests that wait for a worker or have one
  bool stopping = false;
};

// One client. It lives as long as an operation of it is under way, and closes itself before.
class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    ++shared_.sessions;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() = default;

  // Reads the next request, if there comes one.
  void next() {
    parser_.emplace();
    parser_->header_limit(Bounds::head_bytes);
    parser_->body_limit(Bounds::body_bytes);
    if (buffer_.size() > 0) return read_head();
    if (shared_.stopping) return close();
    idle_ = true;
    wait(shared_.deadlines.idle);
    stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t count) {
      self->idle_ = false;
      self->buffer_.commit(count);
      error ? self->close() : self->read_head();
    });
  }

  [[nodiscard]] bool idle() const noexcept { return idle_; }
  [[nodiscard]] std::chrono::steady_clock::time_point waiting_since() const noexcept { return waiting_since_; }

  void close() {
    if (!open_) return;
    open_ = false;
    waits_no_more();
    stream_.close();
    --shared_.sessions;
    shared_.end_if_done();
  }

 private:
  // For the client, who has so much time, and may be closed for another one.
  void wait(std::chrono::milliseconds time) {
    waits_no_more();
    if (!open_) return;  // what follows fails
    waiting_at_ = shared_.waiting.insert(shared_.waiting.end(), this);
    waiting_since_ = std::chrono::steady_clock::now();
    stream_.expires_after(shared_.stopping ? std::min(time, shared_.deadlines.stop) : time);
  }
  void waits_no_more() {
    if (waiting_at_) shared_.waiting.erase(*waiting_at_);
    waiting_at_.reset();
  }

  void read_head() {
    wait(shared_.deadlines.request);
    const auto read = [self = shared_from_this()](error_code error, std::size_t) { self->on_head(error); };
    beast::http::async_read_header(stream_, buffer_, *parser_, read);
  }

  void on_head(error_code error) {
    if (error) return on_error(error);
    const auto& request = parser_->get();
    error_code unknown;
    const Hosts hosts(shared_.listen, stream_.socket().local_endpoint(unknown).address().to_string());
    if (const auto refusal = refusal_of(head_of(request), hosts)) return refuse(*refusal);
    // Trailers join the parser's fields: what counts is what stood here.
    head_ = request.base();
    keep_alive_ = request.keep_alive();
    const bool awaits_continue =
        request.version() >= 11 && beast::iequals(head_[beast::http::field::expect], "100-continue");
    if (!awaits_continue) return read_body();
    response_ = Response(beast::http::status::continue_, request.version());
    beast::http::async_write(stream_, response_, [self = shared_from_this()](error_code failed, std::size_t) {
      failed ? self->close() : self->read_body();
    });
  }

  void read_body() {
    const auto read = [self = shared_from_this()](error_code error, std::size_t) {
      error ? self->on_error(error) : self->handle();
    };
    beast::http::async_read(stream_, buffer_, *parser_, read);
  }

  void on_error(error_code error) {
    if (error.category() != make_error_code(beast::http::error::bad_method).category() ||
        error == beast::http::error::end_of_stream) {
      return close();  // the connection ended, or its time
    }
    refuse(problem_of(error));
  }

  void handle() {
    if (!open_) return;  // closed when the request had just come
    auto& request = parser_->get();
    RawRequest raw;
    raw.method = request.method_string();
    raw.target = request.target();
    // The session does not read on, and so leaves the head as it is, until this request is answered.
    raw.header = [this](const char* name) -> std::optional<std::string> {
      std::optional<std::string> joined;
      for (auto [line, end] = head_.equal_range(name); line != end; ++line) {
        joined = joined ? *joined + ", " + std::string(line->value()) : std::string(line->value());
      }
      return joined;
    };
    raw.body = std::move(request.body());
    waits_no_more();
    stream_.expires_never();
    const bool admitted = shared_.handle(std::move(raw), [self = shared_from_this()](Reply reply) {
      self->answer(std::move(reply), self->keep_alive_);
    });
    if (!admitted) answer(problem(503, "too many requests are waiting: try again later"), keep_alive_);
  }

  // Nobody knows where the next request would begin.
  void refuse(const Problem& problem) { answer(problem, false); }

  void answer(Reply reply, bool keep_alive) {
    const auto& request = parser_->get();
    response_ = Response(static_cast<beast::http::status>(reply.status), request.version() == 10 ? 10 : 11);
    for (const auto& [name, value] : reply.headers) response_.insert(name, value);
    response_.set(beast::http::field::date, http_date(std::chrono::system_clock::now()));
    if (!reply.body.empty()) response_.set(beast::http::field::content_type, reply.content_type);
    if (reply.status != 204 && reply.status != 304) response_.content_length(reply.body.size());
    if (request.method() != beast::http::verb::head) response_.body() = std::move(reply.body);
    keep_alive = keep_alive && !shared_.stopping;
    response_.keep_alive(keep_alive);
    wait(shared_.deadlines.response);
    const auto written = [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
      if (error) return self->close();
      keep_alive ? self->next() : self->linger();
    };
    beast::http::async_write(stream_, response_, written);
  }

  // Closing a socket that holds unread bytes resets it, and may take the answer from a client that is still sending.
  void linger() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    wait(Bounds::linger_time);
    read_away();
  }
  void read_away() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t) {
      error ? self->close() : self->read_away();
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{buffer_bytes};
  std::optional<Parser> parser_;
  beast::http::request_header<> head_;  // of the request that is read or handled
  bool keep_alive_ = false;             // as its head says
  Response response_;
  Shared& shared_;
  std::optional<std::list<Session*>::iterator> waiting_at_;  // in Shared::waiting
  std::chrono::steady_clock::time_point waiting_since_;
  bool idle_ = false;  // no byte of a request came yet
  bool open_ = true;
};

class HttpServer final : public Server {
 public:
  HttpServer(const Router& router, Listen listen, const Deadlines& deadlines)
      : shared_(router, std::move(listen), deadlines), acceptor_(shared_.io), timer_(shared_.io) {}
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() override { shared_.workers.join(); }

  error_code bind() {
    error_code error;
    tcp::resolver resolver(shared_.io);
    const auto found =
        resolver.resolve(shared_.listen.host, std::to_string(shared_.listen.port), tcp::resolver::passive, error);
    for (const auto& entry : found) {
      if (!(error = listen_on(entry.endpoint()))) break;
      error_code ignored;
      acceptor_.close(ignored);
    }
    return error;
  }

  int port() const override { return shared_.listen.port; }

  bool run() override {
    const bool v6 = shared_.listen.host.find(':') != std::string::npos;
    std::printf(v6 ? "listening on http://[%s]:%d\n" : "listening on http://%s:%d\n", shared_.listen.host.c_str(),
                shared_.listen.port);
    std::fflush(stdout);
    accept();
    const auto waiter = ::pthread_self();
    bool served = true;
    std::thread io_thread([&] {
      try {
        shared_.io.run();
      } catch (const std::exception& error) {
        std::fprintf(stderr, "the HTTP server failed: %s\n", error.what());
        served = false;
        ::pthread_kill(waiter, SIGTERM);
      }
    });
    const auto signals = stop_signals();
    int signal = 0;
    while (::sigwait(&signals, &signal) != 0) {
    }
    asio::post(shared_.io, [this] { begin_stop(); });
    io_thread.join();
    shared_.workers.join();
    return served;
  }

 private:
  error_code listen_on(const tcp::endpoint& endpoint) {
    error_code error;
    if (acceptor_.open(endpoint.protocol(), error)) return error;
    if (acceptor_.set_option(asio::socket_base::reuse_address(true), error)) return error;
    if (acceptor_.bind(endpoint, error)) return error;
    if (acceptor_.listen(Bounds::backlog, error)) return error;
    shared_.listen.port = acceptor_.local_endpoint(error).port();
    return error;
  }

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (shared_.stopping) return;
      if (error) return accept_despite(error);
      if (shared_.sessions >= Bounds::connections) close_longest_waiting();
      std::make_shared<Session>(std::move(socket), shared_)->next();
      accept();
    });
  }

  // No descriptor is left, or the client has gone.
  void accept_despite(error_code error) {
    if (error == asio::error::no_descriptors && !shared_.waiting.empty()) {
      close_longest_waiting();
      return accept();
    }
    timer_.expires_after(accept_pause);
    timer_.async_wait([this](error_code) {
      if (!shared_.stopping) accept();
    });
  }

  // Only so many as there are workers and places in their queue do not wait: there always is one.
  void close_longest_waiting() {
    if (!shared_.waiting.empty()) shared_.waiting.front()->close();
  }

  void begin_stop() {
    shared_.stopping = true;
    error_code ignored;
    acceptor_.close(ignored);
    const auto waiting = shared_.waiting;
    for (Session* session : waiting) {
      if (session->idle()) session->close();
    }
    timer_.expires_after(shared_.deadlines.stop);
    timer_.async_wait([this, began = std::chrono::steady_clock::now()](error_code error) {
      while (!error && !shared_.waiting.empty() && shared_.waiting.front()->waiting_since() <= began) {
        close_longest_waiting();
      }
    });
    shared_.end_if_done();
  }

  Shared shared_;
  tcp::acceptor acceptor_;
  asio::steady_timer timer_;
};

static_assert(Bounds::connections > Bounds::workers + Bounds::waiting_requests);

}  // namespace

void block_stop_signals() {
  const auto signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::expected<std::unique_ptr<Server>, std::string> Server::bind(const Router& router, const Listen& listen,
                                                                 const Deadlines& deadlines) {
  auto server = std::make_unique<HttpServer>(router, listen, deadlines);
  if (const auto error = server->bind()) {
    return std::unexpected("cannot listen on " + listen.host + ":" + std::to_string(listen.port) + ": " +
                           error.message());
  }
  return server;
}

}  // namespace examples::http
