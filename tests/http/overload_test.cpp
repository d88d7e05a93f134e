// More than the server can take: too many requests, too many connections, and clients that keep it waiting.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "common/http.hpp"
#include "concurrent_clients.hpp"
#include "http_program.hpp"
#include "local_server.hpp"
#include "raw_client.hpp"

namespace http_test {
namespace {

using examples::http::Bounds;

constexpr auto most_held = Bounds::workers + Bounds::waiting_requests;
const std::string get_health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
std::string get_wait(std::size_t) { return "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

// A server of which every request waits until it is let go.
class HeldServer {
 public:
  HeldServer() {
    router_.get("/wait", [this](const examples::http::Request&) {
      const auto now = ++handled_at_once_;
      for (auto most = most_at_once_.load(); now > most && !most_at_once_.compare_exchange_weak(most, now);) {
      }
      std::unique_lock lock(mutex_);
      changed_.notify_all();
      (void)changed_.wait_until(lock, hung_, [&] { return go_; });
      --handled_at_once_;
      return examples::http::Reply::json(std::string("done"));
    });
  }
  ~HeldServer() { let_go(); }
  HeldServer(const HeldServer&) = delete;
  HeldServer& operator=(const HeldServer&) = delete;

  [[nodiscard]] std::size_t most_at_once() const { return most_at_once_; }
  void await_busy_workers() {
    std::unique_lock lock(mutex_);
    (void)changed_.wait_until(lock, hung_, [&] { return handled_at_once_ == Bounds::workers; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    go_ = true;
    changed_.notify_all();
  }

 private:
  examples::http::Router router_;
  std::atomic<std::size_t> handled_at_once_{0};
  std::atomic<std::size_t> most_at_once_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool go_ = false;  // guarded by mutex_
  // The server is broken, and the test must not hang with it.
  const std::chrono::steady_clock::time_point hung_ = std::chrono::steady_clock::now() + std::chrono::seconds(20);

 public:
  LocalServer server{router_};  // last: it uses the others
};

// The bound on what waits is the bound on how long it waits: nothing is admitted behind more than this.
TEST(Overload, NeverMoreThanTheBoundAreAdmittedAndTheOthersAreToldToComeAgain) {
  HeldServer held;
  constexpr std::size_t too_many = 100;
  ConcurrentClients clients(held.server.port(), most_held + too_many);
  std::size_t refused = 0;
  std::size_t served = 0;
  clients.run(most_held + too_many, get_wait, [&](std::size_t, const ClientAnswer& answer) {
    if (answer.status == 200) {
      ++served;
      return;
    }
    ASSERT_EQ(answer.status, 503);
    EXPECT_NE(answer.head.find("Retry-After: 1\r\n"), std::string::npos) << answer.head;
    EXPECT_NE(answer.head.find("application/problem+json"), std::string::npos) << answer.head;
    if (++refused < too_many) return;
    held.await_busy_workers();
    held.let_go();
  });
  EXPECT_EQ(refused, too_many);
  EXPECT_EQ(served, most_held);
  EXPECT_EQ(held.most_at_once(), Bounds::workers);
  EXPECT_TRUE(held.server.stop());
}

TEST(Overload, WhatIsAdmittedIsAnsweredWhenTheServerStops) {
  HeldServer held;
  std::size_t served = 0;
  ConcurrentClients clients(held.server.port(), most_held + 1);
  clients.run(most_held + 1, get_wait, [&](std::size_t, const ClientAnswer& answer) {
    if (answer.status == 503) {  // so all the others are admitted
      held.server.ask_to_stop();
      held.let_go();
    }
    if (answer.status == 200) ++served;
  });
  EXPECT_EQ(served, most_held);
}

class Slow : public ::testing::Test {
 protected:
  using Clients = std::vector<std::unique_ptr<RawClient>>;

  Slow() : program_("shop", {"serve", "--store", "memory:", "--listen", "127.0.0.1:0"}) {}
  Clients clients_saying(std::size_t size, const std::string& saying) {
    Clients clients;
    for (std::size_t i = 0; i < size; ++i) {
      clients.push_back(std::make_unique<RawClient>(program_.port()));
      clients.back()->say(saying);
    }
    return clients;
  }
  static std::size_t undisturbed(const Clients& clients) {
    return static_cast<std::size_t>(
        std::ranges::count_if(clients, [](const auto& client) { return !client->disturbed(); }));
  }
  void expect_healthy() {
    const RawClient honest(program_.port());
    honest.say(get_health);
    const auto heard = honest.hear_answer();
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 200")) << heard;
  }

  Program program_;
};

// Served beside them, not after them: none of them was given up for it.
TEST_F(Slow, ClientsThatSayOneByteAtATimeKeepNobodyOut) {
  const auto slow = clients_saying(most_held * 2, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  for (int byte = 0; byte < 8; ++byte) {
    for (const auto& client : slow) client->say("x");
    expect_healthy();
  }
  EXPECT_EQ(undisturbed(slow), slow.size());
}

TEST_F(Slow, BodiesThatNeverComeKeepNobodyOut) {
  const auto half_open =
      clients_saying(most_held * 2, "POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
  expect_healthy();
  EXPECT_EQ(undisturbed(half_open), half_open.size());
}

TEST_F(Slow, IdleConnectionsKeepNobodyOut) {
  Clients idle;
  for (std::size_t i = 0; i < most_held * 2; ++i) {  // one by one: this is about idle ones
    idle.push_back(std::make_unique<RawClient>(program_.port()));
    idle.back()->say(get_health);
    ASSERT_TRUE(idle.back()->hear_answer().starts_with("HTTP/1.1 200"));
  }
  expect_healthy();
  EXPECT_EQ(undisturbed(idle), idle.size());
}

// Each is sent answers until neither side's buffers take more; until then they are just too many requests.
TEST_F(Slow, ClientsThatNeverReadTheirAnswersKeepNobodyOut) {
  const auto deaf = clients_saying(most_held * 2, get_health);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += get_health;
  for (int rounds = 0; rounds < 10; ++rounds) {
    for (const auto& client : deaf) (void)client->say_some(many);
  }
  std::string heard;
  for (int tries = 0; tries < 10'000 && !heard.starts_with("HTTP/1.1 200"); ++tries) {
    const RawClient honest(program_.port());
    honest.say(get_health);
    heard = honest.hear_answer();
  }
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200")) << heard;
}

TEST_F(Slow, OverTheBoundOfConnectionsTheOneThatWaitedLongestIsClosed) {
  const auto first = clients_saying(1, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  const auto more = clients_saying(Bounds::connections, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  expect_healthy();
  EXPECT_TRUE(first.front()->hear(std::chrono::seconds(20)).empty());
  EXPECT_TRUE(first.front()->closed());
  EXPECT_FALSE(more.back()->disturbed());
}

TEST_F(Slow, OutOfDescriptorsTheServerGivesUpThoseThatWaitedLongest) {
  rlimit few{};
  ASSERT_EQ(::prlimit(program_.pid(), RLIMIT_NOFILE, nullptr, &few), 0);
  few.rlim_cur = 64;
  ASSERT_EQ(::prlimit(program_.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  const auto slow = clients_saying(400, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  expect_healthy();
  EXPECT_GT(undisturbed(slow), 0u);
  EXPECT_FALSE(slow.back()->disturbed()) << "the one that came last has waited least";
}

}  // namespace
}  // namespace http_test
