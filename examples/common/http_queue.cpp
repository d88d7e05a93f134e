#include "http_queue.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "connection.hpp"
#include "http.hpp"

namespace examples::http {

namespace {

thread_local bool refusing_now = false;

const std::string& busy_answer() {
  static const std::string text = [] {
    const Reply reply = Problem{503, "Service Unavailable", "too many requests are waiting", {}};
    return fmt::format(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: {}\r\nContent-Length: {}\r\nRetry-After: {}\r\n"
        "Connection: close\r\n\r\n{}",
        reply.content_type, reply.body.size(), Bounds::retry_after_seconds, reply.body);
  }();
  return text;
}

}  // namespace

Refuser::Refuser() : thread_([this] { run(); }) {}

Refuser::~Refuser() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  for (const int socket : sockets_) ::close(socket);
}

void Refuser::refuse(int socket) {
  {
    const std::lock_guard lock(mutex_);
    if (sockets_.size() < Bounds::refused_connections) {
      sockets_.push_back(socket);
      socket = -1;
    }
  }
  if (socket >= 0) {
    ::close(socket);
  } else {
    wake_.notify_one();
  }
}

void Refuser::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return stopping_ || !sockets_.empty(); });
    if (stopping_) return;
    const int socket = sockets_.front();
    const bool alone = sockets_.size() == 1;
    sockets_.pop_front();
    lock.unlock();
    const auto& text = busy_answer();
    (void)::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    Connection::close_politely(socket, alone ? Bounds::refusal_time : Bounds::refusal_time / 50);
  }
}

bool BoundedQueue::refusing() noexcept { return refusing_now; }

BoundedQueue::BoundedQueue(Pressure& pressure) : pressure_(pressure) {
  workers_.reserve(Bounds::workers);
  for (std::size_t i = 0; i < Bounds::workers; ++i) workers_.emplace_back([this] { work(); });
}

void BoundedQueue::enqueue(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && jobs_.size() < Bounds::waiting_connections) {
      jobs_.push_back(std::move(job));
      pressure_.waiting = jobs_.size() > idle_ ? jobs_.size() - idle_ : 0;
      job = nullptr;
    }
  }
  if (!job) {
    wake_.notify_one();
    return;
  }
  refusing_now = true;
  job();
  refusing_now = false;
}

void BoundedQueue::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    ++idle_;
    wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    pressure_.waiting = jobs_.size() > idle_ ? jobs_.size() - idle_ : 0;
    lock.unlock();
    job();
  }
}

void BoundedQueue::shutdown() {
  pressure_.stopping = true;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& worker : workers_) worker.join();
}

}  // namespace examples::http
