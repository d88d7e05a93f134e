// Many clients at once, from one thread: each on a connection of its own, each with its next request as soon as it has
// an answer.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "raw_client.hpp"

namespace http_test {

struct ClientAnswer {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;
  std::chrono::steady_clock::duration time{};
};

class ConcurrentClients {
 public:
  using Clock = std::chrono::steady_clock;
  using Make = std::function<std::string(std::size_t number)>;
  using Take = std::function<void(std::size_t number, const ClientAnswer&)>;

  ConcurrentClients(int port, std::size_t size) : port_(port), clients_(size) {
    for (auto& client : clients_) client.socket = connect_to(port_, O_NONBLOCK);
  }
  ~ConcurrentClients() {
    for (const auto& client : clients_) ::close(client.socket);
  }
  ConcurrentClients(const ConcurrentClients&) = delete;
  ConcurrentClients& operator=(const ConcurrentClients&) = delete;

  // Makes so many requests and takes each answer. Ends early when the server is gone, and fails when it hangs. The
  // numbers go on from run to run.
  void run(std::size_t requests, const Make& make, const Take& take) {
    const auto hung = Clock::now() + std::chrono::minutes(2);
    for (const auto end = next_ + requests;;) {
      if (Clock::now() > hung) {
        ADD_FAILURE() << "the clients are not served to the end";
        return;
      }
      std::vector<pollfd> entries;
      std::vector<Client*> busy;
      for (auto& client : clients_) {
        if (!client.busy && next_ < end && client.socket >= 0) client.begin(next_, make(next_)), ++next_;
        if (!client.busy) continue;
        const bool saying = client.said < client.request.size();
        entries.push_back({client.socket, static_cast<short>(saying ? POLLOUT | POLLIN : POLLIN), 0});
        busy.push_back(&client);
      }
      if (busy.empty()) return;
      ::poll(entries.data(), entries.size(), 1000);
      for (std::size_t i = 0; i < busy.size(); ++i) {
        if (entries[i].revents != 0) talk(*busy[i], take);
      }
    }
  }

 private:
  struct Client {
    int socket = -1;
    bool busy = false;
    std::size_t number = 0;
    std::size_t said = 0;
    std::string request;
    std::string heard;
    Clock::time_point began;

    void begin(std::size_t of, std::string text) {
      busy = true;
      number = of;
      said = 0;
      request = std::move(text);
      heard.clear();
      began = Clock::now();
    }
    bool say() {
      while (said < request.size()) {
        const auto count = ::send(socket, request.data() + said, request.size() - said, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN;
        said += static_cast<std::size_t>(count);
      }
      return true;
    }
    bool hear() {
      char buffer[4096];
      for (;;) {
        const auto count = ::recv(socket, buffer, sizeof(buffer), 0);
        if (count <= 0) return count < 0 && errno == EAGAIN;
        heard.append(buffer, static_cast<std::size_t>(count));
      }
    }
    // Empty until it is whole.
    [[nodiscard]] ClientAnswer answer() const {
      const auto end = heard.find("\r\n\r\n");
      if (end == std::string::npos) return {};
      ClientAnswer answer{std::stoi(heard.substr(9, 3)), heard.substr(0, end + 2), heard.substr(end + 4), {}};
      const auto length = answer.head.find("Content-Length: ");
      if (length != std::string::npos && std::stoul(answer.head.substr(length + 16)) > answer.body.size()) return {};
      answer.time = Clock::now() - began;
      return answer;
    }
  };

  void talk(Client& client, const Take& take) const {
    const bool said = client.say();
    const bool open = client.hear() && said;
    const auto answer = client.answer();
    if (answer.status == 0 && open) return;
    client.busy = false;
    take(client.number, answer);
    if (open && answer.head.find("Connection: close") == std::string::npos) return;
    ::close(client.socket);
    client.socket = connect_to(port_, O_NONBLOCK);
  }

  int port_;
  std::size_t next_ = 0;
  std::vector<Client> clients_;
};

}  // namespace http_test
