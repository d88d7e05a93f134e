// What the server does with clients that are wrong, slow, or too many.
#include <map>

#include "common/http.hpp"
#include "http_program.hpp"
#include "raw_client.hpp"

namespace http_test {
namespace {

using examples::http::Bounds;

class Server : public ::testing::Test {
 protected:
  Server() : program_("shop", {"serve", "--store", "memory:", "--listen", "127.0.0.1:0"}) {}
  std::string ask(const std::string& request) {
    const RawClient client(program_.port());
    client.say(request);
    client.say_no_more();
    return client.hear(std::chrono::seconds(5));
  }
  void expect_healthy() {
    const auto response = program_.client().Get("/health");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
  }
  Program program_;
};

const std::string close_header = "Host: localhost\r\nConnection: close\r\n\r\n";

TEST_F(Server, TooLargeABodyIs413) {
  const std::string large(Bounds::body_bytes + 1, ' ');
  const auto declared = program_.client().Post("/carts", large, json);
  ASSERT_TRUE(declared);
  EXPECT_EQ(declared->status, 413);
  EXPECT_EQ(declared->get_header_value("Content-Type"), "application/problem+json");
  const auto only_declared =
      ask("POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
          "99999999999\r\n\r\n");
  EXPECT_TRUE(only_declared.starts_with("HTTP/1.1 413")) << only_declared;
  expect_healthy();
}

TEST_F(Server, ABodyAtTheLimitIsRead) {
  std::string body = R"({"client_id":"01900000-0000-7000-8000-000000000001"})";
  body.resize(Bounds::body_bytes, ' ');
  const auto response = program_.client().Post("/carts", body, json);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
}

TEST_F(Server, AnEndlessChunkedBodyIs413) {
  const RawClient client(program_.port());
  client.say(
      "POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  for (int i = 0; i < 64; ++i) client.say("1000\r\n" + std::string(0x1000, ' ') + "\r\n");
  const auto heard = client.hear(std::chrono::seconds(5));
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 413")) << heard;
  expect_healthy();
}

TEST_F(Server, OtherKindsOfBodiesAre415) {
  for (const auto* kind : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""}) {
    const auto response = program_.client().Post("/carts", "client_id=1", kind);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 415) << kind;
    EXPECT_EQ(response->get_header_value("Content-Type"), "application/problem+json");
  }
  const auto compressed =
      program_.client().Post("/carts", {{"Content-Encoding", "gzip"}}, std::string("\x1f\x8b"), json);
  ASSERT_TRUE(compressed);
  EXPECT_EQ(compressed->status, 415);
  const auto with_charset = program_.client().Post("/carts", "{}", "application/json; charset=utf-8");
  ASSERT_TRUE(with_charset);
  EXPECT_EQ(with_charset->status, 400);
}

TEST_F(Server, AnotherMethodIs405AndSaysWhich) {
  const auto response = program_.client().Delete("/carts");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 405);
  EXPECT_EQ(response->get_header_value("Allow"), "POST");
}

TEST_F(Server, TooLongAPathIs414) {
  const auto response = program_.client().Get("/" + std::string(Bounds::target_bytes, 'x'));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 414);
  const auto longest = ask("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n" + close_header);
  EXPECT_TRUE(longest.starts_with("HTTP/1.1 414")) << longest;
  expect_healthy();
}

TEST_F(Server, ATargetAtTheLimitIsRead) {
  EXPECT_EQ(program_.client().Get("/" + std::string(Bounds::target_bytes - 1, 'x'))->status, 404);
  EXPECT_EQ(program_.client().Get("/" + std::string(Bounds::target_bytes, 'x'))->status, 414);
}

// Where exactly between once and twice the bound depends on how the bytes arrive.
TEST_F(Server, AHeadAtTheLimitIsReadAndOneOfTwiceThatIs431) {
  const std::string begin = "GET /health HTTP/1.1\r\nX-Long: ";
  const std::string end = "\r\n" + close_header;
  const auto head_of = [&](std::size_t bytes) {
    return begin + std::string(bytes - begin.size() - end.size(), 'x') + end;
  };
  EXPECT_TRUE(ask(head_of(Bounds::head_bytes)).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(ask(head_of(2 * Bounds::head_bytes)).starts_with("HTTP/1.1 431"));
}

TEST_F(Server, EndlessHeadersAre431) {
  const RawClient client(program_.port());
  client.say("GET /health HTTP/1.1\r\nHost: localhost\r\n");
  for (int i = 0; i < 64; ++i) client.say("X-" + std::to_string(i) + ": " + std::string(4000, 'x') + "\r\n");
  const auto heard = client.hear(std::chrono::seconds(5));
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 431")) << heard;
  EXPECT_TRUE(client.closed());
  expect_healthy();
}

TEST_F(Server, WhatIsNoHttpIsRefused) {
  for (const auto* text : {"\r\n\r\n", "GET\r\n\r\n", "BREW /coffee HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                           "\1\2\r\n\r\n", "POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                           "POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                           "POST /carts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const auto heard = ask(std::string(text));
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 4")) << text << " -> " << heard;
  }
  expect_healthy();
}

TEST_F(Server, RepeatedRequestsShareAConnection) {
  auto client = program_.client();
  client.set_keep_alive(true);
  for (int i = 0; i < 50; ++i) {
    const auto response = client.Get("/health");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
  }
}

TEST_F(Server, StopsGracefullyWithClientsConnected) {
  const RawClient idle(program_.port());
  idle.say("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(idle.hear_answer().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(program_.stop(), 0);
}

TEST_F(Server, APortInUseIsToldClearly) {
  EXPECT_THROW(
      Program("shop", {"serve", "--store", "memory:", "--listen", "127.0.0.1:" + std::to_string(program_.port())}),
      std::runtime_error);
}

// Pure: no socket.
std::string header_or(const std::map<std::string, std::string>& headers, const char* name) {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

TEST(Router, PassesTraceparentWhenItIsOne) {
  examples::http::Router router;
  std::string seen;
  router.get("/trace", [&](const examples::http::Request& request) {
    seen = request.options().traceparent;
    return examples::http::Reply{};
  });
  const auto ask = [&](const std::map<std::string, std::string>& headers) {
    seen = "unset";
    (void)router.handle({"GET",
                         "/trace",
                         [&](const char* name) -> std::optional<std::string> {
                           const auto value = header_or(headers, name);
                           return value.empty() ? std::nullopt : std::optional(value);
                         },
                         {}});
    return seen;
  };
  const std::string valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(ask({{"traceparent", valid}}), valid);
  EXPECT_EQ(ask({{"traceparent", "00-0AF7-x"}}), "");
  EXPECT_EQ(ask({}), "");
}

TEST(Router, WhatAHandlerThrowsIs500) {
  examples::http::Router router;
  router.get("/broken",
             [](const examples::http::Request&) -> examples::http::Reply { throw std::runtime_error("broken"); });
  const auto reply = router.handle({"GET", "/broken", [](const char*) { return std::nullopt; }, {}});
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.content_type, "application/problem+json");
}

TEST(Answer, MapsWhatTheCallerMayDo) {
  using lasagne::ErrorCode;
  const auto status = [](ErrorCode code) { return examples::http::problem_of({code, "text", {}, {}}).status; };
  EXPECT_EQ(status(ErrorCode::not_found), 404);
  EXPECT_EQ(status(ErrorCode::tombstoned), 410);
  EXPECT_EQ(status(ErrorCode::invalid), 400);
  EXPECT_EQ(status(ErrorCode::unavailable), 503);
  EXPECT_EQ(status(ErrorCode::commit_unknown), 503);
  EXPECT_EQ(status(ErrorCode::failed), 503);
  EXPECT_EQ(status(ErrorCode::in_use), 503);
  const examples::http::Reply reply = examples::http::problem_of({ErrorCode::failed, "text", {}, {}});
  EXPECT_EQ(reply.headers.front().first, "Retry-After");
}

TEST(Listen, ParsesHostAndPort) {
  using examples::http::Listen;
  const auto parsed = Listen::parse("0.0.0.0:8080");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->host, "0.0.0.0");
  EXPECT_EQ(parsed->port, 8080);
  EXPECT_EQ(Listen::parse(":81")->host, "127.0.0.1");
  EXPECT_EQ(Listen::parse("82")->port, 82);
  EXPECT_EQ(Listen::parse("[::1]:83")->host, "::1");
  for (const auto* text : {"", "host:", "host:x", "host:70000", "host:-1", "::1:83", "a:b:1"}) {
    EXPECT_FALSE(Listen::parse(text)) << text;
  }
}

}  // namespace
}  // namespace http_test
