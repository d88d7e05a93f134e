// HTTP by RFC 9110 and 9112, byte by byte, against the real server.
#include <gmock/gmock.h>

#include "common/http_message.hpp"
#include "common/http_refusal.hpp"
#include "http_program.hpp"
#include "raw_client.hpp"

namespace http_message_test {

using http_test::json_member;
using http_test::Program;
using http_test::RawClient;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::chrono::seconds hung{20};  // the server is broken, and the test must not hang with it
const std::string shoes = "01900000-0000-7000-8000-0000000000a1";
const std::string client_body = R"({"client_id":"01900000-0000-7000-8000-000000000001"})";

class Message : public ::testing::Test {
 protected:
  explicit Message(std::vector<std::string> more = {}) : program_("shop", arguments(std::move(more))) {}

  static std::vector<std::string> arguments(std::vector<std::string> more) {
    std::vector<std::string> all{"serve", "--store", "memory:", "--listen", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  // Everything that the server answers to these bytes until it ends the connection: on its own, or since we say no
  // more.
  std::string answers_to(const std::string& bytes) {
    const RawClient client(program_.port());
    client.say(bytes);
    client.say_no_more();
    auto heard = client.hear(hung);
    EXPECT_TRUE(client.closed());
    return heard;
  }
  // The same, and the server ends the connection though we do not.
  std::string last_answer_to(const std::string& bytes) {
    const RawClient client(program_.port());
    client.say(bytes);
    auto heard = client.hear(hung);
    EXPECT_TRUE(client.closed()) << "the connection goes on after " << bytes;
    return heard;
  }
  std::string get(const std::string& target, const std::string& headers = "Host: localhost\r\n") {
    return answers_to("GET " + target + " HTTP/1.1\r\n" + headers + "\r\n");
  }
  std::string set_stock(const std::string& headers, const std::string& product = shoes) {
    const std::string body = R"({"quantity":5})";
    return answers_to("PUT /stock/" + product + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                      headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }

  Program program_;
};

// ---- framing: RFC 9112, 6

// What follows the head is a body that nobody can delimit, and never the next request.
TEST_F(Message, WithAnUnknownTransferEncodingIsRefusedAndTheConnectionEnds) {
  const std::string smuggled = "PUT /stock/" + shoes +
                               " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                               "Content-Length: 14\r\n\r\n{\"quantity\":5}";
  for (const std::string coding :
       {"Transfer-Encoding: xchunked", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked;a=b",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding:", "Transfer-Encoding: identity",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: \x0b"
        "chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"}) {
    const auto heard = last_answer_to("POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                                      coding + "\r\n\r\n" + smuggled);
    EXPECT_THAT(heard, ::testing::AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.1 501"))) << coding;
    EXPECT_THAT(heard, HasSubstr("Connection: close\r\n")) << coding;
    EXPECT_EQ(count(heard, "HTTP/1.1 "), 1U) << coding << " -> " << heard;
  }
  EXPECT_THAT(get("/stock/" + shoes), StartsWith("HTTP/1.1 404")) << "a body ran as a request";
}

TEST_F(Message, WithTwoLengthsIsRefusedAndTheConnectionEnds) {
  for (const std::string framing :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5, 6", "Content-Length: +5", "Content-Length: 5 5",
        "Content-Length: 0x5", "Content-Length: 99999999999999999999", "Content-Length:", "Content-Length : 5",
        "Transfer-Encoding : chunked", " Content-Length: 5", "Content-Length\t: 5"}) {
    const auto heard = last_answer_to("POST /carts HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\nhello");
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 400")) << framing;
    EXPECT_EQ(count(heard, "HTTP/1.1 "), 1U) << framing;
  }
}

TEST_F(Message, ChunkedToAnOldServerIsRefused) {
  const auto heard = last_answer_to("POST /carts HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.0 400"));
}

TEST_F(Message, InChunksIsRead) {
  const std::string head = "POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const auto heard = answers_to(head + "Transfer-Encoding: Chunked\r\n\r\n1;a=b\r\n{\r\n33\r\n" +
                                client_body.substr(1) + "\r\n0\r\n\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 201"));
  for (const std::string chunk : {"g\r\n", "-1\r\n", "FFFFFFFFFFFFFFFFF\r\n", "\r\n"}) {
    EXPECT_THAT(last_answer_to(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk), StartsWith("HTTP/1.1 4")) << chunk;
  }
}

TEST_F(Message, OneAfterTheOtherOnOneConnectionEachGetTheirAnswer) {
  const std::string body =
      "POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(client_body.size()) + "\r\n\r\n" + client_body;
  const auto heard = answers_to(body + "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + body);
  EXPECT_EQ(count(heard, "HTTP/1.1 201"), 2U);
  EXPECT_EQ(count(heard, "HTTP/1.1 200"), 1U);
}

// ---- hosts and targets: RFC 9112, 3.2

TEST_F(Message, WithoutAHostOrWithTwoOrAnInvalidOneIs400) {
  for (const std::string host :
       {"", "Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nHost: other\r\n", "Host: a b\r\n",
        "Host: user@localhost\r\n", "Host: localhost/\r\n", "Host: localhost:x\r\n", "Host: localhost:99999\r\n",
        "Host: ::1\r\n", "Host:\r\n", "Host: http://localhost\r\n"}) {
    const auto heard = get("/health", host);
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 400")) << host;
    EXPECT_EQ(json_member(heard, "field"), "Host") << host;
  }
  EXPECT_THAT(answers_to("GET /health HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200"));
}

// DNS rebinding: a page's own name, made to resolve to this machine.
TEST_F(Message, ForAnotherHostIsMisdirected) {
  for (const std::string host : {"evil.example", "localhost.evil.example", "10.0.0.1", "[fe80::1]"}) {
    const auto heard = get("/health", "Host: " + host + "\r\n");
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 421")) << host;
  }
  const auto port = std::to_string(program_.port());
  for (const std::string host : {"localhost", "LOCALHOST", "127.0.0.1", "[::1]", "127.0.0.1:1"}) {
    EXPECT_THAT(get("/health", "Host: " + host + "\r\n"), StartsWith("HTTP/1.1 200")) << host;
  }
  EXPECT_THAT(get("/health", "Host: 127.0.0.1:" + port + "\r\n"), StartsWith("HTTP/1.1 200"));
}

class NamedMessage : public Message {
 protected:
  NamedMessage() : Message({"--host", "shop.example", "--host", "www.shop.example"}) {}
};

TEST_F(NamedMessage, ForAConfiguredHostIsServed) {
  EXPECT_THAT(get("/health", "Host: shop.example\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/health", "Host: WWW.shop.example:443\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/health", "Host: evil.example\r\n"), StartsWith("HTTP/1.1 421"));
}

TEST_F(Message, InAbsoluteFormIsForTheHostOfItsTarget) {
  EXPECT_THAT(get("http://localhost/health"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("HTTP://127.0.0.1:8080/health?x=1", "Host: localhost\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("http://evil.example/health"), StartsWith("HTTP/1.1 421"));
  EXPECT_THAT(get("http://localhost/health", "Host: evil.example\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("http://localhost/health", ""), StartsWith("HTTP/1.1 400"));
  for (const std::string target : {"ftp://localhost/health", "http:///health", "http://user@localhost/health",
                                   "localhost:80", "health", "/he%zzlth", "/a|b", "mailto:x"}) {
    EXPECT_THAT(get(target), StartsWith("HTTP/1.1 400")) << target;
  }
}

TEST_F(Message, WithAnEncodedSlashNamesOneSegment) {
  EXPECT_THAT(get("/stock%2F" + shoes), StartsWith("HTTP/1.1 404"));
  const auto heard = get("/stock/" + shoes + "%2Fx");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(json_member(heard, "field"), "product_id");
  EXPECT_THAT(get("/he%61lth"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("//health"), StartsWith("HTTP/1.1 404"));
}

// ---- who may write

TEST_F(Message, OfAForeignOriginMayNotWrite) {
  for (const std::string origin : {"http://evil.example", "null", "http://localhost:1", "https://localhost:1",
                                   "file://", "http://", "localhost", ""}) {
    const auto heard = set_stock("Origin: " + origin + "\r\n");
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 403")) << origin;
    EXPECT_EQ(json_member(heard, "field"), "Origin") << origin;
  }
  EXPECT_THAT(set_stock("Origin: http://localhost\r\nOrigin: http://evil.example\r\n"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(get("/stock/" + shoes), StartsWith("HTTP/1.1 404")) << "nothing was written";
  EXPECT_THAT(set_stock("Origin: http://localhost\r\n"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(set_stock("Origin: http://LOCALHOST:80\r\n"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(set_stock("Origin: https://localhost\r\n"), StartsWith("HTTP/1.1 204")) << "a proxy may speak TLS";
  EXPECT_THAT(get("/stock/" + shoes, "Host: localhost\r\nOrigin: http://evil.example\r\n"), StartsWith("HTTP/1.1 200"));
}

// ---- answers

TEST_F(Message, IsAnsweredWithADate) {
  for (const std::string request : {"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                    "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", "\1\2\r\n\r\n"}) {
    const auto heard = answers_to(request);
    EXPECT_THAT(heard, ::testing::ContainsRegex("\r\nDate: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] [0-9]{4} "
                                                "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT\r\n"));
  }
}

TEST_F(Message, ThatAwaits100ContinueHearsItUnlessItIsOfHttp10) {
  const std::string head =
      "Host: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
      std::to_string(client_body.size()) + "\r\n\r\n";
  const RawClient client(program_.port());
  client.say("POST /carts HTTP/1.1\r\n" + head);
  EXPECT_EQ(client.hear_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.say(client_body);
  EXPECT_THAT(client.hear_answer(), StartsWith("HTTP/1.1 201"));
  EXPECT_THAT(answers_to("POST /carts HTTP/1.0\r\n" + head + client_body), StartsWith("HTTP/1.0 201"));
  const auto refused = last_answer_to(
      "POST /carts HTTP/1.1\r\nHost: evil.example\r\nExpect: 100-continue\r\n"
      "Content-Length: 5\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 421")) << "told before the body is sent";
}

TEST_F(Message, OfHeadIsAnsweredWithTheHeadAlone) {
  const auto heard = answers_to("HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(heard.ends_with("\r\n\r\n"));
  EXPECT_THAT(answers_to("DELETE /health HTTP/1.1\r\nHost: localhost\r\n\r\n"), HasSubstr("Allow: GET, HEAD\r\n"));
}

// ---- preconditions: RFC 9110, 13

TEST_F(Message, ThatCreatesWithIfNoneMatchStarDoesSoOnce) {
  EXPECT_THAT(set_stock("If-None-Match: *\r\n"), StartsWith("HTTP/1.1 204"));
  const auto heard = set_stock("If-None-Match: *\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 412"));
  EXPECT_THAT(heard, HasSubstr("ETag: \"0\"\r\n"));
}

TEST_F(Message, ThatReadsWhatTheClientHasIs304) {
  set_stock("");
  set_stock("");
  const std::string tag = "ETag: \"1\"\r\n";
  for (const std::string known : {"\"1\"", "W/\"1\"", "*", "\"0\", \"1\"", "\"x\",,W/\"1\" "}) {
    const auto heard = get("/stock/" + shoes, "Host: localhost\r\nIf-None-Match: " + known + "\r\n");
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 304")) << known;
    EXPECT_THAT(heard, HasSubstr(tag)) << known;
    EXPECT_TRUE(heard.ends_with("\r\n\r\n")) << "a 304 has no body: " << heard;
    EXPECT_THAT(heard, Not(HasSubstr("Content-Length"))) << known;
  }
  for (const std::string other : {"\"0\"", "\"11\"", "W/\"2\""}) {
    EXPECT_THAT(get("/stock/" + shoes, "Host: localhost\r\nIf-None-Match: " + other + "\r\n"),
                StartsWith("HTTP/1.1 200"))
        << other;
  }
  EXPECT_THAT(get("/stock/" + shoes, "Host: localhost\r\nIf-None-Match: \"0\"\r\nIf-None-Match: \"1\"\r\n"),
              StartsWith("HTTP/1.1 304"));
  EXPECT_THAT(get("/stock/" + shoes, "Host: localhost\r\nIf-Match: \"0\"\r\n"), StartsWith("HTTP/1.1 412"));
  EXPECT_THAT(get("/stock/" + shoes, "Host: localhost\r\nIf-None-Match: 1\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(get("/stock/" + shoes + "?", "Host: localhost\r\nIf-None-Match: *\r\n"), StartsWith("HTTP/1.1 304"));
  EXPECT_THAT(get("/stock/01900000-0000-7000-8000-ffffffffffff", "Host: localhost\r\nIf-None-Match: *\r\n"),
              StartsWith("HTTP/1.1 404"));
}

TEST_F(Message, ThatWritesIsGuardedByListsOfStrongTagsOverSeveralLines) {
  set_stock("");
  EXPECT_THAT(set_stock("If-Match: \"7\", \"0\"\r\n"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(set_stock("If-Match: \"7\"\r\nIf-Match: \"1\"\r\n"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(set_stock("If-Match: \"x\", \"a,b\" ,,\t\"2\"\r\n"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(set_stock("If-Match: *\r\n"), StartsWith("HTTP/1.1 204"));
  for (const std::string stale : {"\"0\", \"1\"", "W/\"4\"", "\"04\"", "\"99999999999999999999999\"", "\"\""}) {
    const auto heard = set_stock("If-Match: " + stale + "\r\n");
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 412")) << stale;
    EXPECT_THAT(heard, HasSubstr("ETag: \"4\"\r\n")) << stale;
  }
  EXPECT_THAT(set_stock("If-Match: \"0\"\r\nIf-Match: \"1\"\r\n"), StartsWith("HTTP/1.1 412"));
  EXPECT_THAT(set_stock("If-None-Match: \"3\"\r\n"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(set_stock("If-None-Match: \"4\", W/\"5\"\r\n"), StartsWith("HTTP/1.1 412"));
  EXPECT_THAT(set_stock("If-Match: \"5\"\r\nIf-None-Match: \"5\"\r\n"), StartsWith("HTTP/1.1 412"));
  EXPECT_THAT(set_stock("If-Match: *\r\nIf-None-Match: \"4\"\r\n"), StartsWith("HTTP/1.1 204"));
  for (const std::string malformed : {"", "7", "\"7", "*, \"6\"", "\"6\" \"7\"", "w/\"6\"", "\"6\x7f\"", ",", "**"}) {
    EXPECT_THAT(set_stock("If-Match: " + malformed + "\r\n"), StartsWith("HTTP/1.1 400")) << malformed;
  }
}

TEST_F(Message, IsNotGuardedByItsTrailers) {
  set_stock("");
  const auto opened =
      answers_to("POST /carts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
                 std::to_string(client_body.size()) + "\r\n\r\n" + client_body);
  const auto cart = json_member(opened, "cart_id");
  const auto confirm = [&](const std::string& headers) {
    return answers_to("POST /carts/" + cart + "/confirm HTTP/1.1\r\nHost: localhost\r\n" + headers +
                      "Transfer-Encoding: chunked\r\n\r\n0\r\nIf-Match: \"0\"\r\n\r\n");
  };
  EXPECT_THAT(confirm(""), StartsWith("HTTP/1.1 428"));
  EXPECT_THAT(confirm("If-Match: \"1\"\r\n"), StartsWith("HTTP/1.1 412"));
  EXPECT_THAT(confirm("If-Match: \"0\"\r\n"), StartsWith("HTTP/1.1 409")) << "empty, but guarded well";
  const auto typed = answers_to("POST /carts HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n34\r\n" +
                                client_body + "\r\n0\r\nContent-Type: application/json\r\n\r\n");
  EXPECT_THAT(typed, StartsWith("HTTP/1.1 415"));
}

// ---- the parts, without a socket

TEST(HttpDate, IsThatOfTheRfc) {
  using std::chrono::system_clock;
  EXPECT_EQ(examples::http::http_date(system_clock::from_time_t(784'111'777)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(examples::http::http_date(system_clock::from_time_t(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Hosts, AreTheAddressListenedAtAndTheNamesConfigured) {
  using examples::http::Authority;
  const examples::http::Hosts hosts({"0.0.0.0", 80, {"Shop.Example"}}, "192.0.2.7");
  for (const auto* ours : {"192.0.2.7", "0.0.0.0", "shop.example:8080", "localhost", "127.9.9.9", "[::1]"}) {
    EXPECT_TRUE(hosts.contains(*Authority::parse(ours))) << ours;
  }
  for (const auto* other : {"192.0.2.8", "shop.example.com", "example", "[::2]"}) {
    EXPECT_FALSE(hosts.contains(*Authority::parse(other))) << other;
  }
  const examples::http::Hosts v6({"::2", 80, {}}, "::2");
  EXPECT_TRUE(v6.contains(*Authority::parse("[0:0::2]:80")));
}

}  // namespace http_message_test
