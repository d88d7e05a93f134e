// The bounded queue of connections between the acceptor and the workers.
#pragma once

#include <httplib.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace examples::http {

// Tells the sockets it is given that the server is busy (503, Retry-After) without keeping anybody waiting: one thread,
// a bounded number of them at a time; one over the bound is closed at once.
class Refuser {
 public:
  Refuser();
  ~Refuser();
  void refuse(int socket);

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<int> sockets_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  std::thread thread_;       // last: it uses the others
};

// How many connections wait for a worker, and whether the server stops: a worker gives up idle keep-alive for either.
struct Pressure {
  std::atomic<std::size_t> waiting{0};
  std::atomic<bool> stopping{false};
};

// httplib's seam. A job is one connection; `refusing()` is true while a job runs only to be told so.
class BoundedQueue final : public httplib::TaskQueue {
 public:
  explicit BoundedQueue(Pressure& pressure);
  void enqueue(std::function<void()> job) override;
  void shutdown() override;
  [[nodiscard]] static bool refusing() noexcept;

 private:
  void work();
  Pressure& pressure_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  std::size_t idle_ = 0;                    // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  std::vector<std::thread> workers_;
};

}  // namespace examples::http
