// How long the server waits for a client: each deadline alone, with all others far away, so that it is this one that
// ends the connection.
#include <chrono>
#include <future>
#include <string>

#include "common/http.hpp"
#include "http_program.hpp"
#include "local_server.hpp"
#include "raw_client.hpp"

namespace http_test {
namespace {

using examples::http::Deadlines;
using examples::http::Reply;
using examples::http::Request;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds far = std::chrono::hours(1);
constexpr std::chrono::milliseconds near{150};
constexpr std::chrono::seconds hung{30};  // it does not end: the test must not hang with it
constexpr Deadlines none{far, far, far, far};
const std::string get_small = "GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string half_a_head = "GET /small HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
const std::string half_a_body = "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n";

class HttpDeadline : public ::testing::Test {
 protected:
  HttpDeadline() {
    router_.get("/small", [](const Request&) { return Reply::json(std::string("done")); });
    router_.post("/small", [](const Request&) { return Reply::json(std::string("done")); });
    router_.get("/large", [](const Request&) { return Reply::json(std::string(64 << 20, 'x')); });
  }
  // Says a byte whenever the client is still connected after a moment; how long that went on.
  static SteadyClock::duration trickle_until_closed(const RawClient& client, SteadyClock::time_point began) {
    while (!client.awaits_close(std::chrono::milliseconds(5)) && SteadyClock::now() - began < hung) client.say("x");
    return SteadyClock::now() - began;
  }
  examples::http::Router router_;
};

TEST_F(HttpDeadline, EndsARequestHoweverItTricklesIn) {
  auto deadlines = none;
  deadlines.request = near;
  const LocalServer server(router_, deadlines);
  for (const auto& beginning : {half_a_head, half_a_body}) {
    const auto began = SteadyClock::now();
    const RawClient slow(server.port());
    slow.say(beginning);
    const auto waited = trickle_until_closed(slow, began);
    EXPECT_LT(waited, hung) << "never given up: " << beginning;
    EXPECT_GE(waited, near) << "given up too early: " << beginning;
  }
}

TEST_F(HttpDeadline, EndsAConnectionThatIsIdle) {
  auto deadlines = none;
  deadlines.idle = near;
  const LocalServer server(router_, deadlines);
  const RawClient silent(server.port());
  const RawClient idle(server.port());
  idle.say(get_small);
  const auto began = SteadyClock::now();
  ASSERT_TRUE(idle.hear_until_it_ends_with("\"done\"").starts_with("HTTP/1.1 200"));
  for (const auto* client : {&silent, &idle}) {
    EXPECT_EQ(client->hear(hung), "");
    EXPECT_TRUE(client->closed());
  }
  EXPECT_GE(SteadyClock::now() - began, near);
}

// It has more to send than any buffer between the two takes. What we said beyond our request makes its end a reset,
// which we are told of though we read nothing.
TEST_F(HttpDeadline, EndsAClientThatDoesNotTakeItsAnswer) {
  auto deadlines = none;
  deadlines.response = near;
  const LocalServer server(router_, deadlines);
  const RawClient deaf(server.port());
  const auto began = SteadyClock::now();
  deaf.say("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(deaf.awaits_bytes(hung)) << "the answer has begun: nothing reads from us until it is taken";
  deaf.say(get_small);
  EXPECT_TRUE(deaf.awaits_end(hung));
  EXPECT_GE(SteadyClock::now() - began, near);
}

TEST_F(HttpDeadline, OfAStopEndsThoseThatAreWaitedFor) {
  auto deadlines = none;
  deadlines.stop = near;
  LocalServer server(router_, deadlines);
  {
    const RawClient head(server.port());
    const RawClient body(server.port());
    const RawClient idle(server.port());
    head.say(half_a_head);
    body.say(half_a_body);
    idle.say(get_small);
    ASSERT_TRUE(idle.hear_until_it_ends_with("\"done\"").starts_with("HTTP/1.1 200"));
    server.ask_to_stop();
    for (const auto* client : {&idle, &head, &body}) {
      (void)client->hear(hung);
      EXPECT_TRUE(client->closed());
    }
  }
  EXPECT_TRUE(server.stop());
}

// It was handled when the stop began, and is waited for from then on.
TEST_F(HttpDeadline, OfAStopEndsAClientThatDoesNotTakeAnAnswerGivenMeanwhile) {
  std::promise<void> entered;
  std::promise<void> let_go;
  router_.get("/gated", [&, may_go = let_go.get_future().share()](const Request&) {
    entered.set_value();
    may_go.wait();
    return Reply::json(std::string(64 << 20, 'x'));
  });
  auto deadlines = none;
  deadlines.stop = near;
  LocalServer server(router_, deadlines);
  {
    const RawClient idle(server.port());
    idle.say(get_small);
    ASSERT_TRUE(idle.hear_until_it_ends_with("\"done\"").starts_with("HTTP/1.1 200"));
    const RawClient deaf(server.port());
    deaf.say("GET /gated HTTP/1.1\r\nHost: localhost\r\n\r\n");
    entered.get_future().wait();
    server.ask_to_stop();
    EXPECT_EQ(idle.hear(hung), "");
    EXPECT_TRUE(idle.closed()) << "the stop has begun";
    let_go.set_value();
    EXPECT_TRUE(deaf.awaits_bytes(hung));
    deaf.say(get_small);
    EXPECT_TRUE(deaf.awaits_end(hung));
  }
  EXPECT_TRUE(server.stop());
}

// The stop waits for what has begun to arrive, and ends what is idle at once.
TEST_F(HttpDeadline, OfAStopLeavesTimeForWhatHasBegun) {
  LocalServer server(router_, none);
  const RawClient half(server.port());
  const RawClient idle(server.port());
  idle.say(get_small);
  half.say(half_a_head);
  ASSERT_TRUE(idle.hear_until_it_ends_with("\"done\"").starts_with("HTTP/1.1 200"));
  server.ask_to_stop();
  EXPECT_EQ(idle.hear(hung), "");
  ASSERT_TRUE(idle.closed()) << "the stop has begun";
  half.say("x\r\n\r\n");
  const auto heard = half.hear(hung);
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200")) << heard;
  EXPECT_NE(heard.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(half.closed());
  EXPECT_TRUE(server.stop());
}

TEST_F(HttpDeadline, FarAwayEndsNobody) {
  const LocalServer server(router_, none);
  const RawClient half(server.port());
  const RawClient idle(server.port());
  half.say(half_a_head);
  const auto began = SteadyClock::now();
  while (SteadyClock::now() - began < 2 * near) EXPECT_FALSE(half.awaits_close(near) || idle.awaits_close({}));
  half.say("x\r\n\r\n");
  EXPECT_TRUE(half.hear_until_it_ends_with("\"done\"").starts_with("HTTP/1.1 200"));
}

TEST(DeadlinesOfAServer, AreThoseThatAreDocumented) {
  using std::chrono::seconds;
  const Deadlines deadlines;
  EXPECT_EQ(deadlines.request, seconds(10));
  EXPECT_EQ(deadlines.response, seconds(10));
  EXPECT_EQ(deadlines.idle, seconds(30));
  EXPECT_EQ(deadlines.stop, seconds(1));
}

}  // namespace
}  // namespace http_test
