#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hotel_runtime.hpp"
#include "http/openapi.hpp"
#include "http_api.hpp"

namespace {

using namespace hotel_test;
namespace http = examples::http;

class HotelApi : public testing::Test {
 protected:
  HotelApi() { api_.add_routes(router_); }

  http::Reply request(std::string method, std::string path, std::string body = {}, std::string if_match = {}) {
    http::RawRequest raw;
    raw.method = std::move(method);
    raw.target = std::move(path);
    raw.body = std::move(body);
    raw.header = [if_match](const char* name) -> std::optional<std::string> {
      if (std::string_view(name) == "If-Match" && !if_match.empty()) return if_match;
      if (std::string_view(name) == "Content-Type") return "application/json";
      return std::nullopt;
    };
    return router_.handle(raw);
  }
  http::Reply post(std::string path, std::string body = {}, std::string if_match = {}) {
    return request("POST", std::move(path), std::move(body), std::move(if_match));
  }
  http::Reply get(std::string path) { return request("GET", std::move(path)); }
  static std::string header(const http::Reply& reply, const std::string& name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return {};
  }
  static std::string guest_path(const Uuid& who) { return "/guests/" + who.to_string(); }

  Hotel hotel_{Style::saga};
  HttpApi api_{hotel_.runtime(), hotel_.store(), [this] { return hotel_.now(); }, std::chrono::hours(1)};
  http::Router router_;
};

TEST_F(HotelApi, AStayFromCheckInToCheckOut) {
  const auto path = guest_path(alice);
  EXPECT_EQ(get(path).status, 404);
  const auto in = post(path + "/check-in");
  EXPECT_EQ(in.status, 204);
  EXPECT_EQ(header(in, "ETag"), "\"0\"");
  EXPECT_EQ(post(path + "/check-in").status, 409);
  EXPECT_EQ(post(path + "/charges", R"({"amount":500})").status, 204);
  EXPECT_EQ(post(path + "/payments", R"({"amount":400})", "\"1\"").status, 204);
  EXPECT_EQ(post(path + "/payments", R"({"amount":100})", "\"1\"").status, 412);
  const auto view = get(path);
  EXPECT_EQ(view.status, 200);
  EXPECT_EQ(header(view, "ETag"), "\"2\"");
  EXPECT_EQ(view.body, R"({"guest_stay_id":")" + alice.to_string() +
                           R"(","status":"CheckedIn","balance":-100,"group_checkout_id":null})");

  EXPECT_EQ(post(path + "/check-out").status, 428);
  const auto refused = post(path + "/check-out", {}, "\"2\"");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(header(refused, "ETag"), "\"3\"");
  EXPECT_NE(refused.body.find("BalanceNotSettled"), std::string::npos) << refused.body;
  EXPECT_EQ(post(path + "/payments", R"({"amount":100})").status, 204);
  EXPECT_EQ(post(path + "/check-out", {}, "\"3\"").status, 412);
  EXPECT_EQ(post(path + "/check-out", {}, "\"4\"").status, 204);
  EXPECT_NE(get(path).body.find(R"("status":"CheckedOut")"), std::string::npos);
}

TEST_F(HotelApi, IsWhatOpenApiSays) {
  EXPECT_THAT(router_.operations(), ::testing::UnorderedElementsAreArray(http_test::OpenApi("hotel").operations()));
}

TEST_F(HotelApi, RefusesBadRequests) {
  const auto path = guest_path(alice);
  (void)post(path + "/check-in");
  EXPECT_EQ(post(path + "/charges", R"({"amount":0})").status, 400);
  EXPECT_EQ(post(path + "/charges", R"({"amount":1.5})").status, 400);
  EXPECT_EQ(post(path + "/charges", R"({})").status, 400);
  EXPECT_EQ(post("/guests/nobody/check-in").status, 400);
  EXPECT_EQ(request("DELETE", path).status, 405);
  EXPECT_EQ(post(path + "/charges", R"({"amount":1})", "3").status, 400);
  EXPECT_EQ(post(path + "/charges", std::string(100'000, ' ') + R"({"amount":1})").status, 413);
  EXPECT_EQ(post(guest_path(bob) + "/charges", R"({"amount":1})").status, 409);
  EXPECT_EQ(post(guest_path(bob) + "/check-out", {}, "*").status, 412);
}

TEST_F(HotelApi, NamesTheFieldThatIsToBlame) {
  const auto charge = post(guest_path(alice) + "/charges", R"({"amount":"much"})");
  EXPECT_EQ(charge.content_type, "application/problem+json");
  EXPECT_NE(charge.body.find(R"("field":"amount")"), std::string::npos) << charge.body;
  const auto group_of_x = post("/group-checkouts", R"({"clerk_id":")" + clerk.to_string() + R"(","guest_stay_ids":[")" +
                                                       alice.to_string() + R"(","x"]})");
  EXPECT_NE(group_of_x.body.find(R"("field":"guest_stay_ids[1]")"), std::string::npos) << group_of_x.body;
}

TEST_F(HotelApi, AGroupFailsAndIsRerun) {
  hotel_.arrive(alice);
  hotel_.arrive(bob, -100);
  const auto clerk_json = R"("clerk_id":")" + clerk.to_string() + R"(")";
  const auto created = post("/group-checkouts", "{" + clerk_json + R"(,"guest_stay_ids":[")" + alice.to_string() +
                                                    R"(",")" + bob.to_string() + R"("]})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(header(created, "ETag"), "\"0\"");
  const auto path = header(created, "Location");
  EXPECT_EQ(created.body, R"({"group_checkout_id":")" + path.substr(path.rfind('/') + 1) + R"("})");
  EXPECT_EQ(post(path + "/rerun").status, 409);
  hotel_.settle();
  const auto failed = get(path);
  EXPECT_EQ(failed.status, 200);
  EXPECT_NE(failed.body.find(R"("status":"Failed","round":1)"), std::string::npos) << failed.body;
  EXPECT_NE(failed.body.find(R"("progress":"Failed","reason":"BalanceNotSettled")"), std::string::npos) << failed.body;

  EXPECT_EQ(post(guest_path(bob) + "/payments", R"({"amount":100})").status, 204);
  EXPECT_EQ(post(path + "/rerun", {}, "\"0\"").status, 412);
  EXPECT_EQ(post(path + "/rerun", {}, header(failed, "ETag")).status, 202);
  hotel_.settle();
  EXPECT_NE(get(path).body.find(R"("status":"Completed","round":2)"), std::string::npos);
}

TEST_F(HotelApi, ARepeatedRequestForAGroupCreatesItOnce) {
  hotel_.arrive(alice);
  const auto body = R"({"group_checkout_id":")" + group.to_string() + R"(","clerk_id":")" + clerk.to_string() +
                    R"(","guest_stay_ids":[")" + alice.to_string() + R"("]})";
  EXPECT_EQ(post("/group-checkouts", body).status, 201);
  EXPECT_EQ(post("/group-checkouts", body).status, 200);
  EXPECT_EQ(hotel_.count("GroupCheckoutInitiated"), 1U);
}

TEST_F(HotelApi, RefusesBadGroups) {
  const auto clerk_json = R"({"clerk_id":")" + clerk.to_string() + R"(")";
  EXPECT_EQ(post("/group-checkouts", clerk_json + R"(,"guest_stay_ids":[]})").status, 409);
  EXPECT_EQ(post("/group-checkouts", clerk_json + R"(,"guest_stay_ids":["x"]})").status, 400);
  EXPECT_EQ(post("/group-checkouts", clerk_json + "}").status, 400);
  EXPECT_EQ(post("/group-checkouts", R"({"guest_stay_ids":[]})").status, 400);
  EXPECT_EQ(get("/group-checkouts/" + group.to_string()).status, 404);
  EXPECT_EQ(post("/group-checkouts/" + group.to_string() + "/rerun").status, 404);
}

}  // namespace
