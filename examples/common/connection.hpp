// One client's socket as httplib reads and writes it, with a deadline for each whole request and each whole answer.
#pragma once

#include <httplib.h>

#include <chrono>
#include <string>

namespace examples::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// Used by one worker at a time. Does not own the socket.
class Connection final : public httplib::Stream {
 public:
  explicit Connection(int socket);

  // Starts the clock and the byte count of the next request.
  void begin_request();
  // Waits until there is something to read: false when there is not within `time`.
  [[nodiscard]] bool wait_readable(std::chrono::milliseconds time) const;
  // Sends what was written; httplib writes head and body apart, and two packets would cost a delayed acknowledgement.
  bool flush();
  // The request took more bytes than Bounds allow.
  [[nodiscard]] bool over_limit() const noexcept { return over_limit_; }
  // Not to be used for another request.
  void give_up() noexcept { given_up_ = true; }
  [[nodiscard]] bool given_up() const noexcept { return given_up_; }
  // The peer is told that nothing follows; what it still sends is read away for a moment, since closing a socket with
  // unread data would reset the answer on its way.
  static void close_politely(int socket, std::chrono::milliseconds time);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  int socket_;
  SteadyTime request_deadline_{};
  std::size_t request_bytes_ = 0;
  bool over_limit_ = false;
  bool given_up_ = false;
  std::string in_;
  std::size_t in_used_ = 0;
  std::string out_;
};

}  // namespace examples::http
