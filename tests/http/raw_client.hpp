// A client that speaks bytes, not HTTP.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace http_test {

// A TCP connection to a port of this machine; below zero if it is refused.
inline int connect_to(int port, int flags = 0) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(socket);
    return -1;
  }
  if (flags != 0) ::fcntl(socket, F_SETFL, flags);
  return socket;
}

class RawClient {
 public:
  explicit RawClient(int port) : socket_(connect_to(port)) {}
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void say(const std::string& text) const { (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  // As much as goes without waiting: so many bytes.
  std::size_t say_some(const std::string& text) const {
    const auto said = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return said > 0 ? static_cast<std::size_t>(said) : 0;
  }
  // Whether there is room to say more within the time; not once the connection is broken.
  [[nodiscard]] bool awaits_room(std::chrono::milliseconds time) const { return await(POLLOUT, time) == POLLOUT; }
  // Whether the server gives the connection up within the time, whatever it has said before.
  [[nodiscard]] bool awaits_end(std::chrono::milliseconds time) const {
    return (await(0, time) & (POLLERR | POLLHUP)) != 0;
  }
  // Whether the server has closed its side within the time, and said nothing before; or it is broken.
  [[nodiscard]] bool awaits_close(std::chrono::milliseconds time) const { return await(POLLIN, time) != 0; }
  // Whether there is something to hear within the time.
  [[nodiscard]] bool awaits_bytes(std::chrono::milliseconds time) const { return (await(POLLIN, time) & POLLIN) != 0; }
  [[nodiscard]] bool broken() const { return awaits_end({}); }
  void say_no_more() const { ::shutdown(socket_, SHUT_WR); }
  // Everything until the server closes, or the time is over.
  [[nodiscard]] std::string hear(std::chrono::milliseconds time) const {
    return hear_until([](const std::string&) { return false; }, time);
  }
  // One whole answer that has a body of JSON, at most.
  [[nodiscard]] std::string hear_answer() const {
    return hear_until([](const std::string& heard) { return heard.ends_with("}"); }, std::chrono::seconds(20));
  }
  [[nodiscard]] std::string hear_until_it_ends_with(const std::string& end) const {
    return hear_until([&](const std::string& heard) { return heard.ends_with(end); }, std::chrono::seconds(20));
  }
  // The head of one answer, with nothing behind it yet.
  [[nodiscard]] std::string hear_head() const {
    return hear_until([](const std::string& heard) { return heard.ends_with("\r\n\r\n"); }, std::chrono::seconds(20));
  }
  // Whether the server has ended the connection, or said anything.
  [[nodiscard]] bool disturbed() const { return await(POLLIN, {}) != 0; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }

 private:
  // What of these the socket has by then, with what it always tells; 0: nothing.
  [[nodiscard]] int await(short events, std::chrono::milliseconds time) const {
    pollfd entry{socket_, events, 0};
    (void)::poll(&entry, 1, static_cast<int>(time.count()));
    return entry.revents;
  }
  template <class Enough>
  std::string hear_until(Enough enough, std::chrono::milliseconds time) const {
    std::string heard;
    const auto end = std::chrono::steady_clock::now() + time;
    while (!enough(heard)) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      pollfd entry{socket_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&entry, 1, static_cast<int>(left.count())) <= 0) return heard;
      char buffer[4096];
      const auto count = ::recv(socket_, buffer, sizeof(buffer), 0);
      if (count <= 0) {
        closed_ = true;
        return heard;
      }
      heard.append(buffer, static_cast<std::size_t>(count));
    }
    return heard;
  }

  int socket_;
  mutable bool closed_ = false;
};

}  // namespace http_test
