// The server in this process.
#pragma once

#include <pthread.h>

#include <csignal>
#include <memory>
#include <thread>

#include "common/http.hpp"

namespace http_test {

// Runs until it is destroyed or stopped.
class LocalServer {
 public:
  explicit LocalServer(const examples::http::Router& router, const examples::http::Deadlines& deadlines = {}) {
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before_);
    examples::http::block_stop_signals();
    server_ = examples::http::Server::bind(router, {}, deadlines).value();
    runner_ = std::thread([this] { ended_well_ = server_->run(); });
  }
  ~LocalServer() {
    if (runner_.joinable()) (void)stop();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  [[nodiscard]] int port() const { return server_->port(); }
  void ask_to_stop() { ::pthread_kill(runner_.native_handle(), SIGTERM); }
  // Whether it ended well.
  bool stop() {
    ask_to_stop();
    runner_.join();
    return ended_well_;
  }

 private:
  sigset_t before_{};
  std::unique_ptr<examples::http::Server> server_;
  bool ended_well_ = false;  // of the runner's thread, then of this one
  std::thread runner_;
};

}  // namespace http_test
