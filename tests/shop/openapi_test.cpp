// What is documented is what is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/openapi.hpp"
#include "http_api.hpp"
#include "shop_modules.hpp"

namespace shop {
namespace {

TEST(OpenApi, OfTheShopListsTheOperationsThatThereAre) {
  const auto store = lasagne::open("memory:");
  lasagne::Runtime runtime(*store, shop_modules());
  HttpApi api{runtime, catalogue_price, [] { return lasagne::Timestamp{}; }};
  examples::http::Router router;
  api.add_routes(router);
  EXPECT_THAT(router.operations(), ::testing::UnorderedElementsAreArray(http_test::OpenApi("shop").operations()));
}

}  // namespace
}  // namespace shop
