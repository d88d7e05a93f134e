#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "http.hpp"

namespace examples::http {

namespace {

constexpr std::size_t read_size = 16 * 1024;

int left_ms(SteadyTime deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

bool wait_for(int socket, short what, SteadyTime deadline) {
  for (;;) {
    pollfd entry{socket, what, 0};
    const int ready = ::poll(&entry, 1, left_ms(deadline));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

using GetName = int (*)(int, sockaddr*, socklen_t*);
void name_of(int socket, GetName get_name, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (get_name(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
    port = ntohs(v6.sin6_port);
  }
  ip = text;
}

}  // namespace

Connection::Connection(int socket) : socket_(socket) {
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

void Connection::begin_request() {
  request_deadline_ = std::chrono::steady_clock::now() + Bounds::request_time;
  request_bytes_ = in_.size() - in_used_;
  over_limit_ = false;
}

bool Connection::wait_readable(std::chrono::milliseconds time) const {
  return in_used_ < in_.size() || wait_for(socket_, POLLIN, std::chrono::steady_clock::now() + time);
}

bool Connection::is_readable() const { return in_used_ < in_.size() || wait_for(socket_, POLLIN, request_deadline_); }
bool Connection::is_writable() const { return true; }

ssize_t Connection::read(char* to, size_t size) {
  if (in_used_ == in_.size()) {
    if (request_bytes_ > Bounds::head_bytes + Bounds::body_bytes) {
      over_limit_ = true;
      return -1;
    }
    if (!wait_for(socket_, POLLIN, request_deadline_)) return -1;
    in_.resize(read_size);
    in_used_ = 0;
    const auto got = ::recv(socket_, in_.data(), in_.size(), MSG_DONTWAIT);
    in_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    if (got <= 0) return got;
    request_bytes_ += in_.size();
  }
  const auto count = std::min(size, in_.size() - in_used_);
  std::memcpy(to, in_.data() + in_used_, count);
  in_used_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* from, size_t size) {
  out_.append(from, size);
  return static_cast<ssize_t>(size);
}

bool Connection::flush() {
  const auto deadline = std::chrono::steady_clock::now() + Bounds::response_time;
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const auto count = ::send(socket_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if ((errno != EAGAIN && errno != EINTR) || !wait_for(socket_, POLLOUT, deadline)) {
      break;
    }
  }
  const bool all = sent == out_.size();
  out_.clear();
  return all;
}

void Connection::close_politely(int socket, std::chrono::milliseconds time) {
  ::shutdown(socket, SHUT_WR);
  const auto deadline = std::chrono::steady_clock::now() + time;
  char away[4096];
  while (wait_for(socket, POLLIN, deadline) && left_ms(deadline) > 0 &&
         ::recv(socket, away, sizeof(away), MSG_DONTWAIT) > 0) {
  }
  ::close(socket);
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  name_of(socket_, &::getpeername, ip, port);
}
void Connection::get_local_ip_and_port(std::string& ip, int& port) const { name_of(socket_, &::getsockname, ip, port); }

}  // namespace examples::http
