// The shop's HTTP API against the real program.
#include "http_program.hpp"
#include "openapi.hpp"

namespace http_test {
namespace {

const std::string client_id = "01900000-0000-7000-8000-000000000001";
const std::string shoes = "01900000-0000-7000-8000-0000000000a1";
const std::string hat = "01900000-0000-7000-8000-0000000000a2";
const std::string nobody = "01900000-0000-7000-8000-ffffffffffff";

class ShopHttp : public ::testing::Test {
 protected:
  using Response = httplib::Result;

  void start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"serve", "--store", "sqlite:" + directory_.file("shop.db"), "--listen",
                                       "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    program_.reset();
    program_ = std::make_unique<Program>("shop", arguments);
  }
  void SetUp() override { start(); }

  Response get(const std::string& path) { return documented("GET", path, program_->client().Get(path)); }
  Response post(const std::string& path, const std::string& body = {}, const httplib::Headers& headers = {}) {
    return documented("POST", path, program_->client().Post(path, headers, body, json));
  }
  Response put(const std::string& path, const std::string& body, const httplib::Headers& headers = {}) {
    return documented("PUT", path, program_->client().Put(path, headers, body, json));
  }
  Response remove(const std::string& path) { return documented("DELETE", path, program_->client().Delete(path)); }
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
    EXPECT_EQ(json_member(response->body, "status"), std::to_string(status));
    EXPECT_FALSE(json_member(response->body, "type").empty());
    EXPECT_FALSE(json_member(response->body, "detail").empty());
    EXPECT_EQ(json_member(response->body, "field"), field) << response->body;
  }
  static std::string etag(const Response& response) { return response ? response->get_header_value("ETag") : ""; }

  std::string open_cart() {
    const auto response = post("/carts", R"({"client_id":")" + client_id + "\"}");
    EXPECT_TRUE(response && response->status == 201);
    return response ? json_member(response->body, "cart_id") : "";
  }
  Response add(const std::string& cart, const std::string& product, int quantity) {
    return post("/carts/" + cart + "/items",
                R"({"product_id":")" + product + R"(","quantity":)" + std::to_string(quantity) + "}");
  }
  void stock(const std::string& product, int quantity) {
    const auto response = put("/stock/" + product, "{\"quantity\":" + std::to_string(quantity) + "}");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 204) << response->body;
    EXPECT_FALSE(etag(response).empty());
  }
  // A cart with shoes, confirmed.
  std::string order(int quantity = 1) {
    const auto cart = open_cart();
    const auto added = add(cart, shoes, quantity);
    EXPECT_TRUE(added && added->status == 204);
    const auto confirmed = post("/carts/" + cart + "/confirm", {}, {{"If-Match", etag(added)}});
    EXPECT_TRUE(confirmed && confirmed->status == 204);
    EXPECT_EQ(confirmed->get_header_value("Location"), "/orders/" + cart);
    return cart;
  }
  // What the gateway says it received.
  Response pay(const std::string& payment, const std::string& amount, const std::string& currency = "EUR") {
    return post("/payments/" + payment + "/complete",
                R"({"amount":)" + amount + R"(,"currency":")" + currency + R"("})");
  }
  std::string amount_of(const std::string& payment) { return json_member(get("/payments/" + payment)->body, "amount"); }
  // The resource, once `member` has this value.
  std::string await(const std::string& path, const std::string& member, const std::string& value) {
    return await_member([&] { return get(path); }, path, member, value);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Program> program_;
  const OpenApi openapi_{"shop"};
};

TEST_F(ShopHttp, ACartIsOpenedFilledAndRead) {
  const auto opened = post("/carts", R"({"client_id":")" + client_id + "\"}");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->status, 201);
  EXPECT_EQ(etag(opened), "\"0\"");
  const auto cart = json_member(opened->body, "cart_id");
  EXPECT_EQ(opened->get_header_value("Location"), "/carts/" + cart);
  EXPECT_EQ(opened->get_header_value("X-Correlation-Id"), cart);

  EXPECT_EQ(etag(add(cart, shoes, 2)), "\"1\"");
  EXPECT_EQ(etag(add(cart, hat, 1)), "\"2\"");
  const auto removed = remove("/carts/" + cart + "/items/" + shoes + "?quantity=1");
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->status, 204) << removed->body;
  EXPECT_EQ(etag(removed), "\"3\"");

  const auto read = get("/carts/" + cart);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->status, 200);
  EXPECT_EQ(etag(read), "\"3\"");
  EXPECT_EQ(json_member(read->body, "status"), "Open");
  EXPECT_EQ(json_member(read->body, "client_id"), client_id);
  EXPECT_NE(read->body.find(hat), std::string::npos);
}

TEST_F(ShopHttp, AnItemGoesBackAtThePriceItWasAddedAtOnly) {
  const auto cart = open_cart();
  add(cart, shoes, 1);
  expect_problem(remove("/carts/" + cart + "/items/" + shoes + "?unit_price=1"), 409, "NotEnoughItems");
  expect_problem(remove("/carts/" + cart + "/items/" + shoes + "?quantity=2"), 409, "NotEnoughItems");
  expect_problem(remove("/carts/" + cart + "/items/" + shoes + "?quantity=many"), 400, "Bad Request", "quantity");
}

TEST_F(ShopHttp, AConfirmationNeedsTheTagItWasDecidedOn) {
  const auto cart = open_cart();
  const auto path = "/carts/" + cart + "/confirm";
  const auto tag = etag(add(cart, shoes, 1));
  expect_problem(post(path), 428, "Precondition Required");
  expect_problem(post(path, {}, {{"If-Match", "\"0\""}}), 412, "Precondition Failed");
  expect_problem(post(path, {}, {{"If-Match", "garbage"}}), 400, "Bad Request", "If-Match");
  expect_problem(post(path, {}, {{"If-Match", "\"x\""}}), 412, "Precondition Failed");
  expect_problem(post(path, {}, {{"If-Match", "W/" + tag}}), 412, "Precondition Failed");  // weak: guards nothing
  const auto confirmed = post(path, {}, {{"If-Match", tag}});
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->status, 204);
  EXPECT_EQ(etag(confirmed), "\"2\"");
  expect_problem(post(path, {}, {{"If-Match", etag(confirmed)}}), 409, "ShoppingCartClosed");
  expect_problem(add(cart, hat, 1), 409, "ShoppingCartClosed");
}

TEST_F(ShopHttp, AStaleTagSaysWhereTheCartIs) {
  const auto cart = open_cart();
  add(cart, shoes, 1);
  const auto response = post("/carts/" + cart + "/cancel", {}, {{"If-Match", "\"0\""}});
  expect_problem(response, 412, "Precondition Failed");
  EXPECT_EQ(etag(response), "\"1\"");
}

TEST_F(ShopHttp, AStarMeansThatItExists) {
  const auto cart = open_cart();
  const auto added = add(cart, shoes, 1);
  const auto confirmed = post("/carts/" + cart + "/confirm", {}, {{"If-Match", "*"}});
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->status, 204);
  expect_problem(post("/carts/" + nobody + "/confirm", {}, {{"If-Match", "*"}}), 412, "Precondition Failed");
}

TEST_F(ShopHttp, AnEmptyCartIsNotConfirmed) {
  const auto cart = open_cart();
  expect_problem(post("/carts/" + cart + "/confirm", {}, {{"If-Match", "\"0\""}}), 409, "ShoppingCartEmpty");
}

TEST_F(ShopHttp, ACancelledCartRefusesEverything) {
  const auto cart = open_cart();
  const auto cancelled = post("/carts/" + cart + "/cancel");
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->status, 204);
  EXPECT_FALSE(etag(cancelled).empty());
  expect_problem(add(cart, shoes, 1), 409, "ShoppingCartClosed");
  EXPECT_EQ(json_member(get("/carts/" + cart)->body, "status"), "Cancelled");
}

TEST_F(ShopHttp, WhatIsUnknownIsNotFound) {
  expect_problem(get("/carts/" + nobody), 404, "Not Found");
  expect_problem(get("/orders/" + nobody), 404, "Not Found");
  expect_problem(get("/payments/" + nobody), 404, "Not Found");
  expect_problem(get("/stock/" + nobody), 404, "Not Found");
  expect_problem(get("/nothing"), 404, "Not Found");
  expect_problem(add(nobody, shoes, 1), 404, "ShoppingCartNotFound");
  expect_problem(pay(nobody, "1"), 404, "PaymentNotFound");
}

TEST_F(ShopHttp, WhatIsNotWellFormedNamesTheField) {
  const auto cart = open_cart();
  expect_problem(post("/carts", "{}"), 400, "Bad Request", "client_id");
  expect_problem(post("/carts", R"({"client_id":7})"), 400, "Bad Request", "client_id");
  expect_problem(post("/carts", "{"), 400, "Bad Request");
  expect_problem(post("/carts/" + cart + "/items", R"({"product_id":")" + shoes + R"(","quantity":"two"})"), 400,
                 "Bad Request", "quantity");
  expect_problem(put("/stock/" + shoes, R"({"quantity":1.5})"), 400, "Bad Request", "quantity");
  expect_problem(put("/stock/" + shoes, R"({"quantity":-1})"), 409, "InvalidQuantity");
  expect_problem(get("/carts/not-an-id"), 400, "Bad Request", "cart_id");
}

TEST_F(ShopHttp, NumbersAtTheEndsOfTheirRangeAreTakenOrRefusedAndNeverWrap) {
  const auto cart = open_cart();
  const auto path = "/carts/" + cart + "/items";
  const auto wanted = [&](const std::string& quantity) {
    return post(path, R"({"product_id":")" + shoes + R"(","quantity":)" + quantity + "}");
  };
  for (const auto* past : {"9223372036854775808", "-9223372036854775809", "1e30", "1e400"}) {
    expect_problem(wanted(past), 400, "Bad Request", "quantity");
  }
  expect_problem(wanted("9223372036854775807"), 409, "TooManyItems");
  expect_problem(wanted("-9223372036854775808"), 409, "InvalidQuantity");
  expect_problem(wanted("1000001"), 409, "TooManyItems");
  EXPECT_EQ(wanted("1000000")->status, 204);
  expect_problem(wanted("1"), 409, "TooManyItems");
  const auto line = "/carts/" + cart + "/items/" + shoes;
  expect_problem(remove(line + "?quantity=9223372036854775808"), 400, "Bad Request", "quantity");
  expect_problem(remove(line + "?quantity=9223372036854775807"), 409, "NotEnoughItems");
  expect_problem(remove(line + "?unit_price=9223372036854775807"), 409, "NotEnoughItems");
  expect_problem(put("/stock/" + shoes, R"({"quantity":1000000000001})"), 409, "InvalidQuantity");
  expect_problem(put("/stock/" + shoes, R"({"quantity":9223372036854775808})"), 400, "Bad Request", "quantity");
  EXPECT_EQ(put("/stock/" + shoes, R"({"quantity":1000000000000})")->status, 204);
}

TEST_F(ShopHttp, WhatIsNotAmongTheOperationsIs405WithThoseThatAre) {
  for (const auto& operation : openapi_.operations()) {
    const auto pattern = operation.substr(operation.find(' ') + 1);
    const auto path = std::regex_replace(pattern, std::regex(R"(\{[^}]*\})"), nobody);
    for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
      httplib::Request request;
      request.method = method;
      request.path = path;
      const auto response = documented(method, path, program_->client().send(request));
      ASSERT_TRUE(response) << method << " " << path;
      if (response->status != 405) continue;
      expect_problem(response, 405, "Method Not Allowed");
      const auto allowed = response->get_header_value("Allow");
      for (const auto& other : openapi_.operations()) {
        if (!other.ends_with(" " + pattern)) continue;
        EXPECT_NE(allowed.find(other.substr(0, other.find(' '))), std::string::npos) << method << " " << path;
      }
    }
    expect_problem(get(path + "/nothing/at/all"), 404, "Not Found");
  }
}

TEST_F(ShopHttp, APaidOrderIsCompleted) {
  stock(shoes, 5);
  const auto id = order(2);
  auto view = await("/orders/" + id, "status", "Initialized");
  const auto payment = json_member(view, "payment_id");
  await("/payments/" + payment, "status", "Pending");
  for (int i = 0; i < 3; ++i) {  // the gateway's webhook may come again
    const auto completed = pay(payment, amount_of(payment));
    ASSERT_TRUE(completed);
    EXPECT_EQ(completed->status, 204) << completed->body;
    EXPECT_EQ(etag(completed), "\"1\"");
  }
  await("/orders/" + id, "status", "Completed");
  EXPECT_EQ(json_member(get("/payments/" + payment)->body, "status"), "Completed");
  EXPECT_EQ(json_member(get("/stock/" + shoes)->body, "available"), "3");
  expect_problem(post("/orders/" + id + "/cancel"), 409, "OrderClosed");
}

TEST_F(ShopHttp, AnOrderOutOfStockIsRefunded) {
  stock(shoes, 1);
  const auto id = order(2);
  const auto payment = json_member(await("/orders/" + id, "status", "Initialized"), "payment_id");
  await("/payments/" + payment, "status", "Pending");
  pay(payment, amount_of(payment));
  const auto view = await("/orders/" + id, "status", "Cancelled");
  EXPECT_EQ(json_member(view, "cancellation_reason"), "ProductWasOutOfStock");
  await("/payments/" + payment, "status", "Refunded");
  EXPECT_EQ(json_member(get("/stock/" + shoes)->body, "available"), "1");
}

TEST_F(ShopHttp, AWrongAmountIsRefundedAndCancelsTheOrder) {
  stock(shoes, 5);
  const auto id = order(2);
  const auto payment = json_member(await("/orders/" + id, "status", "Initialized"), "payment_id");
  EXPECT_EQ(json_member(await("/payments/" + payment, "status", "Pending"), "currency"), "EUR");
  expect_problem(pay(payment, "0"), 409, "InvalidAmount");
  expect_problem(pay(payment, "1", "euro"), 409, "InvalidCurrency");
  expect_problem(post("/payments/" + payment + "/complete", R"({"amount":1})"), 400, "Bad Request", "currency");
  const auto wrong = pay(payment, "1");
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->status, 204) << wrong->body;
  await("/payments/" + payment, "status", "Mismatched");
  EXPECT_EQ(json_member(await("/orders/" + id, "status", "Cancelled"), "cancellation_reason"), "PaymentMismatched");
}

TEST_F(ShopHttp, AnOrderThatIsNeverPaidTimesOut) {
  start({"--payment-timeout", "0.3"});
  const auto id = order();
  const auto view = await("/orders/" + id, "status", "Cancelled");
  EXPECT_EQ(json_member(view, "cancellation_reason"), "PaymentFailed");
  const auto payment = json_member(view, "payment_id");
  await("/payments/" + payment, "status", "TimedOut");
  const auto too_late = pay(payment, amount_of(payment));
  ASSERT_TRUE(too_late);
  EXPECT_EQ(too_late->status, 204);
  await("/payments/" + payment, "status", "Refunded");
}

TEST_F(ShopHttp, TheSimulatedGatewayPays) {
  start({"--auto-pay"});
  stock(shoes, 1);
  await("/orders/" + order(), "status", "Completed");
}

TEST_F(ShopHttp, ACancelledOrderGivesItsPaymentUp) {
  const auto id = order();
  const auto payment = json_member(await("/orders/" + id, "status", "Initialized"), "payment_id");
  const auto cancelled = post("/orders/" + id + "/cancel");
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->status, 204);
  await("/payments/" + payment, "status", "Discarded");
}

TEST_F(ShopHttp, StockHonoursIfMatch) {
  stock(shoes, 5);
  const auto tag = etag(get("/stock/" + shoes));
  EXPECT_EQ(put("/stock/" + shoes, R"({"quantity":6})", {{"If-Match", tag}})->status, 204);
  expect_problem(put("/stock/" + shoes, R"({"quantity":7})", {{"If-Match", tag}}), 412, "Precondition Failed");
  EXPECT_EQ(json_member(get("/stock/" + shoes)->body, "available"), "6");
}

TEST_F(ShopHttp, WhatWasAnsweredSurvivesAKill) {
  stock(shoes, 5);
  const auto id = order();
  program_->kill();
  start({"--auto-pay"});
  await("/orders/" + id, "status", "Completed");
  EXPECT_EQ(program_->stop(), 0);
}

TEST_F(ShopHttp, ASecondServerIsToldThatTheStoreIsInUse) {
  EXPECT_THROW(Program("shop", {"serve", "--store", "sqlite:" + directory_.file("shop.db"), "--listen", "127.0.0.1:0"}),
               std::runtime_error);
}

}  // namespace
}  // namespace http_test
