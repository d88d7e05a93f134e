// The shop's routes, without a socket, and its server behind one.
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "fuzz/requests.hpp"
#include "fuzz/targets.hpp"
#include "http_api.hpp"
#include "lasagne/store.hpp"
#include "shop_modules.hpp"

namespace fuzz {

namespace {

namespace http = examples::http;

struct Shop {
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  lasagne::Runtime runtime{*store, shop::shop_modules()};
  shop::HttpApi api{runtime, shop::catalogue_price, [] { return lasagne::Timestamp{1'700'000'000'000'000}; }};
  http::Router router;
  Shop() { api.add_routes(router); }
};

// Serves until the end of the program.
class Serving {
 public:
  Serving() {
    std::promise<int> bound;
    auto port = bound.get_future();
    thread_ = std::thread([this, bound = std::move(bound)]() mutable {
      http::block_stop_signals();
      auto server = http::Server::bind(shop_.router, {});
      if (!server) std::abort();
      bound.set_value((*server)->port());
      (void)(*server)->run();
    });
    port_ = port.get();
  }
  ~Serving() {
    ::pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  Shop shop_;
  std::thread thread_;
  int port_ = 0;
};

// libFuzzer's timer interrupts no call of this thread while one lives.
class AlarmBlocked {
 public:
  AlarmBlocked() {
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    ::pthread_sigmask(SIG_BLOCK, &alarm, &before_);
  }
  ~AlarmBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AlarmBlocked(const AlarmBlocked&) = delete;
  AlarmBlocked& operator=(const AlarmBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

void shop_requests(std::string_view bytes) {
  Shop shop;
  give_requests(bytes, shop.router);
  (void)shop.runtime.run_until_idle();
}

// Whatever comes, the server answers or closes, and goes on.
void http_bytes(std::string_view bytes) {
  constexpr int patience_ms = 15'000;
  static const Serving serving;
  const AlarmBlocked alarm_blocked;
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(serving.port()));
  // Many thousands a minute: none of them may keep its port for a while after its end.
  const linger at_once{1, 0};
  (void)::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  must(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
       std::string("it takes nobody any more: ") + std::strerror(errno));
  for (auto left = bytes; !left.empty();) {
    const auto sent = ::send(client, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::shutdown(client, SHUT_WR);
  bool closed = false;
  char answer[4096];
  for (pollfd readable{client, POLLIN, 0}; !closed && ::poll(&readable, 1, patience_ms) > 0;)
    closed = ::recv(client, answer, sizeof answer, 0) <= 0;
  ::close(client);
  must(closed, "neither an answer nor an end");
}

}  // namespace fuzz
