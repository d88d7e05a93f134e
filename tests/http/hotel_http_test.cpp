// The hotel's HTTP API against the real program.
#include "http_program.hpp"
#include "openapi.hpp"

namespace http_test {
namespace {

const std::string alice = "01900000-0000-7000-8000-000000000001";
const std::string bob = "01900000-0000-7000-8000-000000000002";
const std::string clerk = "01900000-0000-7000-8000-0000000000c1";

class HotelHttp : public ::testing::Test {
 protected:
  using Response = httplib::Result;

  void start() {
    program_.reset();
    program_ = std::make_unique<Program>(
        "hotel", std::vector<std::string>{"serve", "--store", "sqlite:" + directory_.file("hotel.db"), "--listen",
                                          "127.0.0.1:0"});
  }
  void SetUp() override { start(); }

  Response get(const std::string& path) { return documented("GET", path, program_->client().Get(path)); }
  Response post(const std::string& path, const std::string& body = {}, const httplib::Headers& headers = {},
                const char* content_type = json) {
    return documented("POST", path, program_->client().Post(path, headers, body, content_type));
  }
  // Whatever a test asks, the answer is one that openapi.yaml tells.
  Response documented(const std::string& method, const std::string& path, Response response) const {
    EXPECT_TRUE(!response || openapi_.documents(method, path, response->status))
        << method << " " << path << " answers " << response->status << " " << response->body;
    return response;
  }
  static void expect_problem(const Response& response, int status, const std::string& title,
                             const std::string& field = {}) {
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, status) << response->body;
    EXPECT_EQ(response->get_header_value("Content-Type"), "application/problem+json");
    EXPECT_EQ(json_member(response->body, "title"), title);
    EXPECT_EQ(json_member(response->body, "field"), field) << response->body;
    EXPECT_FALSE(json_member(response->body, "detail").empty());
  }
  static std::string etag(const Response& response) { return response ? response->get_header_value("ETag") : ""; }
  Response book(const std::string& what, const std::string& amount) {
    return post("/guests/" + alice + what, R"({"amount":)" + amount + "}");
  }
  // The body, once `member` has this value.
  std::string await(const std::string& path, const std::string& member, const std::string& value) {
    return await_member([&] { return get(path); }, path, member, value);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Program> program_;
  const OpenApi openapi_{"hotel"};
};

TEST_F(HotelHttp, TellsThatItServes) {
  const auto health = get("/health");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(health->body, R"({"status":"ok"})");
}

TEST_F(HotelHttp, EveryWriteAnswersItsTag) {
  const auto path = "/guests/" + alice;
  EXPECT_EQ(etag(post(path + "/check-in")), "\"0\"");
  EXPECT_EQ(etag(book("/charges", "500")), "\"1\"");
  EXPECT_EQ(etag(book("/payments", "400")), "\"2\"");
  const auto refused = post(path + "/check-out", {}, {{"If-Match", "\"2\""}});
  expect_problem(refused, 409, "BalanceNotSettled");
  EXPECT_EQ(etag(refused), "\"3\"") << "the failure is recorded";
  EXPECT_EQ(etag(book("/payments", "100")), "\"4\"");
  EXPECT_EQ(etag(get(path)), "\"4\"");
  const auto out = post(path + "/check-out", {}, {{"If-Match", "\"4\""}});
  EXPECT_EQ(out->status, 204);
  EXPECT_EQ(etag(out), "\"5\"");
  expect_problem(book("/charges", "1"), 409, "AlreadyCheckedOut");
}

TEST_F(HotelHttp, AWriteHonoursTheTagItWasDecidedOn) {
  const auto path = "/guests/" + alice;
  post(path + "/check-in");
  expect_problem(post(path + "/check-out"), 428, "Precondition Required");
  const auto stale = post(path + "/check-out", {}, {{"If-Match", "\"7\""}});
  expect_problem(stale, 412, "Precondition Failed");
  EXPECT_EQ(etag(stale), "\"0\"");
  expect_problem(post(path + "/check-out", {}, {{"If-Match", "7"}}), 400, "Bad Request", "If-Match");
  expect_problem(post("/guests/" + bob + "/check-out", {}, {{"If-Match", "*"}}), 412, "Precondition Failed");
}

TEST_F(HotelHttp, WhatIsWrongIsTold) {
  const auto path = "/guests/" + alice;
  expect_problem(get(path), 404, "Not Found");
  expect_problem(get("/group-checkouts/" + alice), 404, "Not Found");
  expect_problem(post("/group-checkouts/" + alice + "/rerun"), 404, "GroupCheckoutNotFound");
  expect_problem(get("/guests/nobody"), 400, "Bad Request", "id");
  expect_problem(book("/charges", "\"much\""), 400, "Bad Request", "amount");
  expect_problem(book("/charges", "1"), 409, "NotCheckedIn");
  expect_problem(post(path + "/charges", "amount=1", {}, "text/plain"), 415, "Unsupported Media Type");
  expect_problem(post(path + "/charges", std::string(100'000, ' ')), 413, "Content Too Large");
  expect_problem(post("/group-checkouts", R"({"clerk_id":")" + clerk + R"(","guest_stay_ids":[")" + alice + R"(",7]})"),
                 400, "Bad Request", "guest_stay_ids[1]");
  const auto deleted = documented("DELETE", path, program_->client().Delete(path));
  expect_problem(deleted, 405, "Method Not Allowed");
  EXPECT_EQ(deleted->get_header_value("Allow"), "GET, HEAD");
}

TEST_F(HotelHttp, AmountsAtTheEndsOfTheirRangeAreTakenOrRefusedAndNeverWrap) {
  const std::string most = "9223372036854775807";
  post("/guests/" + alice + "/check-in");
  for (const auto* past : {"9223372036854775808", "-9223372036854775809", "1e30"}) {
    expect_problem(book("/charges", past), 400, "Bad Request", "amount");
  }
  for (const auto* less : {"0", "-1", "-9223372036854775808"}) {
    expect_problem(book("/payments", less), 400, "Bad Request", "amount");
  }
  EXPECT_EQ(book("/charges", most)->status, 204);
  EXPECT_EQ(book("/charges", "1")->status, 204);  // the range reaches one further below zero
  expect_problem(book("/charges", "1"), 409, "BalanceOutOfRange");
  EXPECT_EQ(json_member(get("/guests/" + alice)->body, "balance"), "-9223372036854775808");
  EXPECT_EQ(book("/payments", most)->status, 204);
  EXPECT_EQ(book("/payments", most)->status, 204);
  EXPECT_EQ(book("/payments", "1")->status, 204);
  expect_problem(book("/payments", "1"), 409, "BalanceOutOfRange");
  EXPECT_EQ(json_member(get("/guests/" + alice)->body, "balance"), most);
}

TEST_F(HotelHttp, AGroupIsCheckedOutOverAKillAndRerun) {
  for (const auto& guest : {alice, bob}) EXPECT_EQ(post("/guests/" + guest + "/check-in")->status, 204);
  EXPECT_EQ(book("/charges", "5")->status, 204);
  const auto body = R"({"clerk_id":")" + clerk + R"(","guest_stay_ids":[")" + alice + R"(",")" + bob + R"("]})";
  const auto created = post("/group-checkouts", body);
  ASSERT_TRUE(created);
  ASSERT_EQ(created->status, 201) << created->body;
  EXPECT_EQ(etag(created), "\"0\"");
  program_->kill();
  start();
  const auto path = created->get_header_value("Location");
  await(path, "status", "Failed");
  EXPECT_EQ(book("/payments", "5")->status, 204);
  const auto rerun = post(path + "/rerun");
  EXPECT_EQ(rerun->status, 202);
  EXPECT_FALSE(etag(rerun).empty());
  await(path, "status", "Completed");
  EXPECT_EQ(program_->stop(), 0);
}

}  // namespace
}  // namespace http_test
